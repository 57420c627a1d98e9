import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Strata's own folder: the nearest one above this module that holds a `package.json`. */
export function ownRoot(from = import.meta.url): string {
  let folder = dirname(fileURLToPath(from));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Text of a file that Strata ships, by its path in the repository; `undefined` where there is none. */
export async function ownText(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(ownRoot(), path), 'utf8');
  } catch {
    return undefined;
  }
}
