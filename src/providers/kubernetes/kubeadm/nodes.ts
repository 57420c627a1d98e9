import { isRef, type Later, type Node } from '../../../model/index.js';
import { addressAt, overlaps, parseCidr, subnetAt } from '../../../tools/network/index.js';

/** A machine as far as it is known while planning; how it is reached may still be to come. */
export interface PlannedNode {
  readonly name: string;
  readonly role: Node['role'];
  readonly address: Later<string>;
  readonly node: Later<Node>;
  /** Its pods' range is the n-th /24. */
  readonly index: number;
}

/** Machines by name and role; `undefined` where these are not known before the machines are made. */
export function plannedNodes(nodes: Later<readonly Node[]>): readonly PlannedNode[] | undefined {
  if (!Array.isArray(nodes)) return undefined;
  const planned = nodes.map((node: Later<Node>, index): PlannedNode | undefined => {
    if (isRef(node) || typeof node.name !== 'string' || (node.role !== 'control-plane' && node.role !== 'worker'))
      return undefined;
    return { name: node.name, role: node.role, address: node.address, node, index };
  });
  const known = planned.filter((node) => node !== undefined);
  return known.length === planned.length ? known : undefined;
}

/** The n-th machine's pods. */
export function podRange(podSubnet: string, index: number): string | undefined {
  const range = parseCidr(podSubnet);
  return range && subnetAt(range, 24, index);
}

/** The first two of these ranges or addresses that share an address, as far as they are known. */
export function overlapping(ranges: readonly string[]): readonly [string, string] | undefined {
  for (const [i, one] of ranges.entries()) {
    for (const other of ranges.slice(i + 1)) {
      const [a, b] = [parseCidr(one), parseCidr(other)];
      if (a && b && overlaps(a, b)) return [one, other];
    }
  }
  return undefined;
}

/** By custom the tenth address of the Services' range is the resolver. */
export function dnsAddress(serviceSubnet: string): string {
  const range = parseCidr(serviceSubnet);
  return (range && addressAt(range, 10)) ?? '';
}
