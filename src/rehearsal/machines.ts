import type { KubeObject, PlannedMachine } from '../model/index.js';

/** What a machine offers where the definition does not say. */
const usual = { cpus: 4, memoryBytes: 16 * 2 ** 30, pods: 110 };
/** Kept by the system and kubelet: the sum of kubelet's usual reservation, so that a fit here is a fit there. */
const reserved = { cpus: 0.1, memoryBytes: 256 * 2 ** 20 };

/** A machine as a Node that KWOK plays. */
export function nodeOf({ name, role, cpus = usual.cpus, memoryBytes = usual.memoryBytes }: PlannedMachine): KubeObject {
  const isControl = role === 'control-plane';
  const capacity = {
    cpu: String(cpus),
    memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    pods: String(usual.pods),
    'ephemeral-storage': '100Gi',
  };
  const allocatable = {
    ...capacity,
    cpu: `${Math.round((cpus - reserved.cpus) * 1000)}m`,
    memory: `${Math.floor((memoryBytes - reserved.memoryBytes) / 1024)}Ki`,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        [`node-role.kubernetes.io/${role === 'worker' ? 'worker' : 'control-plane'}`]: '',
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: isControl ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {},
    status: { capacity, allocatable, nodeInfo: nodeInfo },
  };
}

const nodeInfo = { operatingSystem: 'linux', architecture: 'amd64', kubeletVersion: 'played', containerRuntimeVersion: 'played' };

/** Name of the class that claims get where they name none, as every environment has one. */
export const playedStorageClass = 'standard';

export const storageClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: playedStorageClass, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'strata.dev/played',
  volumeBindingMode: 'Immediate',
};
