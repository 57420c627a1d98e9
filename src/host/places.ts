import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of Strata itself: where `catalog/` and `toolchain/` lie, in a checkout as in an installed package. */
export function programFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Folder of what survives `destroy`: `STRATA_CACHE`, or `strata` in the user's cache folder. */
export function cacheFolder(): string {
  const own = process.env.STRATA_CACHE;
  if (own) return resolve(own);
  const shared = process.env.XDG_CACHE_HOME;
  return join(shared ? resolve(shared) : join(homedir(), '.cache'), 'strata');
}

/** File of age keys that the user names, as for sops itself; `undefined` where none is named. */
export function ageKeyFile(): string | undefined {
  const named = process.env.SOPS_AGE_KEY_FILE;
  return named ? resolve(named) : undefined;
}

/** The same path, whatever folder the user stands in. */
export const absolutePath = (path: string): string => resolve(path);

/** What lies in the cache is told without where the cache lies: its place says nothing, and differs everywhere. */
const inCache = (text: string): string => text.replaceAll(`${cacheFolder()}/`, 'cache:');

/** A path as a user would type it from where they stand; absolute where it lies elsewhere. */
export function shownPath(path: string): string {
  const short = inCache(path);
  if (short !== path) return short;
  const from = relative(process.cwd(), resolve(path));
  return from.startsWith('../../..') || from === '' ? path : from;
}

/** A text with the paths in it as a user would type them. */
export const shownText = (text: string): string => inCache(text).replaceAll(`${process.cwd()}/`, '');
