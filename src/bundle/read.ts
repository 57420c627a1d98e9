import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { TSchema, Static } from 'typebox';
import { Value } from 'typebox/value';
import { err, ok, type Result } from '../model/index.js';
import type { BundleDisk } from './disk.js';
import { absent, changed, malformed, noKey, tooMuch, unsigned, wrongSignature, wrongSize } from './errors.js';
import { limits, media, notes } from './format.js';
import { payloadDigest, signatureHolds } from './keys.js';
import { blobPath, type Source } from './layout.js';
import { type Index, IndexShape, type ItemManifest, ManifestShape, type Part } from './types.js';

/** The layout's index: where the bundle's own index and its signature are. */
export interface Entry {
  readonly index: Index;
  readonly root: Part;
  readonly signature?: Part;
  readonly attestation?: Part;
}

/** Who must have signed: a key, or nobody where that was allowed. */
export type Trust = { readonly key: KeyObject } | { readonly unsigned: 'allowed' | 'refused' };

/** Reads a small file of the layout whole. */
export async function readFile(disk: BundleDisk, source: Source, path: string, limit: number): Promise<Result<Uint8Array>> {
  const place = source.files.get(path);
  if (place === undefined) return err(absent(path));
  if (place.size > limit) return err(tooMuch(`bytes in ${path}`, place.size, limit));
  return disk.bytes(place.pieces, limit);
}

/** Reads a small blob whole; size and digest are checked before anything is made of it. */
export async function readBlob(
  disk: BundleDisk,
  source: Source,
  part: { readonly digest: string; readonly size: number },
  what: string,
): Promise<Result<Uint8Array>> {
  const place = source.files.get(blobPath(part.digest));
  if (place === undefined) return err(absent(what));
  if (place.size !== part.size) return err(wrongSize(what, part.size, place.size));
  if (place.size > limits.manifest) return err(tooMuch(`bytes in ${what}`, place.size, limits.manifest));
  const bytes = await disk.bytes(place.pieces, limits.manifest);
  if (!bytes.ok) return bytes;
  const got = `sha256:${createHash('sha256').update(bytes.value).digest('hex')}`;
  return got === part.digest ? bytes : err(changed(what, part.digest, got));
}

/** JSON of a shape. */
export function parseAs<T extends TSchema>(shape: T, bytes: Uint8Array, what: string): Result<Static<T>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err(malformed(what, 'it is no JSON'));
  }
  if (Value.Check(shape, value)) return ok(value);
  const [first] = Value.Errors(shape, value);
  return err(malformed(what, `${first?.instancePath || 'it'} ${first?.message ?? 'does not fit'}`));
}

/** Finds the bundle's index and signature; trusts nothing yet. */
export async function readEntry(disk: BundleDisk, source: Source): Promise<Result<Entry>> {
  const layout = await readFile(disk, source, 'oci-layout', 4096);
  if (!layout.ok) return layout;
  if (!/^\{\s*"imageLayoutVersion"\s*:\s*"1\.0\.0"\s*\}\s*$/.test(Buffer.from(layout.value).toString('utf8')))
    return err(malformed('oci-layout', 'it does not name version 1.0.0'));
  const bytes = await readFile(disk, source, 'index.json', limits.index);
  if (!bytes.ok) return bytes;
  const index = parseAs(IndexShape, bytes.value, 'index.json');
  if (!index.ok) return index;
  const { manifests } = index.value;
  if (manifests.length > limits.items) return err(tooMuch('entries in index.json', manifests.length, limits.items));
  const roots = manifests.filter((part) => part.artifactType === media.bundle);
  const [root] = roots;
  if (root === undefined || roots.length > 1) return err(malformed('index.json', `it names ${roots.length} bundles`));
  const named = (suffix: string): Part | undefined =>
    manifests.find((part) => part.annotations?.[notes.ref] === `${root.digest.replace(':', '-')}.${suffix}`);
  const [signature, attestation] = [named('sig'), named('att')];
  return ok({
    index: index.value,
    root,
    ...(signature === undefined ? {} : { signature }),
    ...(attestation === undefined ? {} : { attestation }),
  });
}

/** Checks who signed the bundle's index; before this, nothing of it is believed. */
export async function checkSignature(
  disk: BundleDisk,
  source: Source,
  entry: Entry,
  trust: Trust,
): Promise<Result<'signed' | 'unsigned'>> {
  if ('unsigned' in trust) return withoutKey(entry, trust.unsigned);
  if (entry.signature === undefined) return err(unsigned());
  const bytes = await readBlob(disk, source, entry.signature, 'the signature');
  if (!bytes.ok) return bytes;
  const manifest = parseAs(ManifestShape, bytes.value, 'the signature');
  if (!manifest.ok) return manifest;
  const { layers } = manifest.value;
  if (layers.length > 16) return err(tooMuch('signatures', layers.length, 16));
  let why = 'it is not of the given key';
  for (const layer of layers) {
    const held = await holdsFor(disk, source, layer, trust.key);
    if (!held.ok) return held;
    if (held.value === entry.root.digest) return ok('signed');
    if (held.value !== undefined) why = 'it is of the given key, but for other content';
  }
  return err(wrongSignature(why));
}

function withoutKey(entry: Entry, unsignedOnes: 'allowed' | 'refused'): Result<'unsigned'> {
  if (unsignedOnes === 'allowed') return ok('unsigned');
  return err(entry.signature === undefined ? unsigned() : noKey());
}

/** Digest that one signature of the key is for; `undefined` where it is not of the key. */
async function holdsFor(
  disk: BundleDisk,
  source: Source,
  layer: ItemManifest['layers'][number],
  key: KeyObject,
): Promise<Result<string | undefined>> {
  if (layer.mediaType !== media.payload) return ok(undefined);
  const payload = await readBlob(disk, source, layer, 'the signed text');
  if (!payload.ok) return payload;
  const held = signatureHolds(key, payload.value, layer.annotations?.[notes.signature] ?? '');
  return ok(held ? (payloadDigest(payload.value) ?? '') : undefined);
}
