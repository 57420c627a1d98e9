import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result, type Secret, type SecretRef } from '../model/index.js';
import { errnoOf, pathFailed, secretMissing } from './errors.js';
import { writeAtomically } from './files.js';
import type { Redactor } from './redactor.js';

/** Secrets of one environment: one 0600 file each in a 0700 folder. */
export interface SecretStore {
  keep(ref: SecretRef, value: string): Promise<Result<void>>;
  reveal(ref: SecretRef): Promise<Result<Secret>>;
  holds(ref: SecretRef): Promise<boolean>;
  /** Path of the file that holds a secret, for tools that read a file. */
  path(name: string): string;
}

/** Finds a secret that is kept elsewhere, in memory alone; `undefined` for names it knows nothing of. */
export type Derive = (name: string) => Promise<Result<string> | undefined>;

/** Opens the folder and makes every secret in it known to the redactor, before anything is printed. */
export async function openSecrets(folder: string, redactor: Redactor, derive?: Derive): Promise<SecretStore> {
  const path = (name: string): string => join(folder, encodeURIComponent(name).replace(/^\./, '%2E'));
  const load = async (file: string): Promise<string> => {
    const value = await readFile(file, 'utf8');
    redactor.add(value);
    return value;
  };
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((name) => load(join(folder, name)).catch(() => ''))); // one removed meanwhile is no secret any more
  return {
    path,
    async keep(ref, value) {
      redactor.add(value);
      return writeAtomically(path(ref.$secret), value, { mode: 0o600, folderMode: 0o700 });
    },
    async reveal(ref) {
      try {
        const value = await load(path(ref.$secret));
        return ok({ expose: () => value });
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') return err(pathFailed('read', path(ref.$secret), error));
        const derived = await derive?.(ref.$secret);
        if (derived === undefined) return err(secretMissing(ref.$secret));
        if (!derived.ok) return derived;
        const { value } = derived;
        redactor.add(value);
        return ok({ expose: () => value });
      }
    },
    holds: (ref) =>
      load(path(ref.$secret)).then(
        () => true,
        async () => (await derive?.(ref.$secret))?.ok === true,
      ),
  };
}
