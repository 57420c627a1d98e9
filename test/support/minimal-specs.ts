import { Value } from 'typebox/value';
import type { Component, Layer } from '../../src/model/index.js';
import { samplesOfTargets } from '../../src/providers/image/packer/target-samples.js';
import { providers } from '../../src/providers/registry.js';

const support = { registry: '10.77.0.2:5000', git: 'git://10.77.0.2' };
const subnet = { cidr: '10.77.0.0/24', gateway: '10.77.0.1', nameservers: ['10.77.0.1'] };
const machine = (name: string, last: number, role: string) => ({
  name,
  address: `10.77.0.${last}`,
  role,
  hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=',
});
const host = (last: number) => ({ mac: `52:54:00:00:00:${last}`, network: { gateway: subnet.gateway, dns: subnet.nameservers } });

/** What an image component must say for a target; three control planes and two workers everywhere below. */
export const imageTargets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  rootfs: { target: 'rootfs' },
  ...samplesOfTargets,
};

/** The least each infrastructure provider must be told for three control planes and two workers. */
export const infrastructures: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  nspawn: { machines: { controlPlanes: 3, workers: 2 } },
  existing: {
    machines: [
      machine('cp-1', 11, 'control-plane'),
      machine('cp-2', 12, 'control-plane'),
      machine('cp-3', 13, 'control-plane'),
      machine('worker-1', 21, 'worker'),
      machine('worker-2', 22, 'worker'),
    ],
    key: { file: 'machines.key' },
    support: { address: '10.77.0.2' },
    api: '10.77.0.10:6443',
  },
  'terraform-aws': { region: 'eu-west-3', zones: ['eu-west-3a'], workers: 2, support },
  'terraform-azure': {
    subscription: '11111111-1111-1111-1111-111111111111',
    location: 'francecentral',
    credentials: { identity: 'machine' },
    cidr: '10.78.0.0/20',
    workers: 2,
    support,
  },
  'terraform-vsphere': {
    vcenter: { server: 'vcenter.example' },
    datacenter: 'dc1',
    cluster: 'compute',
    datastore: 'fast',
    network: 'nodes',
    subnet,
    workers: 2,
    support,
  },
  'terraform-libvirt': { subnet, workers: 2, support },
};

/** The least each distribution must be told. */
export const distributions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  kubeadm: {},
  rke2: {},
  openshift: {
    machineNetwork: subnet.cidr,
    baseDomain: 'example.org',
    pullSecret: { file: 'pull-secret.json' },
    sshKey: { file: 'core.pub' },
    hosts: { 'cp-1': host(11), 'cp-2': host(12), 'cp-3': host(13), 'worker-1': host(21), 'worker-2': host(22) },
  },
  konvoy: {},
  tanzu: {
    supervisor: { file: 'supervisor.conf' },
    namespace: 'apps',
    vmClass: 'best-effort-large',
    storageClass: 'gold',
  },
  'existing-cluster': { kubeconfig: { file: 'kubeconfig' }, support },
};

/** A component with defaults filled in; throws where the provider's schema refuses it. */
export function componentOf(layer: Layer, use: string, said: Readonly<Record<string, unknown>>): Component {
  const provider = providers.find((one) => one.layer === layer && one.id === use);
  if (provider === undefined) throw new Error(`no provider ${layer}/${use}`);
  const filled = Value.Default(provider.spec, structuredClone(said));
  const errors = [...Value.Errors(provider.spec, filled)].map((one) => JSON.stringify(one));
  if (errors.length > 0) throw new Error(`${layer}/${use}: ${errors.join('\n')}`);
  return { name: 'one', layer, use, with: filled, at: { file: 'platform.yaml', line: 1, column: 1 } };
}
