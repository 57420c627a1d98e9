import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Digest, OciImage, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** How a manifest names one of its parts. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** An OCI image manifest. */
export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** What an image starts; the names are those of the OCI image specification. */
export interface ImageConfig {
  readonly architecture: string;
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly ports?: readonly string[];
}

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** The one OCI layout of the cache. */
export const layoutDir = (cache: string): string => join(cache, 'oci');

/** File of a blob in the layout. */
export const blobFile = (cache: string, digest: Digest): string =>
  join(layoutDir(cache), 'blobs', 'sha256', digest.slice('sha256:'.length));

/** Digest of a text's UTF-8 bytes. */
export const textDigest = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}` as Digest;

/** Stores a small text as a blob. */
export async function addText(w: World, mediaType: string, text: string): Promise<Result<Descriptor>> {
  const digest = textDigest(text);
  const size = Buffer.byteLength(text);
  const file = blobFile(w.paths.cache, digest);
  if ((await w.stat(file))?.size === size) return ok({ mediaType, digest, size });
  const written = await w.write(file, text);
  return written.ok ? ok({ mediaType, digest, size }) : written;
}

/** Moves a file into the layout under its digest. */
export async function addFile(w: World, mediaType: string, file: string): Promise<Result<Descriptor>> {
  const digest = await w.digest(file);
  const stat = await w.stat(file);
  if (digest === undefined || stat === undefined) return err(lost(file));
  const target = blobFile(w.paths.cache, digest);
  const folder = await w.makeDirectory(join(layoutDir(w.paths.cache), 'blobs', 'sha256'));
  if (!folder.ok) return folder;
  const moved = await w.rename(file, target);
  return moved.ok ? ok({ mediaType, digest, size: stat.size }) : moved;
}

/** Writes config and manifest over layers that are in the layout already; equal parts give an equal digest. */
export async function writeImage(
  w: World,
  ref: string,
  layers: readonly Descriptor[],
  image: ImageConfig,
): Promise<Result<OciImage>> {
  const config = await addText(w, mediaTypes.config, JSON.stringify(renderConfig(layers, image)));
  if (!config.ok) return config;
  const body: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: config.value, layers };
  const manifest = await addText(w, mediaTypes.manifest, JSON.stringify(body));
  return manifest.ok ? ok({ ref, digest: manifest.value.digest }) : manifest;
}

function renderConfig(layers: readonly Descriptor[], image: ImageConfig): object {
  return {
    // Fixed: a time would make equal content unequal.
    created: '1970-01-01T00:00:00Z',
    architecture: image.architecture,
    os: 'linux',
    config: {
      ...(image.user === undefined ? {} : { User: image.user }),
      ...(image.ports === undefined ? {} : { ExposedPorts: Object.fromEntries(image.ports.map((port) => [port, {}])) }),
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...(image.environment ?? [])],
      Entrypoint: image.entrypoint,
      ...(image.command === undefined ? {} : { Cmd: image.command }),
      WorkingDir: image.workingDir ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'strata' })),
  };
}

/** Manifest of an image in the layout; the stored bytes as they are, and parsed. */
export async function readManifest(
  r: ReadWorld,
  digest: Digest,
): Promise<Result<{ readonly text: string; readonly manifest: Manifest }>> {
  const text = await r.read(blobFile(r.paths.cache, digest));
  if (!text.ok) return text;
  if (text.value === undefined) return err(lost(digest));
  if (textDigest(text.value) !== digest) return err(corrupt(digest));
  const manifest = parseManifest(text.value);
  return manifest === undefined ? err(corrupt(digest)) : ok({ text: text.value, manifest });
}

/** Reads an image manifest; `undefined` where the text is something else. */
export function parseManifest(text: string): Manifest | undefined {
  const value = parseJson(text);
  return isManifest(value) ? value : undefined;
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null || !('config' in value) || !('layers' in value)) return false;
  return isDescriptor(value.config) && Array.isArray(value.layers) && value.layers.every(isDescriptor);
}

function isDescriptor(value: unknown): value is Descriptor {
  if (typeof value !== 'object' || value === null || !('digest' in value) || !('size' in value)) return false;
  return typeof value.digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(value.digest) && typeof value.size === 'number';
}

/** JSON, or `undefined` where the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether every part of the image lies in the layout: with its right size, or with every byte as its digest says. */
export async function imageComplete(r: ReadWorld, digest: Digest, closely: 'size' | 'bytes' = 'size'): Promise<boolean> {
  const read = await readManifest(r, digest);
  if (!read.ok) return false;
  for (const part of [read.value.manifest.config, ...read.value.manifest.layers]) {
    const file = blobFile(r.paths.cache, part.digest);
    if ((await r.stat(file))?.size !== part.size) return false;
    if (closely === 'bytes' && (await r.digest(file)) !== part.digest) return false;
  }
  return true;
}

/** Rewrites the layout's index over these images, so that any OCI client can read the folder; one caller at a time. */
export async function writeIndex(w: World, images: readonly (OciImage & { readonly size: number })[]): Promise<Result<void>> {
  const sorted = [...images].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const manifests = sorted.map(({ ref, digest, size }) => ({
    mediaType: mediaTypes.manifest,
    digest,
    size,
    annotations: { 'org.opencontainers.image.ref.name': ref, 'io.containerd.image.name': ref },
  }));
  const layout = await w.write(join(layoutDir(w.paths.cache), 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  if (!layout.ok) return layout;
  return w.write(
    join(layoutDir(w.paths.cache), 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }),
  );
}

const lost = (what: string) =>
  failure('corrupt', 'OCI-BLOB-MISSING', `${what} is not in the image cache.`, {
    say: 'Build it again.',
    command: 'strata doctor --install',
  });

const corrupt = (digest: Digest) =>
  failure('corrupt', 'OCI-BLOB-CORRUPT', `The stored bytes of ${digest} are not those of the digest.`, {
    say: 'Verify the cache; what is damaged is set aside and built again.',
    command: 'strata doctor --verify --install',
  });
