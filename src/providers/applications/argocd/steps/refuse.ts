import type { Action, Diagnostic } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';

/** Why something of the definition cannot be done. */
export interface Refused {
  readonly diagnostic: Diagnostic;
}

/** Says so when it is its turn, so that nothing that comes after it is begun. */
export const refuse: Action<Refused, Record<string, never>> = {
  observe: async () => ok(undefined),
  diff: (want) => [{ what: want.diagnostic.code, to: want.diagnostic.message }],
  apply: async (want) => err({ kind: 'invalid', diagnostic: want.diagnostic }),
};
