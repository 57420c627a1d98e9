import { join } from 'node:path';
import { absolutePath, blobDisk, readText, writeAtomically } from '../../host/index.js';
import { err, ok, type Result } from '../../model/index.js';
import { type Identity, identitiesText, makeIdentity, secretErrors } from '../../secrets/index.js';
import { rotateFile } from '../../tools/sops/index.js';
import { openPlatform } from '../definition-of.js';
import type { RunWatch } from '../held.js';
import { obtainTools } from '../rehearsal/deliveries.js';
import { quietReader, type Site } from '../site.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { opens } from './derive.js';
import { type Encrypted, encryptedFiles } from './files.js';
import type { SecretsRequest } from './list.js';
import { type OwnKeys, ownKeys } from './keys.js';

/** What a rotation did. */
export interface Rotated {
  readonly recipient: string;
  readonly dropped: readonly string[];
  readonly files: readonly string[];
  /** Files that named the old recipients for new files. */
  readonly rules: readonly string[];
  readonly keyFile: string;
}

/**
 * A new key, every file encrypted anew to it, the old keys dropped: in an order in which a kill at any moment leaves every
 * file readable with the key file as it is.
 */
export async function rotateSecrets(request: SecretsRequest, watch: RunWatch): Promise<Result<Rotated, Trouble>> {
  const opened = await openPlatform(request);
  if (!opened.ok) return opened;
  const { site, spec } = opened.value;
  const ready = await obtainTools(site, spec, ['sops'], watch);
  if (!ready.ok) return err(troubleOf(ready.error));
  const done = await rotate(site);
  return done.ok ? done : err(troubleOf(done.error));
}

async function rotate(site: Site): Promise<Result<Rotated>> {
  const keys = await ownKeys(site.host);
  if (!keys.ok) return keys;
  const files = await encryptedFiles(site.paths.project);
  if (!files.ok) return files;
  const closed = files.value.find((one) => !opens(one, keys.value));
  if (closed !== undefined)
    return err(secretErrors.wrongKey(closed.recipientsAt, closed.recipients, recipientsOf(keys.value.identities)));
  const fresh = makeIdentity();
  site.host.conceal(fresh.secret);
  // All of them in memory first: a file that cannot be opened stops the rotation before anything is written.
  const turned: { readonly path: string; readonly text: string }[] = [];
  for (const file of files.value) {
    const text = await turn(site, file, { keys: keys.value, fresh });
    if (!text.ok) return text;
    turned.push({ path: file.path, text: text.value });
  }
  const both = await keep(keys.value.file, [fresh, ...keys.value.identities]);
  if (!both.ok) return both;
  for (const { path, text } of turned) {
    const written = await writeAtomically(path, text);
    if (!written.ok) return written;
  }
  const rules = await renameRecipients(site, keys.value.identities, fresh);
  if (!rules.ok) return rules;
  const alone = await keep(keys.value.file, [fresh]);
  if (!alone.ok) return alone;
  return ok({
    recipient: fresh.recipient,
    dropped: recipientsOf(keys.value.identities),
    files: files.value.map(({ title }) => `secrets/${title}.enc.yaml`),
    rules: rules.value,
    keyFile: keys.value.file,
  });
}

const recipientsOf = (identities: readonly Identity[]): readonly string[] => identities.map(({ recipient }) => recipient);

const keep = (file: string, identities: readonly Identity[]): Promise<Result<void>> =>
  writeAtomically(file, identitiesText(identities), { mode: 0o600 });

/** One file: a new data key, the new recipient in place of the old ones; recipients of others stay. */
async function turn(
  site: Site,
  { path, recipients }: Encrypted,
  { keys, fresh }: { readonly keys: OwnKeys; readonly fresh: Identity },
): Promise<Result<string>> {
  const remove = recipientsOf(keys.identities).filter((one) => recipients.includes(one));
  return rotateFile(quietReader(site.host), { path, keyFile: keys.file, add: [fresh.recipient], remove });
}

/** `.sops.yaml` says to whom new files are encrypted. */
async function renameRecipients(site: Site, old: readonly Identity[], fresh: Identity): Promise<Result<readonly string[]>> {
  const path = join(site.paths.project, '.sops.yaml');
  const text = await readText(path);
  if (!text.ok) return text;
  const before = text.value ?? '';
  const after = old.reduce((all, { recipient }) => all.replaceAll(recipient, fresh.recipient), before);
  if (after === before) return ok([]);
  const written = await writeAtomically(path, after);
  return written.ok ? ok(['.sops.yaml']) : written;
}

/** A first key, in a file that is never replaced. */
export async function makeSecretsKey(
  out = 'age.key',
): Promise<Result<{ readonly file: string; readonly recipient: string }, Trouble>> {
  const fresh = makeIdentity();
  const kept = await blobDisk.writePrivate(absolutePath(out), identitiesText([fresh]));
  return kept.ok ? ok({ file: out, recipient: fresh.recipient }) : err(troubleOf(kept.error));
}
