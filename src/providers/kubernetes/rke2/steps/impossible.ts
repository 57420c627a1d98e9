import type { Action, Failure, SecretRef } from '../../../../model/index.js';
import { err } from '../../../../model/index.js';

/** A step that says why there can be no cluster; planning itself cannot fail. */
export const impossible = (failure: Failure): Action<Readonly<Record<string, never>>, { readonly kubeconfig: SecretRef }> => ({
  observe: async () => err(failure),
  diff: () => [{ what: 'cluster' }],
  apply: async () => err(failure),
});
