import { isRef, type Later, type Node } from '../../../model/index.js';

/** A machine as far as it is known while planning. */
export interface PlannedMachine {
  readonly name: string;
  readonly role: Node['role'];
  readonly address: Later<string>;
}

/** Machines by name and role, with addresses that may still be to come; `undefined` where even names are. */
export function plannedMachines(nodes: Later<readonly Node[]>): readonly PlannedMachine[] | undefined {
  if (!Array.isArray(nodes)) return undefined;
  const known = nodes.flatMap((node: Later<Node>): readonly PlannedMachine[] => {
    if (isRef(node) || typeof node.name !== 'string' || (node.role !== 'control-plane' && node.role !== 'worker')) return [];
    return [{ name: node.name, role: node.role, address: node.address }];
  });
  return known.length === nodes.length ? known : undefined;
}
