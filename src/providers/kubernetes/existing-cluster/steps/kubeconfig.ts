import { createHash, X509Certificate } from 'node:crypto';
import { parse } from 'yaml';
import type { Action, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { type Access, kubeconfigUnusable, parseKubeconfig } from '../../../../tools/kube-api/index.js';
import { certificateExpired, kubeconfigMissing, kubeconfigOpen, notSelfContained } from '../errors.js';

/** Where the kubeconfig is: in a file of the user, or kept already. */
export type KubeconfigWant = { readonly file: string } | { readonly secret: string };

/** The kept kubeconfig. */
export interface KubeconfigGot {
  readonly secret: SecretRef;
  /** Of the file it was kept from; empty where it was kept by somebody else. */
  readonly kept: string;
  /** Of the file as it is now. */
  readonly file: string;
}

const own = secretRef('existing-cluster-kubeconfig');
const noteOf = (w: ReadWorld): string => `${w.paths.state}/existing-cluster/kubeconfig.digest`;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const pathOf = (file: string, w: ReadWorld): string => (file.startsWith('/') ? file : `${w.paths.project}/${file}`);

/** Keeps the user's kubeconfig as a secret of the environment, once it was looked at. */
export const kubeconfig: Action<KubeconfigWant, KubeconfigGot> = {
  async observe(want, w) {
    if ('secret' in want) return keptAlready(want.secret, w);
    const note = await w.read(noteOf(w));
    if (!note.ok) return note;
    const now = await usableText(want.file, w);
    if (!now.ok) return now;
    const held = await w.holds(own);
    if (note.value === undefined || !held) return ok(undefined);
    return ok({ secret: own, kept: note.value.trim(), file: digestOf(now.value) });
  },
  diff: (_want, got) => (got === undefined || got.kept !== got.file ? [{ what: 'kubeconfig' }] : []),
  async apply(want, _got, w) {
    if ('secret' in want) return keptAlready(want.secret, w);
    const text = await usableText(want.file, w);
    if (!text.ok) return text;
    const kept = await w.keep(own, text.value);
    if (!kept.ok) return kept;
    const digest = digestOf(text.value);
    const noted = await w.write(noteOf(w), `${digest}\n`, 0o600);
    return noted.ok ? ok({ secret: own, kept: digest, file: digest }) : noted;
  },
  remove: (_got, w) => w.remove(noteOf(w)),
};

async function keptAlready(name: string, w: ReadWorld): Promise<Result<KubeconfigGot>> {
  const held = await w.holds(secretRef(name));
  return held ? ok({ secret: secretRef(name), kept: '', file: '' }) : err(kubeconfigMissing(`secret ${name}`));
}

/** The file's text, once it is known to be private, whole and in time. */
async function usableText(file: string, w: ReadWorld): Promise<Result<string>> {
  const path = pathOf(file, w);
  const stat = await w.stat(path);
  if (stat?.kind !== 'file') return err(kubeconfigMissing(file));
  if ((stat.mode & 0o077) !== 0) return err(kubeconfigOpen(file, stat.mode));
  const text = await w.read(path);
  if (!text.ok) return text;
  if (text.value === undefined) return err(kubeconfigMissing(file));
  const access = accessIn(text.value, file);
  if (!access.ok) return access;
  const { ca, identity, token } = access.value;
  const outside = Object.entries({
    'certificate authority': ca,
    'client certificate': identity?.cert,
    'client key': identity?.key,
    token,
  }).find(([, part]) => part !== undefined && 'file' in part);
  if (outside !== undefined) return err(notSelfContained(file, outside[0]));
  const until = identity !== undefined && 'text' in identity.cert ? endOf(identity.cert.text) : undefined;
  if (until === null) return err(kubeconfigUnusable(file, 'its client certificate is none'));
  if (until !== undefined && until <= w.now()) return err(certificateExpired(file, until.toISOString()));
  return ok(text.value);
}

function accessIn(text: string, file: string): Result<Access> {
  let config: unknown;
  try {
    config = parse(text);
  } catch {
    // The parser's words would quote the text, which is secret.
    return err(kubeconfigUnusable(file, 'it is no YAML'));
  }
  return parseKubeconfig(config, file);
}

/** When a certificate ends; `null` where the text is none. */
function endOf(pem: string): Date | null {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch {
    return null;
  }
}
