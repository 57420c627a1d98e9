import { isRef, type Later, type Node } from '../../../model/index.js';
import { overlaps, parseCidr } from '../../../tools/network/index.js';

/** A machine as far as it is known while planning. */
export interface PlannedMachine {
  readonly name: string;
  readonly role: Node['role'];
  readonly address: Later<string>;
  readonly node: Later<Node>;
}

/** Machines by name and role; `undefined` where these are not known before the machines are made. */
export function plannedMachines(nodes: Later<readonly Node[]>): readonly PlannedMachine[] | undefined {
  if (!Array.isArray(nodes)) return undefined;
  const known = nodes.flatMap((node: Later<Node>): readonly PlannedMachine[] =>
    isRef(node) || typeof node.name !== 'string' || typeof node.role !== 'string' || isRef(node.role)
      ? []
      : [{ name: node.name, role: node.role as Node['role'], address: node.address, node }],
  );
  return known.length === nodes.length ? known : undefined;
}

/** The first two of these ranges or addresses that share an address, as far as they are known. */
export function sharing(ranges: readonly string[]): readonly [string, string] | undefined {
  for (const [at, one] of ranges.entries())
    for (const other of ranges.slice(at + 1)) {
      const [a, b] = [parseCidr(one), parseCidr(other)];
      if (a && b && overlaps(a, b)) return [one, other];
    }
  return undefined;
}
