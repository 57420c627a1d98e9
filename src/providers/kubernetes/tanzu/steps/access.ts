import type { Action, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { kubeconfigIn, kubeconfigSecret } from '../../../../tools/capi/index.js';
import { getObjects } from '../../../../tools/kubectl/index.js';
import { kubeconfigMissing } from '../errors.js';

/** Whose kubeconfig is to be kept. */
export interface AccessWant {
  readonly supervisor: SecretRef;
  readonly namespace: string;
  readonly name: string;
}

/** The kept kubeconfig. */
export interface AccessGot {
  readonly kubeconfig: SecretRef;
  /** Whether it is the one the Supervisor has. */
  readonly current: boolean;
}

const kubeconfig = secretRef('kubeconfig');
const mark = (w: ReadWorld): string => `${w.paths.state}/tanzu/kubeconfig.version`;

/** Keeps the cluster's kubeconfig; a new one of the Supervisor (rotated certificates) replaces it. */
export const clusterAccess: Action<AccessWant, AccessGot> = {
  async observe(want, w) {
    const found = await secretIn(want, w);
    if (!found.ok) return found;
    const kept = await w.read(mark(w));
    if (!kept.ok) return kept;
    if (kept.value === undefined || !(await w.holds(kubeconfig))) return ok(undefined);
    return ok({ kubeconfig, current: kept.value === found.value?.version });
  },
  diff: (_want, got) => (got?.current === true ? [] : [{ what: 'kubeconfig' }]),
  async apply(want, _got, w) {
    const found = await secretIn(want, w);
    if (!found.ok) return found;
    if (found.value === undefined) return err(kubeconfigMissing(kubeconfigSecret(want.name)));
    const kept = await w.keep(kubeconfig, found.value.text);
    if (!kept.ok) return kept;
    const marked = await w.write(mark(w), found.value.version, 0o600);
    return marked.ok ? ok({ kubeconfig, current: true }) : marked;
  },
  remove: (_got, w) => w.remove(mark(w)),
};

/** The resource version tells a rotated kubeconfig from the kept one, without its text. */
async function secretIn(
  { supervisor, namespace, name }: AccessWant,
  w: ReadWorld,
): Promise<Result<{ readonly text: string; readonly version: string } | undefined>> {
  const found = await getObjects(w, supervisor, ['secrets', kubeconfigSecret(name), '-n', namespace]);
  if (!found.ok) return found;
  const [secret] = found.value;
  const text = kubeconfigIn(secret);
  if (secret === undefined || text === undefined) return ok(undefined);
  const version: unknown = Reflect.get(secret.metadata, 'resourceVersion');
  return ok({ text, version: typeof version === 'string' ? version : '' });
}
