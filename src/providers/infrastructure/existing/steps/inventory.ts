import type { Action, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { hostKeysMissing, listedTwice, noControlPlane } from '../errors.js';
import { type Listed, repeated } from '../inventory.js';

/** The inventory as written. */
export interface InventoryWant {
  readonly machines: readonly Listed[];
  readonly knownHosts: string;
}

/** How many machines it lists. */
export interface InventoryGot {
  readonly machines: number;
}

/** Says what is wrong with the inventory before any machine is asked. */
export const inventory: Action<InventoryWant, InventoryGot> = {
  observe: async (want) => check(want),
  diff: () => [],
  apply: async (want) => check(want),
};

function check({ machines, knownHosts }: InventoryWant): Result<InventoryGot> {
  for (const what of ['name', 'address'] as const) {
    const twice = repeated(machines.map((machine) => machine[what]));
    if (twice.length > 0) return err(listedTwice(what, twice));
  }
  if (!machines.some(({ role }) => role === 'control-plane')) return err(noControlPlane());
  const strangers = machines.filter(({ hostKey }) => hostKey === undefined);
  if (strangers.length === 0) return ok({ machines: machines.length });
  return err(
    hostKeysMissing(
      strangers.map(({ name }) => name),
      strangers.map(({ address }) => address),
      knownHosts,
    ),
  );
}
