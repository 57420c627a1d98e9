import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { Digest, Paths, Tree } from '../model/index.js';

/** Reads the catalog and the user's project while planning: what a provider's kit is made of. Synchronous and pure but for the disk. */
export interface CatalogReader {
  /** A folder or file with its content's digest; nothing there has the digest of nothing. */
  tree(root: Tree['root'], path: string): Tree;
  /** Text of a file; empty where there is none. */
  text(tree: Pick<Tree, 'root' | 'path'>): string;
  /** Names in a folder, sorted; empty where there is none. */
  names(tree: Pick<Tree, 'root' | 'path'>): readonly string[];
}

/** Reads each tree once: a plan sees one state of the disk. */
export function createCatalogReader(paths: Pick<Paths, 'catalog' | 'project'>): CatalogReader {
  const trees = new Map<string, Tree>();
  const place = ({ root, path }: Pick<Tree, 'root' | 'path'>): string => join(paths[root], inside(path));
  return {
    tree(root, path) {
      const key = `${root}:${path}`;
      const known = trees.get(key);
      if (known) return known;
      const tree = { root, path, digest: digestTree(place({ root, path })) };
      trees.set(key, tree);
      return tree;
    },
    text: (tree) => quietly(() => readFileSync(place(tree), 'utf8'), ''),
    names: (tree) => quietly(() => readdirSync(place(tree)).sort(), []),
  };
}

/** A path that cannot leave its root: `..` is resolved as if the root were the whole disk. */
const inside = (path: string): string => normalize(`/${path}`);

function quietly<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise; // nothing there: what reads it says so, with the name the user knows
  }
}

/** Of sorted paths, whether each is executable, and bytes: the same wherever git put the files. */
function digestTree(root: string): Digest {
  const sum = createHash('sha256');
  quietly(() => {
    for (const line of describe(root, '')) sum.update(`${line}\n`);
  }, undefined);
  return `sha256:${sum.digest('hex')}` as Digest; // text of a known form becomes a digest here
}

function* describe(full: string, path: string): Generator<string> {
  const stats = lstatSync(full);
  if (stats.isDirectory()) {
    for (const name of readdirSync(full).sort()) yield* describe(join(full, name), path === '' ? name : `${path}/${name}`);
  } else if (stats.isSymbolicLink()) {
    yield `${path}\0link ${readlinkSync(full)}`;
  } else if (stats.isFile()) {
    const bytes = createHash('sha256').update(readFileSync(full)).digest('hex');
    yield `${path}\0file ${stats.mode & 0o100 ? 'x' : '-'} ${bytes}`;
  }
}
