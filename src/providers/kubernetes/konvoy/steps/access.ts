import type { Action, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { kubeconfigIn, kubeconfigSecret } from '../../../../tools/capi/index.js';
import { getObjects } from '../../../../tools/kubectl/index.js';
import { kubeconfigMissing } from '../errors.js';
import { namespace } from '../inventory.js';
import { managerOf, ownKubeconfig } from '../manager.js';

/** The kept kubeconfig of the cluster. */
export interface AccessGot {
  readonly kubeconfig: typeof ownKubeconfig;
}

/** Keeps the cluster's kubeconfig: from here on it can be asked itself. */
export const clusterAccess: Action<{ readonly name: string }, AccessGot> = {
  observe: async (_want, w) => ok((await w.holds(ownKubeconfig)) ? { kubeconfig: ownKubeconfig } : undefined),
  diff: (_want, got) => (got === undefined ? [{ what: 'kubeconfig' }] : []),
  async apply({ name }, _got, w) {
    const text = await textIn(name, w);
    if (!text.ok) return text;
    const kept = await w.keep(ownKubeconfig, text.value);
    return kept.ok ? ok({ kubeconfig: ownKubeconfig }) : kept;
  },
};

async function textIn(name: string, w: ReadWorld): Promise<Result<string>> {
  const manager = await managerOf(w, name);
  if (manager === undefined) return err(kubeconfigMissing(kubeconfigSecret(name)));
  const found = await getObjects(w, manager.kubeconfig, ['secrets', kubeconfigSecret(name), '-n', namespace]);
  if (!found.ok) return found;
  const text = kubeconfigIn(found.value[0]);
  return text === undefined ? err(kubeconfigMissing(kubeconfigSecret(name))) : ok(text);
}
