import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Digest, secretRef } from '../../../model/index.js';
import { createPuppet } from '../../../testkit/index.js';
import { render } from '../../../tools/kubeadm/index.js';
import { clusterFiles, type ClusterFacts } from './cluster-files.js';
import { dnsAddress, plannedNodes, podRange } from './nodes.js';
import { manifestOf } from './steps/addon.js';
import { checkedCluster } from './steps/check.js';
import { nodeFiles } from './steps/node.js';

const text = (path: string): string => readFileSync(join(import.meta.dirname, '../../../../catalog/kubernetes', path), 'utf8');
const digest = (digit: string) => `sha256:${digit.repeat(64)}` as Digest; // a constant of the right form
const ssh = { user: 'strata', port: 22, key: secretRef('login'), hostKey: 'ssh-ed25519 AAAA' };

const facts: ClusterFacts = {
  name: 'cp-1',
  address: '10.77.0.11',
  apiServer: '10.77.0.11:6443',
  clusterName: 'local-local',
  version: 'v1.37.2',
  podSubnet: '10.78.0.0/16',
  serviceSubnet: '10.79.0.0/16',
  clusterDomain: 'cluster.local',
  etcd: 'registry.k8s.io/etcd:v3.7.3',
  dns: 'registry.k8s.io/coredns/coredns:v1.15.0',
  cgroup: 'v1',
  encryption: true,
  audit: true,
  alone: false,
  featureGates: {},
  eviction: { memory: '100Mi', node: '500Mi', images: '500Mi' },
  templates: { init: text('kubeadm/init.yaml'), auditPolicy: text('kubeadm/audit-policy.yaml') },
};

describe("kubeadm's configuration", () => {
  it.each([
    ['init-cgroup-v1', {}],
    ['init-cgroup-v2-bare', { cgroup: 'v2', encryption: false, audit: false, alone: true, featureGates: { NodeSwap: true } }],
  ] as const)('%s', async (name, changes) => {
    const files = clusterFiles({ ...facts, ...changes });
    const config = files.ok ? (files.value[0]?.content ?? '') : '';
    await expect(config).toMatchFileSnapshot(`cases/${name}.yaml`);
    expect(parseAllDocuments(config).flatMap((document) => document.errors)).toEqual([]);
  });
  it('joins with a pinned authority', async () => {
    const made = render(text('kubeadm/join.yaml'), {
      name: 'worker-1',
      address: '10.77.0.21',
      discovery: '/run/strata/discovery.yaml',
      token: 'abcdef.0123456789abcdef',
    });
    await expect(made.ok ? made.value : '').toMatchFileSnapshot('cases/join.yaml');
  });
  it.each([
    ['join-control-plane', { certificateKey: '0'.repeat(64), taints: '[]' }],
    ['upload-certificates', { certificateKey: '0'.repeat(64), version: 'v1.37.2' }],
    ['upgrade', { version: 'v1.37.2' }],
  ])('%s', async (name, values) => {
    const more = {
      name: 'cp-2',
      address: '10.77.0.12',
      discovery: '/run/strata/discovery.yaml',
      token: 'abcdef.0123456789abcdef',
    };
    const made = render(text(`kubeadm/${name}.yaml`), { ...more, ...values });
    await expect(made.ok ? made.value : '').toMatchFileSnapshot(`cases/${name}.yaml`);
  });
});

describe("a machine's files", () => {
  const want = {
    node: { name: 'worker-1', role: 'worker', address: '10.77.0.21', ssh },
    index: 1,
    peers: [
      { name: 'cp-1', address: '10.77.0.11' },
      { name: 'worker-1', address: '10.77.0.21' },
      { name: 'worker-2', address: '10.77.0.22' },
    ],
    podSubnet: '10.78.0.0/16',
    registry: '10.77.0.2:5000',
    mirrored: ['docker.io'],
    version: 'v1.37.2',
    pause: { ref: 'registry.k8s.io/pause:3.10.2', digest: digest('0') },
    templates: {
      cni: text('node/cni.conflist'),
      hosts: text('node/hosts.toml'),
      routes: text('node/pod-routes.conf'),
      masquerade: text('node/pod-masquerade.nft'),
      unit: text('node/pod-network.service'),
    },
  } as const;
  it('are these', async () => {
    const files = nodeFiles(want);
    const shown = files.ok ? files.value.map(({ path, content }) => `== ${path}\n${content}`).join('') : '';
    await expect(shown).toMatchFileSnapshot('cases/node-files.txt');
  });
  it('do not exist where the range is too small', () => {
    expect(nodeFiles({ ...want, podSubnet: '10.78.0.0/24' })).toMatchObject({
      ok: false,
      error: { diagnostic: { code: 'KUBEADM-RANGE' } },
    });
  });
});

describe('addons', () => {
  const machines = {
    domain: 'strata.internal',
    hosts: [
      { name: 'cp-1', address: '10.77.0.11' },
      { name: 'worker-1', address: '10.77.0.21' },
    ],
  };
  const image = { ref: 'docker.io/library/x:1', digest: digest('1') } as const;
  it.each([
    ['kube-proxy', { apiServer: '10.77.0.11:6443', podSubnet: '10.78.0.0/16', mode: 'nftables' }, { image }],
    [
      'coredns',
      {
        dnsAddress: '10.79.0.10',
        clusterDomain: 'cluster.local',
        replicas: '2',
        upstream: 'template ANY ANY . {\n    rcode NXDOMAIN\n}',
      },
      { image },
    ],
    ['local-path', { storageClass: 'local-path', folder: '/var/lib/strata/volumes' }, { image, helperImage: image }],
  ])('%s', async (name, values, images) => {
    const made = manifestOf({ template: text(`addons/${name}.yaml`), values, images: { ...images }, machines });
    const manifest = made.ok ? made.value : { text: '', digest: '', objects: 0 };
    const documents = parseAllDocuments(manifest.text);
    expect(documents.flatMap((document) => document.errors)).toEqual([]);
    expect(documents).toHaveLength(manifest.objects);
    for (const document of documents)
      expect(document.getIn(['metadata', 'annotations', 'strata.dev/manifest'])).toBe(manifest.digest);
    await expect(manifest.text).toMatchFileSnapshot(`cases/addon-${name}.yaml`);
  });
});

describe('machines while planning', () => {
  const step = { $step: 'infrastructure/m/machine/cp-1', $path: 'node.ssh' } as never;
  it('are known by name and role, whatever else is to come', () => {
    const nodes = plannedNodes([{ name: 'cp-1', role: 'control-plane', address: '10.77.0.11', ssh: step }]);
    expect(nodes).toMatchObject([{ name: 'cp-1', role: 'control-plane', index: 0 }]);
  });
  it('are not known where the whole list is to come', () => {
    expect(plannedNodes(step)).toBeUndefined();
    expect(plannedNodes([step])).toBeUndefined();
  });
  it('must not share addresses with pods or Services', async () => {
    const want = {
      podSubnet: '10.78.0.0/16',
      serviceSubnet: '10.79.0.0/16',
      machines: ['10.77.0.11', '10.77.0.21'],
      version: 'v1.37.2',
    };
    const check = (changes: object) =>
      checkedCluster.observe(
        { ...want, ...changes },
        createPuppet().reader({ signal: new AbortController().signal, emit: () => {} }),
      );
    expect(await check({})).toEqual({ ok: true, value: {} });
    expect(await check({ serviceSubnet: '10.78.4.0/24' })).toMatchObject({
      error: { diagnostic: { message: '10.78.0.0/16 and 10.78.4.0/24 share addresses.' } },
    });
    expect(await check({ podSubnet: '10.77.0.0/16' })).toMatchObject({ error: { diagnostic: { code: 'KUBEADM-OVERLAP' } } });
    expect(await check({ podSubnet: '10.80.0.0/24' })).toMatchObject({ error: { diagnostic: { code: 'KUBEADM-RANGE' } } });
  });
  it('have ranges and a resolver by position', () => {
    expect([podRange('10.78.0.0/16', 2), podRange('10.78.0.0/16', 300), dnsAddress('10.79.0.0/16')]).toEqual([
      '10.78.2.0/24',
      undefined,
      '10.79.0.10',
    ]);
  });
});
