import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type Digest, err, ok, type Result, type World } from '../model/index.js';
import { createRootTar, extractRootTar } from '../tools/tar/index.js';
import { absent } from './errors.js';

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Archive of a folder of the cache, made once for what its record, `manifest.json` beside it, says. */
export async function treeArchive(w: World, tree: string): Promise<Result<string>> {
  const record = join(w.paths.cache, dirname(tree), 'manifest.json');
  const digest = await w.digest(record);
  const stat = await w.stat(record);
  if (digest === undefined || stat === undefined) return err(absent(`the record of ${tree}`));
  const folder = join(w.paths.cache, 'bundle', 'trees');
  const [own, key] = [short(tree), short(`${digest}\n${Math.trunc(stat.modifiedMs)}`)];
  const file = join(folder, `${own}-${key}.tar`);
  if ((await w.stat(file)) !== undefined) return ok(file);
  // What the folder held before it was made anew is of no use any more, and large.
  for (const name of await w.list(folder)) if (name.startsWith(`${own}-`)) await w.remove(join(folder, name));
  const ready = await w.makeDirectory(folder);
  if (!ready.ok) return ready;
  const made = await createRootTar(w, join(w.paths.cache, tree), `${file}.part`);
  if (!made.ok) return made;
  const named = await w.rename(`${file}.part`, file);
  return named.ok ? ok(file) : named;
}

/**
 * Unpacks the archive of a folder of the cache beside its place; it has its name only when it is complete, and has the digest
 * that is wanted of it. Returns the digest it has where that is another.
 */
export async function unpackTree(
  w: World,
  archive: string,
  tree: string,
  want: Digest | undefined,
): Promise<Result<Digest | undefined>> {
  const target = join(w.paths.cache, tree);
  const work = join(w.paths.cache, 'tmp', `load-${short(tree)}`);
  const root = join(work, basename(tree));
  const unpacked = await inOrder(
    () => w.remove(work),
    () => w.makeDirectory(root),
    () => extractRootTar(w, archive, root),
  );
  if (!unpacked.ok) return unpacked;
  const got = want === undefined ? undefined : await w.digest(root);
  const right = got === want;
  const placed = await inOrder(...(right ? [() => w.makeDirectory(dirname(target)), () => w.rename(root, target)] : []), () =>
    w.remove(work),
  );
  return placed.ok ? ok(right ? undefined : got) : placed;
}

async function inOrder(...steps: readonly (() => Promise<Result<void>>)[]): Promise<Result<void>> {
  for (const step of steps) {
    const done = await step();
    if (!done.ok) return done;
  }
  return ok(undefined);
}
