import { isDeepStrictEqual } from 'node:util';
import { type Digest, err, ok, type Result } from '../model/index.js';
import type { BundleDisk } from './disk.js';
import { badPath, malformed, newerFormat, strangeType, tooMuch, twice, twoSizes } from './errors.js';
import { folded, formatVersion, imageMedia, limits, media, notes, pathFault } from './format.js';
import type { Source } from './layout.js';
import { type Entry, parseAs, readBlob } from './read.js';
import { layoutIndex } from './seal.js';
import {
  type About,
  type Bundle,
  type Index,
  IndexShape,
  isKind,
  type Item,
  type ItemFile,
  type ItemManifest,
  ManifestShape,
  type Part,
} from './types.js';

/** Reads the bundle's index and every item's manifest: all names, sizes and digests, and no content. */
export async function readBundle(disk: BundleDisk, source: Source, entry: Entry): Promise<Result<Bundle>> {
  const { root, index } = entry;
  const bytes = await readBlob(disk, source, root, "the bundle's index");
  if (!bytes.ok) return bytes;
  const parsed = parseAs(IndexShape, bytes.value, "the bundle's index");
  if (!parsed.ok) return parsed;
  const about = readAbout(parsed.value);
  if (!about.ok) return about;
  if (parsed.value.manifests.length > limits.items) return err(tooMuch('items', parsed.value.manifests.length, limits.items));
  const items: Item[] = [];
  for (const part of parsed.value.manifests) {
    const item = await readItem(disk, source, part);
    if (!item.ok) return item;
    items.push(item.value);
  }
  const bundle: Bundle = { about: about.value, root: root.digest, rootSize: root.size, items };
  const sound = checkNames(bundle) ?? checkSizes(bundle) ?? checkOuter(index, bundle) ?? checkWhole(entry, bundle, parsed.value);
  return sound === undefined ? ok(bundle) : err(sound);
}

function readAbout({ annotations = {}, artifactType, mediaType }: Index): Result<About> {
  const text = (key: string): string => annotations[key] ?? '';
  if (mediaType !== media.index || artifactType !== media.bundle)
    return err(strangeType("the bundle's index", artifactType ?? mediaType));
  if (text(notes.format) !== String(formatVersion)) return err(newerFormat(text(notes.format)));
  const missing = parseList(text(notes.missing) || '[]');
  const { created, expires } = { created: text(notes.created), expires: annotations[notes.expires] };
  for (const time of [created, ...(expires === undefined ? [] : [expires])]) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) || Number.isNaN(Date.parse(time)))
      return err(malformed("the bundle's index", `${JSON.stringify(time.slice(0, 40))} is no time`));
  }
  if (missing === undefined) return err(malformed("the bundle's index", 'its list of what is missing is no list'));
  return ok({
    platform: text(notes.platform),
    environment: text(notes.environment),
    release: text(notes.release),
    created,
    ...(expires === undefined ? {} : { expires }),
    strata: text(notes.program),
    missing,
  });
}

function parseList(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one): one is string => typeof one === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

async function readItem(disk: BundleDisk, source: Source, part: Part): Promise<Result<Item>> {
  const kind = part.annotations?.[notes.kind] ?? '';
  const name = part.annotations?.[notes.name] ?? '';
  const what = `${kind || 'item'} ${name || part.digest}`;
  if (!isKind(kind) || name === '')
    return err(malformed("the bundle's index", `${what.slice(0, 120)} is of no known kind or has no name`));
  if (!imageMedia.has(part.mediaType)) return err(strangeType(what, part.mediaType));
  const bytes = await readBlob(disk, source, part, `the manifest of ${what}`);
  if (!bytes.ok) return bytes;
  const manifest = parseAs(ManifestShape, bytes.value, `the manifest of ${what}`);
  if (!manifest.ok) return manifest;
  const files = kind === 'image' ? partsOf(what, manifest.value) : filesOf(what, manifest.value);
  if (!files.ok) return files;
  const { subject } = manifest.value;
  return ok({
    kind,
    name,
    digest: part.digest,
    manifestSize: part.size,
    mediaType: part.mediaType,
    files: files.value,
    config: { digest: manifest.value.config.digest, size: manifest.value.config.size },
    ...(subject === undefined ? {} : { subject: subject.digest }),
  });
}

function partsOf(what: string, { config, layers }: ItemManifest): Result<readonly ItemFile[]> {
  const strange = [config, ...layers].find((one) => !imageMedia.has(one.mediaType));
  if (strange !== undefined) return err(strangeType(what, strange.mediaType));
  return ok(layers.map(({ digest, size }, i) => ({ path: `layer ${i + 1}`, digest, size, executable: false })));
}

const fileMedia: ReadonlySet<string> = new Set([media.file, media.cyclonedx, media.spdx]);

function filesOf(what: string, { config, layers }: ItemManifest): Result<readonly ItemFile[]> {
  if (config.mediaType !== media.empty) return err(strangeType(what, config.mediaType));
  if (layers.length > limits.entries) return err(tooMuch(`files in ${what}`, layers.length, limits.entries));
  const files: ItemFile[] = [];
  for (const layer of layers) {
    if (!fileMedia.has(layer.mediaType)) return err(strangeType(what, layer.mediaType));
    const path = layer.annotations?.[notes.title] ?? '';
    const fault = pathFault(path);
    if (fault !== undefined) return err(badPath(what, path, fault));
    files.push({ path, digest: layer.digest, size: layer.size, executable: layer.annotations?.[notes.mode] === '0755' });
  }
  return ok(files);
}

/** Names that are equal to some file system: which one counts would differ. */
function checkNames({ items }: Bundle) {
  const known = new Map<string, string>();
  for (const { kind, name } of items) {
    const key = `${kind}\n${name}`;
    if (known.has(key)) return twice("the bundle's index", `${kind} ${name}`, `${kind} ${name}`);
    known.set(key, name);
  }
  for (const { kind, name, files } of items) {
    const paths = new Map<string, string>();
    for (const { path } of files) {
      const like = paths.get(folded(path));
      if (like !== undefined) return twice(`${kind} ${name}`, path, like);
      paths.set(folded(path), path);
    }
    const clash = files.find(({ path }) => parentsOf(folded(path)).some((parent) => paths.has(parent)));
    if (clash !== undefined) return twice(`${kind} ${name}`, clash.path, 'a file that would be its folder');
  }
  return undefined;
}

const parentsOf = (path: string): readonly string[] => {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
};

function checkSizes({ items }: Bundle) {
  const sizes = new Map<Digest, { readonly size: number; readonly what: string }>();
  let [count, total] = [0, 0];
  for (const { kind, name, files, config } of items) {
    count += files.length;
    if (count > limits.entries) return tooMuch('files in its items', count, limits.entries);
    for (const { digest, size, path } of [...files, { ...config, path: 'config' }]) {
      const what = `${kind} ${name}: ${path}`;
      const known = sizes.get(digest);
      if (known !== undefined && known.size !== size) return twoSizes(what, known.what);
      if (known === undefined) total += size;
      sizes.set(digest, { size, what });
    }
  }
  return total > limits.total ? tooMuch('bytes', total, limits.total) : undefined;
}

/** The layout's index is not signed: it may name nothing but what the signed one names, under the same name. */
function checkOuter(index: Index, { items, root }: Bundle) {
  const images = new Map(items.filter(({ kind }) => kind === 'image').map((item) => [item.name, item]));
  const seen = new Set<string>();
  for (const part of index.manifests) {
    const ref = part.annotations?.[notes.ref] ?? '';
    if (seen.has(ref)) return twice('index.json', ref, ref);
    seen.add(ref);
    if (part.digest === root || ['sig', 'att'].some((word) => ref === `${root.replace(':', '-')}.${word}`)) continue;
    const item = images.get(ref);
    if (item === undefined)
      return malformed('index.json', `it names ${JSON.stringify(ref.slice(0, 120))}, which the bundle does not hold`);
    if (item.digest !== part.digest || item.manifestSize !== part.size || item.mediaType !== part.mediaType)
      return malformed('index.json', `it gives ${ref} other content than the bundle does`);
  }
  return undefined;
}

/** Beyond what is told apart above, not a word of it may differ: some clients go by annotations. */
function checkWhole({ index, root, signature, attestation }: Entry, { about }: Bundle, own: Index) {
  const signed = [signature, attestation].filter((part) => part !== undefined);
  return isDeepStrictEqual(index, layoutIndex(about, root, own.manifests, signed))
    ? undefined
    : malformed('index.json', 'it is not the one this bundle was made with');
}
