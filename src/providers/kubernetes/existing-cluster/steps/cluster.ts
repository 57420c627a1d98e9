import type { Action, Claim, Failure, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import {
  accessTrouble,
  condition,
  getObjects,
  type KubeObject,
  reviewAccess,
  serverVersion,
} from '../../../../tools/kubectl/index.js';
import {
  authorityDiffers,
  credentialsRefused,
  forbidden,
  nodesNotReady,
  noStorageClass,
  unreachable,
  versionOutside,
} from '../errors.js';
import { permissions, spoken } from '../permissions.js';

/** What is expected of the cluster. */
export interface ClusterWant {
  readonly kubeconfig: SecretRef;
  readonly versions: { readonly oldest: string; readonly newest: string };
  /** The default one where absent. */
  readonly storageClass?: string;
}

/** The cluster as it tells. */
export interface ClusterGot {
  readonly kubeconfig: SecretRef;
  readonly version: string;
  readonly storageClass: string;
  readonly nodes: number;
}

/** Looks at the cluster; changes nothing. */
export const cluster: Action<ClusterWant, ClusterGot> = {
  observe: look,
  diff: () => [],
  apply: async (want, _got, w) => look(want, w),
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const verdict = seen.ok ? 'pass' : 'fail';
    const { version, nodes, storageClass } = seen.ok ? seen.value : { version: 'it', nodes: 0, storageClass: 'none' };
    return [
      { claim: `the API server answers and is ${version}, within ${want.versions.oldest} to ${want.versions.newest}`, verdict },
      { claim: `all ${nodes} nodes are Ready`, verdict },
      { claim: `the credentials may do all ${permissions.length} things that later layers need`, verdict },
      { claim: `volumes are made by StorageClass ${storageClass}`, verdict },
    ];
  },
};

async function look(want: ClusterWant, w: ReadWorld): Promise<Result<ClusterGot>> {
  const { kubeconfig, versions } = want;
  const version = await serverVersion(w, kubeconfig);
  if (!version.ok) return told(version.error);
  if (!within(version.value, versions)) return err(versionOutside(version.value, versions.oldest, versions.newest));
  const allowed = await reviewAccess(w, kubeconfig, permissions);
  if (!allowed.ok) return told(allowed.error);
  const missing = permissions.filter((_, at) => allowed.value[at] !== true);
  if (missing.length > 0) return err(forbidden(missing.map(spoken)));
  const nodes = await getObjects(w, kubeconfig, ['nodes']);
  if (!nodes.ok) return told(nodes.error);
  const late = nodes.value.filter((node) => condition(node, 'Ready') !== 'True').map(({ metadata }) => metadata.name);
  if (late.length > 0 || nodes.value.length === 0) return err(nodesNotReady(late, nodes.value.length));
  const classes = await getObjects(w, kubeconfig, ['storageclasses']);
  if (!classes.ok) return told(classes.error);
  const storageClass = classOf(classes.value, want.storageClass);
  if (storageClass === undefined)
    return err(
      noStorageClass(
        want.storageClass,
        classes.value.map(({ metadata }) => metadata.name),
      ),
    );
  return ok({ kubeconfig, version: version.value, storageClass, nodes: nodes.value.length });
}

/** What kubectl said, in the words of this provider. */
function told(failed: Failure): Result<never> {
  const { message } = failed.diagnostic;
  const trouble = accessTrouble(failed);
  if (trouble === 'unreachable') return err(unreachable(message));
  if (trouble === 'credentials') return err(credentialsRefused(message));
  if (trouble === 'authority') return err(authorityDiffers(message));
  return err(trouble === 'forbidden' ? forbidden([message]) : failed);
}

const minorOf = (version: string): number => Number(/^v1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);

function within(version: string, { oldest, newest }: ClusterWant['versions']): boolean {
  const minor = minorOf(version);
  return minor >= minorOf(oldest) && minor <= minorOf(newest);
}

function classOf(classes: readonly KubeObject[], asked: string | undefined): string | undefined {
  const found = classes.find(({ metadata }) =>
    asked === undefined
      ? metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
      : metadata.name === asked,
  );
  return found?.metadata.name;
}
