import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import type { Digest, Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { aptClosure, type DebianPackage, unpackDebs } from '../../tools/apt/index.js';
import { addFile, blobFile, type Descriptor, mediaTypes } from '../../tools/oci/index.js';
import { createTar } from '../../tools/tar/index.js';
import { conforms } from '../check.js';
import { wrongPackage } from '../errors.js';
import { keyOf } from '../key.js';
import type { Mutex } from '../mutex.js';
import { aptState, fetchDebs } from '../obtain/debian.js';
import type { ImagePin } from '../pins.js';
import { withScratch } from '../scratch.js';

const Kept = Type.Object({
  packages: Type.Array(Type.Object({ name: Type.String(), version: Type.String() })),
  layer: Type.Object({ mediaType: Type.String(), digest: Type.String(), size: Type.Number() }),
});

/** Documentation, translations, conversions between old character sets: no program here needs them. */
const pruned = [
  'usr/share/bug',
  'usr/share/doc',
  'usr/share/info',
  'usr/share/lintian',
  'usr/share/locale',
  'usr/share/man',
  'usr/lib/x86_64-linux-gnu/gconv',
  'usr/lib/aarch64-linux-gnu/gconv',
] as const;

/** What a lower layer is made of. */
export interface DebianLayer {
  readonly image: string;
  readonly debian: NonNullable<ImagePin['debian']>;
  readonly leaveOut: readonly string[];
  readonly caBundle: boolean;
}

/** Files of Debian packages as one layer; made once, then kept with the versions that went in. */
export async function debianLayer(w: World, apt: Mutex, wanted: DebianLayer): Promise<Result<Descriptor>> {
  const { packages, omit } = wanted.debian;
  const kept = join(
    w.paths.cache,
    'layers',
    keyOf({ packages, omit, pruned, leaveOut: wanted.leaveOut, caBundle: wanted.caBundle }),
    'receipt.json',
  );
  return apt(async () => {
    const known = await readKept(w, kept);
    if (known !== undefined) return judge(wanted, known.packages, known.layer);
    return withScratch(w, `layer-${wanted.image}`, async (dir) => {
      const made = await makeLayer(w, dir, wanted);
      if (!made.ok) return made;
      const written = await w.write(kept, `${JSON.stringify(made.value, null, 2)}\n`);
      return written.ok ? judge(wanted, made.value.packages, made.value.layer) : written;
    });
  });
}

async function readKept(w: World, file: string): Promise<{ packages: readonly DebianPackage[]; layer: Descriptor } | undefined> {
  const text = await w.read(file);
  if (!text.ok || text.value === undefined) return undefined;
  const value = parse(text.value);
  if (value === undefined) return undefined;
  const layer: Descriptor = { ...value.layer, digest: value.layer.digest as Digest };
  return (await w.stat(blobFile(w.paths.cache, layer.digest)))?.size === layer.size
    ? { packages: value.packages, layer }
    : undefined;
}

function parse(text: string): Static<typeof Kept> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return conforms(Kept, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The reference promises a version; a package source that moved on must not break that promise silently. */
function judge(wanted: DebianLayer, packages: readonly DebianPackage[], layer: Descriptor): Result<Descriptor> {
  for (const [name, version] of Object.entries(wanted.debian.expect ?? {})) {
    const got = packages.find((p) => p.name === name)?.version ?? 'none';
    if (!upstreamOf(got).startsWith(version)) return err(wrongPackage(wanted.image, name, version, got));
  }
  return ok(layer);
}

/** `5:7.0.15-1~deb12u10` → `7.0.15-1~deb12u10`: the epoch is Debian's own. */
const upstreamOf = (version: string): string => version.replace(/^[0-9]+:/, '');

async function makeLayer(
  w: World,
  dir: string,
  wanted: DebianLayer,
): Promise<Result<{ packages: readonly DebianPackage[]; layer: Descriptor }>> {
  const [debs, root, file] = [join(dir, 'debs'), join(dir, 'root'), join(dir, 'layer.tar')];
  for (const folder of [debs, root]) {
    const made = await w.makeDirectory(folder);
    if (!made.ok) return made;
  }
  const state = await aptState(w);
  if (!state.ok) return state;
  w.note(`Fetching Debian packages: ${wanted.debian.packages.join(', ')}`);
  const resolve = async () => {
    const closure = await aptClosure(w, state.value, wanted.debian.packages);
    return closure.ok
      ? ok(closure.value.filter(({ name }) => wanted.debian.packages.includes(name) || !wanted.leaveOut.includes(name)))
      : closure;
  };
  const fetched = await fetchDebs(w, state.value, resolve, debs);
  if (!fetched.ok) return fetched;
  const unpacked = await unpackDebs(w, fetched.value.files, root);
  if (!unpacked.ok) return unpacked;
  const trimmed = await trim(w, root, wanted);
  if (!trimmed.ok) return trimmed;
  const archived = await createTar(w, root, file);
  if (!archived.ok) return archived;
  const layer = await addFile(w, mediaTypes.layer, file);
  return layer.ok ? ok({ packages: fetched.value.packages, layer: layer.value }) : layer;
}

async function trim(w: World, root: string, wanted: DebianLayer): Promise<Result<void>> {
  for (const path of [...pruned, ...(wanted.debian.omit ?? [])]) {
    const removed = await w.remove(join(root, path));
    if (!removed.ok) return removed;
  }
  return wanted.caBundle ? bundleAuthorities(w, root) : ok(undefined);
}

/** What the package's own installation script does: one file of all authorities. */
async function bundleAuthorities(w: World, root: string): Promise<Result<void>> {
  const from = join(root, 'usr/share/ca-certificates/mozilla');
  const parts: string[] = [];
  for (const name of await w.list(from)) {
    const text = await w.read(join(from, name));
    if (!text.ok) return text;
    parts.push(`${(text.value ?? '').trim()}\n`);
  }
  return w.write(join(root, 'etc/ssl/certs/ca-certificates.crt'), parts.join(''));
}
