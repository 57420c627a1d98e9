import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { digestOf, phaseOf, probeManifest, readProbe } from './probe-pod.js';

const checks = [
  { application: 'a', from: 'inside', url: 'http://a.a.svc:80/' },
  { application: 'b', from: 'inside', url: 'http://b.b.svc:80/$(id)' },
] as const;

describe('the pod that asks', () => {
  it('takes addresses as arguments, never into its script', () => {
    const pod = JSON.stringify(load(probeManifest('docker.io/library/busybox:1', checks, 'd')));
    const [, , script, ...args] = JSON.parse(pod).spec.containers[0].command;
    expect(script).not.toContain('$(id)');
    expect(args).toEqual(['ask', ...checks.map((c) => c.url)]);
  });

  it('says which checks it was made for', () => {
    expect(digestOf(JSON.parse(probeManifest('i', checks, 'd')))).toBe('d');
    expect(digestOf(undefined)).toBeUndefined();
    expect(phaseOf(undefined)).toBe('Pending');
  });

  it('is read line by line; silence is no answer', () => {
    const digest = 'a'.repeat(64);
    const [a, b] = readProbe(`noise\nok 12 ${digest} http://a.a.svc:80/\n`, checks);
    expect(a).toMatchObject({ status: 200, bytes: 12, digest: `sha256:${digest}` });
    expect(b).toMatchObject({ status: 0 });
    expect(readProbe(`no 0 - http://a.a.svc:80/\n`, checks)[0]).toMatchObject({ status: 0 });
  });
});
