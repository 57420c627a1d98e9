import { describe, expect, it } from 'vitest';
import { digestOf, phaseOf, probeManifest, readProbe } from './probe-pod.js';

const checks = [
  { application: 'a', from: 'inside', url: 'http://a.a.svc:80/' },
  { application: 'b', from: 'inside', url: 'http://b.b.svc:80/$(id)' },
] as const;

describe('the pod that asks', () => {
  it('is given addresses as arguments, with no shell in between', () => {
    const [container] = JSON.parse(probeManifest('strata.local/http-check:1', checks, 'd')).spec.containers;
    expect(container.args).toEqual(checks.map((c) => c.url));
    expect(container.command).toBeUndefined();
  });

  it('says which checks it was made for', () => {
    expect(digestOf(JSON.parse(probeManifest('i', checks, 'd')))).toBe('d');
    expect(digestOf(undefined)).toBeUndefined();
    expect(phaseOf(undefined)).toBe('Pending');
  });

  it('is read line by line; silence is no answer', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const line = JSON.stringify({ url: 'http://a.a.svc:80/', status: 200, bytes: 12, digest, error: '' });
    const [a, b] = readProbe(`noise\n${line}\n{"url":"http://b`, checks);
    expect(a).toEqual({ ...checks[0], status: 200, bytes: 12, digest, error: '' });
    expect(b).toMatchObject({ status: 0, error: 'no answer' });
  });

  it('tells why an address did not answer', () => {
    const line = JSON.stringify({ url: 'http://a.a.svc:80/', status: 0, bytes: 0, digest: '', error: 'no such host' });
    expect(readProbe(line, checks)[0]).toMatchObject({ status: 0, error: 'no such host' });
  });
});
