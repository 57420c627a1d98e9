import type { Action, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { rangesOverlap, rangeTooSmall } from '../errors.js';
import { overlapping, podRange } from '../nodes.js';

/** Addresses of a cluster, as they are asked for. */
export interface CheckWant {
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** Addresses of the machines. */
  readonly machines: readonly string[];
}

/** Looks at what the schema cannot: whether the ranges fit each other. Before anything is touched. */
export const checkedRanges: Action<CheckWant, Readonly<Record<string, never>>> = {
  observe: async (want) => check(want),
  diff: () => [],
  apply: async (want) => check(want),
};

function check({ podSubnet, serviceSubnet, machines }: CheckWant): Result<Readonly<Record<string, never>>> {
  const both = overlapping([podSubnet, serviceSubnet, ...machines]);
  if (both !== undefined) return err(rangesOverlap(...both));
  return podRange(podSubnet, machines.length - 1) === undefined ? err(rangeTooSmall(podSubnet, machines.length)) : ok({});
}
