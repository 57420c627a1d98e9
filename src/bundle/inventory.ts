import { Value } from 'typebox/value';
import { Type } from 'typebox';
import { type Digest, err, ok, type Result } from '../model/index.js';
import { malformed } from './errors.js';
import type { Bundle, Item } from './types.js';
import { DigestText } from './types.js';
import type { Described, LeftOut } from './verify.js';

const InventoryShape = Type.Object({
  root: DigestText,
  blobs: Type.Array(Type.Object({ digest: DigestText, size: Type.Integer({ minimum: 0 }) })),
});

/** Content of files and layers that a bundle brought: what the next one need not carry. */
export function inventoryOf({ bundle, leftOut }: Pick<Described, 'bundle' | 'leftOut'>): LeftOut {
  const blobs = new Map<Digest, number>(leftOut);
  for (const { kind, files, config } of bundle.items) {
    // Descriptions are small and always carried, so that a delta can be read by itself.
    if (kind === 'sbom' || kind === 'left-out') continue;
    for (const { digest, size } of kind === 'image' ? [...files, config] : files) blobs.set(digest, size);
  }
  const sorted = [...blobs].sort(([a], [b]) => (a < b ? -1 : 1));
  return { base: bundle.root, blobs: sorted.map(([digest, size]) => ({ digest, size })) };
}

/** Reads what `bundle inspect -o json` wrote. */
export function parseInventory(file: string, text: string): Result<LeftOut> {
  try {
    const value: unknown = JSON.parse(text);
    if (!Value.Check(InventoryShape, value)) return err(malformed(file, 'it is not what `strata bundle inspect -o json` writes'));
    return ok({ base: value.root, blobs: value.blobs.map(({ digest, size }) => ({ digest, size })) });
  } catch {
    return err(malformed(file, 'it is no JSON'));
  }
}

/** How an item differs between two bundles. */
export interface Difference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly kind: Item['kind'];
  readonly name: string;
  /** Files that differ; of images their layers. */
  readonly files: readonly { readonly path: string; readonly change: 'added' | 'removed' | 'changed' }[];
  /** Bytes the second has and the first has not. */
  readonly bytes: number;
}

/** What the second bundle has that the first has not, and the other way round. */
export function compareBundles(before: Bundle, after: Bundle): readonly Difference[] {
  const key = ({ kind, name }: Item): string => `${kind}\n${name}`;
  const old = new Map(before.items.map((item) => [key(item), item]));
  const known = new Set(before.items.flatMap(({ files }) => files.map(({ digest }) => digest)));
  const found: Difference[] = [];
  for (const item of after.items.filter(isContent)) {
    const was = old.get(key(item));
    old.delete(key(item));
    if (was?.digest === item.digest) continue;
    const bytes = new Map(item.files.filter(({ digest }) => !known.has(digest)).map(({ digest, size }) => [digest, size]));
    found.push({
      change: was === undefined ? 'added' : 'changed',
      kind: item.kind,
      name: item.name,
      files: was === undefined ? [] : compareFiles(was, item),
      bytes: [...bytes.values()].reduce((sum, size) => sum + size, 0),
    });
  }
  const gone = [...old.values()].filter(isContent);
  return [...found, ...gone.map(({ kind, name }): Difference => ({ change: 'removed', kind, name, files: [], bytes: 0 }))];
}

/** Bills of materials follow from the rest. */
const isContent = ({ kind }: Item): boolean => kind !== 'sbom' && kind !== 'left-out';

function compareFiles(before: Item, after: Item): Difference['files'] {
  const old = new Map(before.files.map(({ path, digest }) => [path, digest]));
  const found: Difference['files'][number][] = [];
  for (const { path, digest } of after.files) {
    if (!old.has(path)) found.push({ path, change: 'added' });
    else if (old.get(path) !== digest) found.push({ path, change: 'changed' });
    old.delete(path);
  }
  return [...found, ...[...old.keys()].map((path) => ({ path, change: 'removed' as const }))];
}
