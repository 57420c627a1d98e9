import type { ReadWorld, Result, SecretRef, World } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { applicationKind, argocdNamespace, refreshPatch, syncPatch } from '../../../tools/argocd/index.js';
import { askCluster, getManifest, getObjects, type KubeObject, patchObject } from '../../../tools/kubectl/index.js';

/** An Application object; `undefined` where there is none, or no cluster that answers. */
export async function getApplication(r: ReadWorld, kubeconfig: SecretRef, name: string): Promise<Result<KubeObject | undefined>> {
  const manifest = JSON.stringify({ ...applicationKind, metadata: { name, namespace: argocdNamespace } });
  const objects = await getManifest(r, kubeconfig, manifest);
  if (!objects.ok) return isSilent(objects) ? ok(undefined) : objects;
  return ok(objects.value[0]);
}

/** Names of all Applications; none where the cluster does not know the kind. */
export async function applicationNames(r: ReadWorld, kubeconfig: SecretRef): Promise<Result<readonly string[]>> {
  const known = await getObjects(r, kubeconfig, ['crd', 'applications.argoproj.io']);
  if (!known.ok || known.value.length === 0) return known.ok ? ok([]) : known;
  const objects = await getObjects(r, kubeconfig, ['applications.argoproj.io', '-n', argocdNamespace]);
  return objects.ok ? ok(objects.value.map((object) => object.metadata.name)) : objects;
}

const nameArguments = (application: string): readonly string[] => [
  'applications.argoproj.io',
  application,
  '-n',
  argocdNamespace,
];

/** Asks Argo CD to compare an Application with git now instead of at its next round. */
export const requestRefresh = (w: World, kubeconfig: SecretRef, application: string): Promise<Result<void>> =>
  patchObject(w, kubeconfig, nameArguments(application), JSON.stringify(refreshPatch));

/** Asks Argo CD to sync an Application to a commit, although it gave that up before. */
export const requestSync = (w: World, kubeconfig: SecretRef, application: string, revision: string): Promise<Result<void>> =>
  patchObject(w, kubeconfig, nameArguments(application), JSON.stringify(syncPatch(revision)));

/**
 * Lets kubectl sleep until a condition of an Application holds, at most `seconds`: one process that watches, not many
 * that ask. Whether it held is for the caller to see by looking.
 */
export async function sleepUntil(
  r: ReadWorld,
  kubeconfig: SecretRef,
  wait: { readonly application: string; readonly condition: string; readonly seconds: number },
): Promise<void> {
  const what = ['-n', argocdNamespace, `applications.argoproj.io/${wait.application}`];
  const args = ['wait', ...what, `--for=${wait.condition}`, `--timeout=${wait.seconds}s`];
  await askCluster(r, kubeconfig, `waiting for ${wait.application}`, args, wait.seconds * 1000 + 10_000);
}

/** Whether a failure says that the cluster does not answer (yet). */
export const isSilent = (result: Result<unknown>): boolean =>
  !result.ok && (result.error.kind === 'not-ready' || result.error.kind === 'network');
