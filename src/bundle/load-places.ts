import { err, ok, type Result } from '../model/index.js';
import { badPlace } from './errors.js';
import type { Bundle, Item, ItemFile } from './types.js';

/** Kinds that lie in the cache; the others are texts of the definition and of reports, and stay in the bundle. */
const cached: ReadonlySet<Item['kind']> = new Set(['tool', 'data', 'os-package', 'content', 'terraform']);

/** A root filesystem, which is unpacked. */
const archive = /^images\/[^/]+\/rootfs\.tar$/;

/** Folders of the cache that bundles fill. */
const places = /^(tools|scap|images|terraform|bundle\/packages)\/./;

/** Written last: from then on what lies beside counts as complete. */
const isRecord = (path: string): boolean =>
  /(^|\/)(receipt|manifest)\.json$/.test(path) || /^images\/[^/]+\/[0-9a-f]+\.json$/.test(path);

/** A file with its place in the cache. */
export interface Placed {
  readonly item: string;
  readonly file: ItemFile;
  /** Below the cache; of a tree the folder it becomes. */
  readonly path: string;
}

/** What goes where, in three groups that follow each other. */
export interface Placing {
  readonly trees: readonly Placed[];
  readonly files: readonly Placed[];
  readonly records: readonly Placed[];
}

/** Sorts the files of a bundle by their places; one that leads anywhere else is refused before anything is written. */
export function placesOf({ items }: Bundle, leaveOut: ReadonlySet<string>): Result<Placing> {
  const all = items
    .filter(({ kind, name }) => cached.has(kind) && !leaveOut.has(`${kind} ${name}`))
    .flatMap(({ kind, name, files }) => files.map((file): Placed => ({ item: `${kind} ${name}`, file, path: file.path })));
  const strange = all.find(({ path }) => !places.test(path));
  if (strange !== undefined) return err(badPlace(strange.item, strange.path, 'where bundles put nothing'));
  const trees = all.filter(({ path }) => archive.test(path)).map((one) => ({ ...one, path: one.path.replace(/\.tar$/, '') }));
  const rest = all.filter(({ path }) => !archive.test(path));
  const inside = rest.find(({ path }) => trees.some((tree) => path === tree.path || path.startsWith(`${tree.path}/`)));
  if (inside !== undefined) return err(badPlace(inside.item, inside.path, 'inside of a root filesystem'));
  const records = rest.filter(({ path }) => isRecord(path));
  return ok({ trees, files: rest.filter(({ path }) => !isRecord(path)), records });
}
