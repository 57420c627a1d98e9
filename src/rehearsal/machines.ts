import type { KubeObject, PlannedMachine } from '../model/index.js';

/** What a machine offers where the definition does not say. */
const usual = { cpus: 4, memoryBytes: 16 * 2 ** 30, pods: 110 };
/** Kept by the system and kubelet: the sum of kubelet's usual reservation, so that a fit here is a fit there. */
const reserved = { cpus: 0.1, memoryBytes: 256 * 2 ** 20 };

/** What a machine leaves to pods. */
export interface Allocatable {
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** What pods may request of a machine; the usual where the definition does not say how large it is. */
export const allocatableOf = ({ cpus = usual.cpus, memoryBytes = usual.memoryBytes }: PlannedMachine): Allocatable => ({
  cpu: cpus - reserved.cpus,
  memoryBytes: memoryBytes - reserved.memoryBytes,
  pods: usual.pods,
});

/** A machine as a Node that KWOK plays. */
export function nodeOf(machine: PlannedMachine): KubeObject {
  const { name, role, cpus = usual.cpus, memoryBytes = usual.memoryBytes } = machine;
  const left = allocatableOf(machine);
  const isControl = role === 'control-plane';
  const capacity = {
    cpu: String(cpus),
    memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    pods: String(usual.pods),
    'ephemeral-storage': '100Gi',
  };
  const allocatable = {
    ...capacity,
    cpu: `${Math.round(left.cpu * 1000)}m`,
    memory: `${Math.floor(left.memoryBytes / 1024)}Ki`,
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
