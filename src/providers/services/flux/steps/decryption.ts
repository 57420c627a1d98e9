import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { type Identity, identitiesText, readIdentities, secretErrors } from '../../../../secrets/index.js';
import { applyManifest, deleteObjects, getObjects } from '../../../../tools/kubectl/index.js';
import { fluxNamespace, keySecret } from '../sync.js';

/** Who must be able to open the encrypted Secrets. */
export interface DecryptionWant {
  readonly kubeconfig: SecretRef;
  /** Recipients that any of the Secrets is encrypted to. */
  readonly recipients: readonly string[];
}

/** What Flux can open. */
export interface DecryptionThere {
  readonly kubeconfig: SecretRef;
  /** Recipients whose keys it has: public names. */
  readonly recipients: readonly string[];
}

/** Says in clear whose keys the Secret holds, so that nobody has to read it to know. */
const recipientsMark = 'strata.dev/recipients';
const ageKey = secretRef('age-key');

async function look({ kubeconfig }: DecryptionWant, r: ReadWorld): Promise<Result<DecryptionThere | undefined>> {
  const found = await getObjects(r, kubeconfig, ['secrets', keySecret, '-n', fluxNamespace]);
  if (!found.ok) return found;
  const [secret] = found.value;
  if (secret === undefined) return ok(undefined);
  const told = secret.metadata.annotations?.[recipientsMark] ?? '';
  return ok({ kubeconfig, recipients: told.split(',').filter((one) => one !== '') });
}

/** The keys among one's own that open what is delivered; no other one leaves this machine. */
export function keysFor(text: string, recipients: readonly string[]): Result<readonly Identity[]> {
  const own = readIdentities('the age key', text);
  if (!own.ok) return own;
  const fitting = own.value.filter(({ recipient }) => recipients.includes(recipient));
  const at = { file: 'secrets', line: 1, column: 1 };
  if (fitting.length > 0) return ok(fitting);
  return err(
    secretErrors.wrongKey(
      at,
      recipients,
      own.value.map(({ recipient }) => recipient),
    ),
  );
}

/** The Secret as kustomize-controller reads it: every member ending in .agekey is a key. */
export const keyObject = (identities: readonly Identity[]) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: keySecret,
    namespace: fluxNamespace,
    annotations: { [recipientsMark]: identities.map(({ recipient }) => recipient).join(',') },
  },
  type: 'Opaque',
  stringData: { 'keys.agekey': identitiesText(identities) },
});

/** Flux has a key of the encrypted Secrets; it goes into the cluster beside the tree, never in it. */
export const keepDecryption: Action<DecryptionWant, DecryptionThere> = {
  observe: look,
  diff(want, got) {
    const has = want.recipients.some((one) => got?.recipients.includes(one));
    const foreign = (got?.recipients ?? []).filter((one) => !want.recipients.includes(one));
    return [
      ...(has ? [] : [{ what: 'age key', to: want.recipients.join(', ') }]),
      ...foreign.map((one) => ({ what: 'age key', from: one })),
    ];
  },
  async apply(want, _got, w) {
    const kept = await w.reveal(ageKey);
    if (!kept.ok) return kept;
    const keys = keysFor(kept.value.expose(), want.recipients);
    if (!keys.ok) return keys;
    const applied = await applyManifest(w, want.kubeconfig, JSON.stringify(keyObject(keys.value)));
    if (!applied.ok) return applied;
    return ok({ kubeconfig: want.kubeconfig, recipients: keys.value.map(({ recipient }) => recipient) });
  },
  async verify(_want, got): Promise<readonly Claim[]> {
    return [{ claim: `Flux can open Secrets encrypted to ${got.recipients.join(', ')}`, verdict: 'pass' }];
  },
  async remove({ kubeconfig }, w) {
    const gone = await deleteObjects(w, kubeconfig, ['secrets', keySecret, '-n', fluxNamespace]);
    return gone.ok || gone.error.kind === 'not-ready' ? ok(undefined) : gone;
  },
};
