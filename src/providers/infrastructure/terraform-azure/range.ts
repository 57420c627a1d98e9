import type { Action } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { rangeTooSmall } from './errors.js';

/** The network, and the addresses that were chosen in it. */
export interface RangeWant {
  readonly cidr: string;
  /** Empty where the range has no such place. */
  readonly addresses: readonly string[];
}

const look = ({ cidr, addresses }: RangeWant) =>
  addresses.includes('') ? err(rangeTooSmall(cidr, addresses.length)) : ok({ addresses });

/** Every machine has an address: said before anything is asked of Azure. */
export const range: Action<RangeWant, { readonly addresses: readonly string[] }> = {
  observe: async (want) => look(want),
  diff: () => [],
  apply: async (want) => look(want),
};
