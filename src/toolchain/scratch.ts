import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Result, World } from '../model/index.js';

const old = 6 * 3_600_000;

/** Gives `work` an empty folder in the cache and removes it afterwards, whatever happened. */
export async function withScratch<T>(w: World, name: string, work: (dir: string) => Promise<Result<T>>): Promise<Result<T>> {
  await sweep(w);
  const dir = join(w.paths.cache, 'tmp', `${name}-${randomUUID()}`);
  const made = await w.makeDirectory(dir);
  if (!made.ok) return made;
  try {
    return await work(dir);
  } finally {
    await w.remove(dir);
  }
}

/** A killed run leaves its scratch folder; nobody works for six hours in one. */
async function sweep(w: World): Promise<void> {
  const root = join(w.paths.cache, 'tmp');
  for (const name of await w.list(root)) {
    const stat = await w.stat(join(root, name));
    if (stat !== undefined && w.now().getTime() - stat.modifiedMs > old) await w.remove(join(root, name));
  }
}

/** Sets a damaged folder aside, so that somebody can look at it, and its name is free again. */
export async function quarantine(w: World, dir: string, name: string): Promise<Result<void>> {
  const shelf = join(w.paths.cache, 'quarantine');
  const made = await w.makeDirectory(shelf);
  return made.ok ? w.rename(dir, join(shelf, `${name}-${randomUUID()}`)) : made;
}
