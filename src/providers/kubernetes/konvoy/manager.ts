import type { ReadWorld, SecretRef } from '../../../model/index.js';
import { secretRef } from '../../../model/index.js';
import { getObjects, type KubeObject } from '../../../tools/kubectl/index.js';
import { namespace } from './inventory.js';

/** The cluster's own kubeconfig. */
export const ownKubeconfig = secretRef('kubeconfig');
/** Kubeconfig of the bootstrap cluster. */
export const bootstrapKubeconfig = secretRef('konvoy-bootstrap');

/** Who holds the objects of a cluster: a bootstrap cluster on this machine, or the cluster itself. */
export interface Manager {
  readonly self: 'self-managed' | 'managed';
  readonly kubeconfig: SecretRef;
  /** The Cluster object; absent where the bootstrap cluster has none yet. */
  readonly cluster?: KubeObject;
}

/** Whether a kubeconfig is kept and its cluster answers; which Cluster object it holds. */
async function holding(
  w: ReadWorld,
  kubeconfig: SecretRef,
  name: string,
): Promise<{ readonly cluster?: KubeObject } | undefined> {
  if (!(await w.holds(kubeconfig))) return undefined;
  const found = await getObjects(w, kubeconfig, ['clusters.cluster.x-k8s.io', name, '-n', namespace]);
  if (!found.ok) return undefined;
  const [cluster] = found.value;
  return cluster === undefined ? {} : { cluster };
}

/** While objects move, both hold them: until the bootstrap cluster has none any more, it is the one. */
export async function managerOf(w: ReadWorld, name: string): Promise<Manager | undefined> {
  const bootstrap = await holding(w, bootstrapKubeconfig, name);
  if (bootstrap?.cluster !== undefined) return { self: 'managed', kubeconfig: bootstrapKubeconfig, ...bootstrap };
  const own = await holding(w, ownKubeconfig, name);
  if (own?.cluster !== undefined) return { self: 'self-managed', kubeconfig: ownKubeconfig, ...own };
  return bootstrap === undefined ? undefined : { self: 'managed', kubeconfig: bootstrapKubeconfig };
}

/** Whether the bootstrap cluster still runs. */
export const bootstrapRuns = async (w: ReadWorld, name: string): Promise<boolean> =>
  (await holding(w, bootstrapKubeconfig, name)) !== undefined;
