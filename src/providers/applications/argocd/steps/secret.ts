import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { ok, secretRef } from '../../../../model/index.js';
import { applyManifest, deleteObjects, getObjects } from '../../../../tools/kubectl/index.js';

/** An encrypted file as the Secret it becomes. */
export interface SecretWanted {
  readonly kubeconfig: SecretRef;
  /** Path of the encrypted file below the definition. */
  readonly file: string;
  /** Of the encrypted file: it says when the Secret has to change, and nothing of its values. */
  readonly digest: string;
  readonly name: string;
  readonly namespace: string;
  readonly keys: readonly string[];
}

/** The Secret in the cluster. */
export interface SecretThere {
  readonly kubeconfig: SecretRef;
  readonly name: string;
  readonly namespace: string;
  /** Digest of the file it was made from. */
  readonly from: string;
}

const fromMark = 'strata.dev/encrypted-from';

async function look(want: SecretWanted, r: ReadWorld): Promise<Result<SecretThere | undefined>> {
  const { kubeconfig, name, namespace } = want;
  const found = await getObjects(r, kubeconfig, ['secrets', name, '-n', namespace]);
  if (!found.ok) return found;
  const [secret] = found.value;
  return ok(secret && { kubeconfig, name, namespace, from: secret.metadata.annotations?.[fromMark] ?? '' });
}

/** A Secret beside what Argo CD deploys: its values never lie in git, and Argo CD, which did not make it, leaves it alone. */
export const keepSecret: Action<SecretWanted, SecretThere> = {
  observe: look,
  diff(want, got) {
    const what = `Secret ${want.namespace}/${want.name}`;
    if (got === undefined) return [{ what, to: want.digest }];
    return got.from === want.digest ? [] : [{ what, from: got.from, to: want.digest }];
  },
  async apply(want, _got, w) {
    const { kubeconfig, file, digest, name, namespace, keys } = want;
    const values: Record<string, string> = {};
    for (const key of keys) {
      const value = await w.reveal(secretRef(`${file}#${key}`));
      if (!value.ok) return value;
      values[key] = value.value.expose();
    }
    const metadata = { name, namespace, annotations: { [fromMark]: digest } };
    const items = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: values },
    ];
    const applied = await applyManifest(w, kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return applied.ok ? ok({ kubeconfig, name, namespace, from: digest }) : applied;
  },
  async verify(want, got): Promise<readonly Claim[]> {
    const verdict = got.from === want.digest ? 'pass' : 'fail';
    return [{ claim: `Secret ${got.namespace}/${got.name} is made from ${want.file}; git holds it encrypted only`, verdict }];
  },
  async remove({ kubeconfig, name, namespace }, w) {
    const gone = await deleteObjects(w, kubeconfig, ['secrets', name, '-n', namespace]);
    return gone.ok || gone.error.kind === 'not-ready' ? ok(undefined) : gone;
  },
};
