import { createHash } from 'node:crypto';
import { addressAt, parseCidr } from '../../../tools/network/index.js';
import type { NspawnSpec } from './spec.js';

/** Names on the host; each environment folder has its own, so that two never meet. */
export interface HostNames {
  /** Interface of the host that leads to the machines; at most 15 characters. */
  readonly link: string;
  /** Where the network namespace is kept. */
  readonly namespace: string;
  readonly bridge: string;
  /** Name of a machine on the host, also of its control groups. */
  machine(name: string): string;
}

/** Derives the names from the state folder. */
export function hostNames(state: string): HostNames {
  const id = createHash('sha256').update(state).digest('hex').slice(0, 8);
  return { link: `st-${id}`, namespace: `${state}/net/namespace`, bridge: 'br0', machine: (name) => `strata-${id}-${name}` };
}

/** One machine as the spec asks for it. */
export interface PlannedMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly address: string;
}

/** Where everything is in the subnet. */
export interface Layout {
  readonly prefix: number;
  /** The host. */
  readonly host: string;
  /** Registry and git server. */
  readonly support: string;
  readonly machines: readonly PlannedMachine[];
}

/** Addresses: .1 host, .2 support, .11 and up control planes, .21 and up workers. */
export function layoutOf({ subnet, machines }: NspawnSpec): Layout {
  const range = parseCidr(subnet) ?? { first: 0, bits: 24 };
  const at = (n: number): string => addressAt(range, n) ?? '';
  const many = (count: number, prefix: string, role: PlannedMachine['role'], first: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${prefix}-${i + 1}`, role, address: at(first + i) }));
  return {
    prefix: range.bits,
    host: at(1),
    support: at(2),
    machines: [...many(machines.controlPlanes, 'cp', 'control-plane', 11), ...many(machines.workers, 'worker', 'worker', 21)],
  };
}

/** Bytes in `512Mi` or `4Gi`. */
export const bytesOf = (size: string): number => Number.parseInt(size, 10) * (size.endsWith('Gi') ? 2 ** 30 : 2 ** 20);
