import { err, type OciImage, ok, type ReadWorld, type Result } from '../model/index.js';
import { blobFile, readManifest } from '../tools/oci/index.js';
import type { Component } from './bill/component.js';
import type { Look } from './bill/facts.js';
import type { ImageInput } from './create.js';
import { malformed } from './errors.js';

const looks: readonly (readonly [RegExp, Look])[] = [
  [/\.tar$/, 'layer'],
  [/(\+|\.)gzip$/, 'layer-gzip'],
];

/** An image of the cache's layout as it is to be carried. */
export async function imageInput(
  r: ReadWorld,
  image: OciImage,
  packages: ReadonlyMap<string, readonly { readonly name: string; readonly version: string }[]>,
): Promise<Result<ImageInput>> {
  const stored = await readManifest(r, image.digest);
  if (!stored.ok) return stored;
  const { manifest, text } = stored.value;
  const content = (part: { readonly mediaType: string; readonly digest: OciImage['digest']; readonly size: number }) => ({
    file: blobFile(r.paths.cache, part.digest),
    size: part.size,
    digest: part.digest,
    look: looks.find(([form]) => form.test(part.mediaType))?.[1],
  });
  const architecture = await architectureOf(r, blobFile(r.paths.cache, manifest.config.digest));
  if (!architecture.ok) return architecture;
  return ok({
    ref: image.ref,
    architecture: architecture.value,
    manifest: text,
    mediaType: manifest.mediaType,
    config: { ...content(manifest.config), look: undefined },
    layers: manifest.layers.map(content),
    known: manifest.layers.flatMap(({ digest }) =>
      (packages.get(digest) ?? []).map(({ name, version }): Component => ({ kind: 'deb', name, version })),
    ),
  });
}

async function architectureOf(r: ReadWorld, file: string): Promise<Result<string>> {
  const text = await r.read(file);
  if (!text.ok) return text;
  try {
    const value: unknown = JSON.parse(text.value ?? '');
    const architecture: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'architecture') : undefined;
    return typeof architecture === 'string' ? ok(architecture) : err(malformed(file, 'it names no architecture'));
  } catch {
    return err(malformed(file, 'it is no configuration of an image'));
  }
}
