import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { carriedMinors, isOlder, skew, suffixOf } from './versions.js';

const toolchain = join(import.meta.dirname, '../../../../toolchain');
const pins = (file: string, key: string): ReadonlyMap<string, string> => {
  const list = Object(load(readFileSync(join(toolchain, file), 'utf8')))[key] as {
    name: string;
    ref?: string;
    version?: string;
  }[];
  return new Map(list.map(({ name, ref, version }) => [name, ref ?? version ?? '']));
};

describe('versions of Kubernetes', () => {
  it.each(carriedMinors)('1.%i is pinned whole, images and programs alike', (minor) => {
    const suffix = suffixOf(`v1.${minor}.0`) ?? 'none';
    const images = pins('images.yaml', 'images');
    const tools = pins('tools.yaml', 'tools');
    const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
    const version = tools.get(`kubeadm${suffix}`) ?? '';
    expect(version).toMatch(new RegExp(`^v1\\.${minor}\\.\\d+$`));
    for (const name of [...names, 'kubelet', 'kubectl']) expect([name, tools.get(`${name}${suffix}`)]).toEqual([name, version]);
    for (const name of [...names, 'kubernetes-node'])
      expect([name, images.get(`${name}${suffix}`)?.endsWith(`:${version}`)]).toEqual([name, true]);
  });
  it('that nobody pinned have no name', () => {
    expect([suffixOf('v1.35.1'), suffixOf('1.37.2'), suffixOf('v1.37.2'), suffixOf('v1.36.0')]).toEqual([
      undefined,
      undefined,
      '',
      '-1.36',
    ]);
  });
  it('go up by one minor version or by patches, never down', () => {
    expect(skew('v1.36.3', 'v1.37.2')).toBeUndefined();
    expect(skew('v1.37.1', 'v1.37.2')).toBeUndefined();
    expect(skew('v1.35.3', 'v1.37.2')).toBe('skip');
    expect(skew('v1.37.2', 'v1.37.1')).toBe('downgrade');
    expect(skew('v1.37.2', 'v1.36.9')).toBe('downgrade');
    expect(skew('', 'v1.37.2')).toBeUndefined();
    expect([isOlder('v1.36.9', 'v1.37.0'), isOlder('v1.37.0', 'v1.37.0')]).toEqual([true, false]);
  });
});
