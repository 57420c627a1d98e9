import { join } from 'node:path';
import { type Derive, type Host, readText } from '../../host/index.js';
import { err, type Json, ok, type Paths, type Result } from '../../model/index.js';
import {
  identitiesText,
  isReference,
  readReference,
  readSecretFile,
  secretErrors,
  type SecretFile,
  valueIn,
} from '../../secrets/index.js';
import { decryptFile } from '../../tools/sops/index.js';
import { ageKeySecret, type OwnKeys, ownKeys } from './keys.js';

type Opening = Pick<Host, 'secrets' | 'conceal' | 'reader'>;

/** Opens one encrypted file, in memory; each value of it is known to the redactor before anybody gets it. */
export async function openFile(host: Opening, paths: Paths, file: string): Promise<Result<Json>> {
  const path = join(paths.project, file);
  const text = await readText(path);
  if (!text.ok) return text;
  if (text.value === undefined) return err(secretErrors.fileMissing(file));
  const outside = readSecretFile(path, text.value);
  if (!outside.ok) return outside;
  const keys = await ownKeys(host);
  if (!keys.ok) return keys;
  if (!opens(outside.value, keys.value)) return err(wrongKey(outside.value, keys.value));
  const reader = host.reader({ signal: new AbortController().signal, emit: () => undefined });
  const opened = await decryptFile(reader, { path, keyFile: keys.value.file });
  if (opened.ok) concealValues(host, opened.value, outside.value);
  return opened;
}

/** Whether one of the keys belongs to a recipient; files without age recipients are left to sops to judge. */
export const opens = ({ recipients }: SecretFile, { identities }: OwnKeys): boolean =>
  recipients.length === 0 || identities.some(({ recipient }) => recipients.includes(recipient));

const wrongKey = ({ recipientsAt, recipients }: SecretFile, { identities }: OwnKeys) =>
  secretErrors.wrongKey(
    recipientsAt,
    recipients,
    identities.map(({ recipient }) => recipient),
  );

/** Only what was encrypted is secret: a name that stands in clear must stay readable in what is printed. */
function concealValues(host: Pick<Host, 'conceal'>, document: Json, { values }: SecretFile): void {
  for (const { path } of values) {
    const at = path.split('.');
    const found = at.length === 0 ? undefined : leaf(document, at);
    if (found === undefined) continue;
    host.conceal(found);
    for (const line of found.split('\n')) host.conceal(line.trim());
    if (path.startsWith('data.')) host.conceal(Buffer.from(found, 'base64').toString('utf8'));
  }
}

function leaf(value: Json | undefined, path: readonly string[]): string | undefined {
  if (path.length === 0) return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  // A key may hold dots itself.
  for (let length = path.length; length > 0; length -= 1) {
    const key = path.slice(0, length).join('.');
    if (!Object.hasOwn(value, key)) continue;
    const found = leaf((value as Readonly<Record<string, Json>>)[key], path.slice(length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Secrets that the definition keeps encrypted, by the reference that names them; each file is opened once. */
export function deriveSecrets(host: Opening, paths: Paths): Derive {
  const opened = new Map<string, Promise<Result<Json>>>();
  return async (name) => {
    if (name === ageKeySecret) {
      const keys = await ownKeys(host);
      return keys.ok ? ok(identitiesText(keys.value.identities)) : keys;
    }
    if (!isReference(name)) return undefined;
    const reference = readReference(name, { file: paths.project, line: 1, column: 1 });
    if (!reference.ok) return reference;
    const { file } = reference.value;
    const opening = opened.get(file) ?? openFile(host, paths, file);
    opened.set(file, opening);
    const document = await opening;
    return document.ok ? valueIn(document.value, reference.value) : document;
  };
}
