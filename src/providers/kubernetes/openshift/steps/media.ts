import { parseAllDocuments } from 'yaml';
import type { Action, Claim, Digest, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { differences } from '../../../../tools/document/index.js';
import { createAgentImage, installerVersion } from '../../../../tools/openshift-install/index.js';
import { type ClusterFacts, documents } from '../documents.js';
import { fixed, installerVersionDiffers, keyNotFips, noMedium, pullSecretUnusable } from '../errors.js';
import { adminPassword, assetsOf, installedOf, kubeconfig, renderedOf } from '../folder.js';

/** What the boot medium is made of. */
export interface MediaWant {
  readonly facts: ClusterFacts;
  readonly version: string;
  readonly pullSecret: SecretRef;
  readonly sshKey: SecretRef;
}

/** The medium as it lies there. */
export interface MediaGot {
  readonly kubeconfig: SecretRef;
  /** Path of the medium in the state folder. */
  readonly iso: string;
  readonly digest?: Digest;
  /** Fields that went into it otherwise than wanted. */
  readonly differs: readonly { readonly path: string; readonly from: string; readonly to: string }[];
  readonly old: boolean;
  readonly installed: boolean;
}

/** The certificates a medium starts the cluster with run out after a day. */
const freshMs = 24 * 3_600_000;

/** Makes the boot medium; never again once the cluster is installed, because a new one carries new authorities. */
export const bootMedia: Action<MediaWant, MediaGot> = {
  observe: look,
  diff(_want, got) {
    if (got === undefined) return [{ what: 'boot medium' }];
    const aged = got.old && !got.installed ? [{ what: 'boot medium', from: 'older than a day' }] : [];
    return [...got.differs.map(({ path, from, to }) => ({ what: path, from, to })), ...aged];
  },
  async apply(want, got, w) {
    // Once installed, a newer version is no matter of the medium.
    if (got?.installed === true) return got.differs.length === 0 ? ok(got) : err(fixed(got.differs.map(({ path }) => path)));
    const made = await make(want, w);
    if (!made.ok) return made;
    const now = await look(want, w);
    if (!now.ok) return now;
    return now.value === undefined ? err(noMedium(assetsOf(w))) : ok(now.value);
  },
  async verify(_want, got): Promise<readonly Claim[]> {
    const artefact = got.digest === undefined ? {} : { artefact: { path: got.iso, digest: got.digest } };
    return [{ claim: 'The boot medium was made from the definition', verdict: 'pass', ...artefact }];
  },
  remove: (_got, w) => w.remove(`${w.paths.state}/openshift`),
};

async function make(want: MediaWant, w: World): Promise<Result<void>> {
  const version = await installerVersion(w);
  if (!version.ok) return version;
  if (version.value !== want.version) return err(installerVersionDiffers(version.value, want.version));
  const files = await filled(want, w);
  if (!files.ok) return files;
  const folder = assetsOf(w);
  // What an earlier attempt left would be taken up by the installer instead of the new files.
  for (const done of [await w.remove(folder), await w.makeDirectory(folder, 0o700)]) if (!done.ok) return done;
  for (const [name, text] of files.value) {
    const written = await w.write(`${folder}/${name}`, text, 0o600);
    if (!written.ok) return written;
  }
  const created = await createAgentImage(w, folder);
  if (!created.ok) return created;
  const kept = await keepCredentials(folder, w);
  if (!kept.ok) return kept;
  const shown = documents(want.facts);
  return shown.ok ? w.write(renderedOf(w), shown.value.join('---\n')) : shown;
}

async function filled(want: MediaWant, w: World): Promise<Result<readonly (readonly [string, string])[]>> {
  const [pull, key] = [await w.reveal(want.pullSecret), await w.reveal(want.sshKey)];
  if (!pull.ok) return pull;
  if (!key.ok) return key;
  const auths = compact(pull.value.expose());
  if (auths === undefined) return err(pullSecretUnusable());
  const sshKey = key.value.expose().trim();
  if (want.facts.fips && sshKey.startsWith('ssh-ed25519')) return err(keyNotFips());
  noteLogins(want.facts, auths, w);
  const texts = documents(want.facts, { pullSecret: auths, sshKey });
  if (!texts.ok) return texts;
  return ok([
    ['install-config.yaml', texts.value[0]],
    ['agent-config.yaml', texts.value[1]],
  ]);
}

/** A mirror may let everybody in, so a login that is missing is said, not refused. */
function noteLogins({ mirrors }: ClusterFacts, auths: string, w: World): void {
  const hosts = new Set(mirrors.flatMap((one) => one.mirrors.map((mirror) => mirror.split('/')[0] ?? '')));
  for (const host of hosts) if (!auths.includes(`"${host}"`)) w.note(`The pull secret holds no login for the mirror ${host}.`);
}

/** On one line, as the installer takes it. */
function compact(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const usable = typeof parsed === 'object' && parsed !== null && 'auths' in parsed;
    return usable ? JSON.stringify(parsed) : undefined;
  } catch {
    return undefined;
  }
}

async function keepCredentials(folder: string, w: World): Promise<Result<void>> {
  for (const [file, secret] of [
    ['kubeconfig', kubeconfig],
    ['kubeadmin-password', adminPassword],
  ] as const) {
    const text = await w.read(`${folder}/auth/${file}`);
    if (!text.ok) return text;
    if (text.value === undefined) return err(noMedium(folder));
    const kept = await w.keep(secret, text.value);
    if (!kept.ok) return kept;
  }
  return ok(undefined);
}

async function look(want: MediaWant, w: ReadWorld): Promise<Result<MediaGot | undefined>> {
  const [rendered, mark] = [await w.read(renderedOf(w)), await w.stat(installedOf(w))];
  if (!rendered.ok) return rendered;
  if (rendered.value === undefined || !(await w.holds(kubeconfig))) return ok(undefined);
  const names = await w.list(assetsOf(w));
  const name = names.find((one) => /^agent\..*\.iso$/.test(one));
  const installed = mark !== undefined;
  if (name === undefined && !installed) return ok(undefined);
  const wanted = documents(want.facts);
  if (!wanted.ok) return wanted;
  const path = `${assetsOf(w)}/${name ?? ''}`;
  const [stat, digest] = name === undefined ? [] : [await w.stat(path), await w.digest(path)];
  return ok({
    kubeconfig,
    iso: name === undefined ? '' : `openshift/assets/${name}`,
    ...(digest !== undefined && { digest }),
    differs: differences(parsed(wanted.value.join('---\n')), parsed(rendered.value)),
    old: stat !== undefined && w.now().getTime() - stat.modifiedMs > freshMs,
    installed,
  });
}

const parsed = (text: string): unknown => {
  const [install, agent] = parseAllDocuments(text).map((one): unknown => one.toJS());
  return { 'install-config': install, 'agent-config': agent };
};
