import type { Offers, PlannedMachine } from '../model/index.js';
import { addressAt, parseCidr } from '../tools/network/index.js';
import type { PlannedNode } from './environment.js';
import type { MachineSize } from './spec.js';

/** What a component with static addresses says of its machines. */
export interface StaticMachines {
  readonly subnet: {
    readonly cidr: string;
    readonly first: { readonly balancer: number; readonly controlPlane: number; readonly worker: number };
  };
  readonly controlPlanes: number;
  readonly workers: number;
  readonly api: { readonly address?: string; readonly balancer: boolean };
  readonly sizes: Sizes;
  readonly generations: Readonly<Record<string, string>>;
}

/** Machines of the cluster, and the balancer where one is made. */
export interface Layout {
  readonly nodes: readonly PlannedNode[];
  readonly balancer?: { readonly name: string; readonly address: string };
  /** Address of the API. */
  readonly api: string;
}

/** Where everything is in the subnet; an address outside of it is empty, and refused by the module. */
export function layoutOf({ subnet, controlPlanes, workers, api }: StaticMachines): Layout {
  const range = parseCidr(subnet.cidr) ?? { first: 0, bits: 32 };
  const many = (count: number, prefix: string, role: PlannedNode['role'], from: number): readonly PlannedNode[] =>
    Array.from({ length: count }, (_, i) => ({ name: `${prefix}-${i + 1}`, role, address: addressAt(range, from + i) ?? '' }));
  const nodes = [
    ...many(controlPlanes, 'cp', 'control-plane', subnet.first.controlPlane),
    ...many(workers, 'worker', 'worker', subnet.first.worker),
  ];
  const made = api.balancer || (controlPlanes > 1 && api.address === undefined);
  if (!made) return { nodes, api: api.address ?? nodes[0]?.address ?? '' };
  const address = api.address ?? addressAt(range, subnet.first.balancer) ?? '';
  return { nodes, balancer: { name: 'lb', address }, api: address };
}

/** The argument `machines` of a module. */
export function machineArguments(spec: StaticMachines): Readonly<Record<string, unknown>> {
  const { nodes, balancer } = layoutOf(spec);
  const generation = (name: string): string => spec.generations[name] ?? '';
  const machines = nodes.map(({ name, role, address }) => {
    const { cpus, memory, disk } = role === 'control-plane' ? spec.sizes.controlPlane : spec.sizes.worker;
    return [name, { role, address, cpus, memory_mib: memory * 1024, disk_gib: disk, generation: generation(name) }] as const;
  });
  if (balancer === undefined) return Object.fromEntries(machines);
  // A balancer copies bytes: a small machine will do.
  const small = { role: 'load-balancer', address: balancer.address, cpus: 2, memory_mib: 2048, disk_gib: 20 };
  return Object.fromEntries([...machines, [balancer.name, { ...small, generation: generation(balancer.name) }]]);
}

/** Control planes carry etcd: they are not replaced by a change elsewhere, only where their own generation is named. */
export const controlPlaneGuard = (spec: StaticMachines, resource: string): readonly string[] =>
  layoutOf(spec)
    .nodes.filter(({ name, role }) => role === 'control-plane' && spec.generations[name] === undefined)
    .map(({ name }) => `${resource}["${name}"]`);

/** Sizes by role. */
export interface Sizes {
  readonly controlPlane: MachineSize;
  readonly worker: MachineSize;
}

/** What is asked for each machine, for looking at before it is made. */
export const plannedMachines = (spec: StaticMachines): readonly PlannedMachine[] =>
  layoutOf(spec).nodes.map(({ name, role }) => {
    const { cpus, memory } = role === 'control-plane' ? spec.sizes.controlPlane : spec.sizes.worker;
    return { name, role, cpus, memoryBytes: memory * 2 ** 30 };
  });

/** What such a component states of itself. */
export const staticOffers = (kind: string, { controlPlanes }: Pick<StaticMachines, 'controlPlanes'>): Offers => ({
  'infrastructure.kind': [kind],
  'infrastructure.controlPlanes': [String(controlPlanes)],
});
