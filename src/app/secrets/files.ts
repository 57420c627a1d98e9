import { join } from 'node:path';
import { definitionFiles } from '../../host/definition-files.js';
import { absolutePath } from '../../host/index.js';
import { err, failure, ok, type Result } from '../../model/index.js';
import { readSecretFile, type SecretFile, secretErrors, secretsEnding, secretsFolder } from '../../secrets/index.js';

/** Larger files are no secrets. */
const largest = 4 * 1024 * 1024;

/** An encrypted file of a definition. */
export interface Encrypted extends SecretFile {
  /** Short name: without folder and ending. */
  readonly title: string;
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

/** Every file of the folder `secrets`, or the first that is not as it must be. */
export async function encryptedFiles(directory: string): Promise<Result<readonly Encrypted[]>> {
  const folder = join(absolutePath(directory), secretsFolder);
  const found: Encrypted[] = [];
  for (const name of await definitionFiles.list(folder)) {
    if (!/\.(ya?ml|json)$/.test(name)) continue;
    const path = join(folder, name);
    const read = await definitionFiles.read(path, largest);
    if (read.kind === 'absent') continue;
    if (read.kind !== 'text') return err(secretErrors.unreadable({ file: path, line: 1, column: 1 }, read.kind));
    const outside = readSecretFile(path, read.text);
    if (!outside.ok) return outside;
    if (!name.endsWith(secretsEnding)) return err(misnamed(path));
    found.push({ ...outside.value, title: name.slice(0, -secretsEnding.length), path, text: read.text });
  }
  return ok(found);
}

const misnamed = (path: string) =>
  failure(
    'invalid',
    'SECRETS-MISNAMED',
    `The encrypted file ${path} could not be referred to: its name does not end in ${secretsEnding}.`,
    {
      say: `Rename it; .sops.yaml and references find files by that ending.`,
    },
  );
