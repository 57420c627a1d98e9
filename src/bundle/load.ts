import { dirname, join } from 'node:path';
import { Type } from 'typebox';
import { type Digest, err, type OciImage, ok, type Result, type World } from '../model/index.js';
import { blobFile, writeIndex } from '../tools/oci/index.js';
import type { BundleDisk } from './disk.js';
import { deltaBase, otherTree, placeTaken, stopped } from './errors.js';
import { blobPath } from './layout.js';
import { type Placed, placesOf, type Placing } from './load-places.js';
import { parseAs, readBlob } from './read.js';
import { unpackTree } from './trees.js';
import type { Item } from './types.js';
import { DigestText } from './types.js';
import type { Described } from './verify.js';

/** Filling a cache out of a bundle whose every byte was judged. */
export interface Loading {
  readonly w: World;
  readonly disk: BundleDisk;
  readonly described: Described;
  /** Items that are no part of the cache, as `KIND NAME`. */
  readonly leaveOut: ReadonlySet<string>;
  /** Whether what a record of the cache speaks of is there as it says; such folders are left as they are. */
  readonly intact: (record: string) => Promise<boolean>;
  /** Images the cache lists already. */
  readonly listed: readonly (OciImage & { readonly size: number })[];
  readonly told: (what: string) => void;
  readonly stop?: AbortSignal;
}

/** What a load did. */
export interface Loaded {
  readonly placedFiles: number;
  readonly placedBytes: number;
  readonly keptFiles: number;
}

interface Count {
  placedFiles: number;
  placedBytes: number;
  keptFiles: number;
  /** Paths below the cache that wait for the disk. */
  readonly fresh: string[];
}

/** Fills the cache: images, root filesystems, files, and last the records that make them count. Run again, it goes on. */
export async function loadDescribed(loading: Loading): Promise<Result<Loaded>> {
  const placing = placesOf(loading.described.bundle, loading.leaveOut);
  if (!placing.ok) return placing;
  const count: Count = { placedFiles: 0, placedBytes: 0, keptFiles: 0, fresh: [] };
  const todo = await withoutIntact(loading, placing.value, count);
  const times = await timesOf(loading, todo.records);
  if (!times.ok) return times;
  for (const part of [
    () => loadImages(loading, count),
    () => each(loading, todo.trees, (one) => loadTree(loading, one, placing.value.records, count)),
    () => each(loading, todo.files, (one) => loadFile(loading, one, times.value, count)),
    () => settled(loading, count),
    () => each(loading, todo.records, (one) => loadFile(loading, one, times.value, count)),
    () => settled(loading, count),
  ]) {
    const done = await part();
    if (!done.ok) return done;
  }
  const { placedFiles, placedBytes, keptFiles } = count;
  return ok({ placedFiles, placedBytes, keptFiles });
}

async function each(
  { stop, told }: Loading,
  list: readonly Placed[],
  work: (one: Placed) => Promise<Result<void>>,
): Promise<Result<void>> {
  for (const one of list) {
    if (stop?.aborted === true) return err(stopped('load'));
    told(one.path);
    const done = await work(one);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** What reaches the disk first must not be what says that all is there. */
async function settled({ w, disk }: Loading, count: Count): Promise<Result<void>> {
  const flushed = await disk.flush(w.paths.cache, count.fresh);
  count.fresh.length = 0;
  return flushed;
}

/** A folder whose record holds may be in use, and be another build of the same inputs: nothing in it is replaced. */
async function withoutIntact({ intact, w }: Loading, placing: Placing, count: Count): Promise<Placing> {
  const kept = new Set<string>();
  for (const { path } of placing.records) if (await intact(join(w.paths.cache, path))) kept.add(folderOf(path));
  const open = ({ path }: Placed): boolean => ![...kept].some((folder) => path === folder || path.startsWith(`${folder}/`));
  const todo = { trees: placing.trees.filter(open), files: placing.files.filter(open), records: placing.records.filter(open) };
  const all = ({ trees, files, records }: Placing): number => trees.length + files.length + records.length;
  count.keptFiles += all(placing) - all(todo);
  return todo;
}

/** What a record speaks of: its folder, or of an image only the record itself. */
const folderOf = (path: string): string => (/(receipt|manifest)\.json$/.test(path) ? dirname(path) : path);

const ReceiptShape = Type.Object({ files: Type.Array(Type.Object({ path: Type.String(), modifiedMs: Type.Number() })) });

/** Times that receipts give: what they speak of must bear them, or it counts as changed. */
async function timesOf({ disk, described }: Loading, records: readonly Placed[]): Promise<Result<ReadonlyMap<string, number>>> {
  const times = new Map<string, number>();
  for (const { item, file, path } of records) {
    if (!path.endsWith('/receipt.json') || !described.source.files.has(blobPath(file.digest))) continue;
    const bytes = await readBlob(disk, described.source, file, `${item}: ${path}`);
    if (!bytes.ok) return bytes;
    const receipt = parseAs(ReceiptShape, bytes.value, `${item}: ${path}`);
    if (!receipt.ok) return receipt;
    for (const one of receipt.value.files) times.set(join(dirname(path), one.path), one.modifiedMs);
  }
  return ok(times);
}

async function loadFile(loading: Loading, one: Placed, times: ReadonlyMap<string, number>, count: Count): Promise<Result<void>> {
  const { w, disk } = loading;
  const target = join(w.paths.cache, one.path);
  const brought = await bring(loading, one.file, { path: one.path, what: `${one.item}: ${one.file.path}` }, count);
  if (!brought.ok) return brought;
  const modifiedMs = times.get(one.path);
  return disk.settle(target, { mode: one.file.executable ? 0o755 : 0o644, ...(modifiedMs === undefined ? {} : { modifiedMs }) });
}

interface Target {
  /** Below the cache. */
  readonly path: string;
  readonly what: string;
}

/** Puts content at its place unless it is there; its digest is looked at while it is written. */
async function bring(
  { w, disk, described }: Loading,
  { digest, size }: { readonly digest: Digest; readonly size: number },
  { path, what }: Target,
  count: Count,
): Promise<Result<void>> {
  const target = join(w.paths.cache, path);
  const across = await disk.wayThrough(w.paths.cache, path);
  if (across !== undefined) return err(placeTaken(path, across));
  const there = await w.stat(target);
  if (there !== undefined && there.kind !== 'file') return err(placeTaken(path, path));
  if (there?.size === size && (await w.digest(target)) === digest) {
    count.keptFiles += 1;
    return ok(undefined);
  }
  const place = described.source.files.get(blobPath(digest));
  if (place === undefined) return err(deltaBase(what));
  const copied = await disk.copy(place.pieces, target, { want: digest });
  if (!copied.ok) return copied;
  count.placedFiles += 1;
  count.placedBytes += size;
  count.fresh.push(path);
  return ok(undefined);
}

/** Blobs first, then the index that names them. */
async function loadImages(loading: Loading, count: Count): Promise<Result<void>> {
  const { w, described, listed, stop, told } = loading;
  const images = described.bundle.items.filter(({ kind }) => kind === 'image');
  for (const image of images) {
    if (stop?.aborted === true) return err(stopped('load'));
    told(image.name);
    for (const { digest, size, what } of blobsOf(image)) {
      const path = blobFile('', digest).replace(/^\/+/, '');
      const done = await bring(loading, { digest, size }, { path, what }, count);
      if (!done.ok) return done;
    }
  }
  const flushed = await settled(loading, count);
  if (!flushed.ok) return flushed;
  const names = new Set(images.map(({ name }) => name));
  const brought = images.map(({ name, digest, manifestSize }) => ({ ref: name, digest, size: manifestSize }));
  const before = new Map(listed.map((image) => [image.ref, image.digest]));
  if (brought.every(({ ref, digest }) => before.get(ref) === digest)) return ok(undefined);
  return writeIndex(w, [...listed.filter(({ ref }) => !names.has(ref)), ...brought]);
}

function blobsOf({ name, digest, manifestSize, config, files }: Item) {
  const what = `image ${name}`;
  return [
    ...files.map((file) => ({ digest: file.digest, size: file.size, what: `${what}: ${file.path}` })),
    { ...config, what: `${what}: its configuration` },
    { digest, size: manifestSize, what: `the manifest of ${what}` },
  ];
}

const TreeRecordShape = Type.Object({ rootfs: Type.Optional(DigestText) });

/** Unpacks a root filesystem, and holds it against its record where that gives a digest. */
async function loadTree(loading: Loading, one: Placed, records: readonly Placed[], count: Count): Promise<Result<void>> {
  const { w, disk, described } = loading;
  const across = await disk.wayThrough(w.paths.cache, one.path);
  if (across !== undefined) return err(placeTaken(one.path, across));
  const wanted = await treeDigest(
    loading,
    records.find(({ path }) => path === join(dirname(one.path), 'manifest.json')),
  );
  if (!wanted.ok) return wanted;
  if ((await w.stat(join(w.paths.cache, one.path))) !== undefined) {
    count.keptFiles += 1;
    return ok(undefined);
  }
  const place = described.source.files.get(blobPath(one.file.digest));
  if (place === undefined) return err(deltaBase(`${one.item}: ${one.file.path}`));
  const archive = join(w.paths.cache, 'tmp', `${one.file.digest.slice(-24)}.tar`);
  const copied = await disk.copy(place.pieces, archive, { want: one.file.digest });
  if (!copied.ok) return copied;
  const unpacked = await unpackTree(w, archive, one.path, wanted.value);
  const cleared = await w.remove(archive);
  if (!unpacked.ok) return unpacked;
  if (unpacked.value !== undefined) return err(otherTree(one.path, wanted.value ?? '', unpacked.value));
  count.placedFiles += 1;
  count.placedBytes += one.file.size;
  return cleared;
}

async function treeDigest({ disk, described }: Loading, record: Placed | undefined): Promise<Result<Digest | undefined>> {
  if (record === undefined || !described.source.files.has(blobPath(record.file.digest))) return ok(undefined);
  const bytes = await readBlob(disk, described.source, record.file, `${record.item}: ${record.path}`);
  if (!bytes.ok) return bytes;
  const read = parseAs(TreeRecordShape, bytes.value, `${record.item}: ${record.path}`);
  return read.ok ? ok(read.value.rootfs) : read;
}
