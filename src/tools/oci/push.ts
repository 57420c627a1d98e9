import { basename, join } from 'node:path';
import type { Digest, OciImage, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';
import type { Manifest } from './layout.js';
import { addFile, addText, layoutDir, mediaTypes, parseManifest, readManifest } from './layout.js';
import { mirrored, parseReference } from './reference.js';
import type { Repository } from './registry.js';
import { blobUrl, getManifest, headManifest, pushBlob, pushManifest } from './registry.js';

/** Sends an image from the cache's layout to a registry, under its full name; sends only what is missing. */
export async function pushImage(w: World, registry: string, image: OciImage): Promise<Result<void>> {
  const target = targetOf(registry, image);
  if (!target.ok) return target;
  const { repo, tag } = target.value;
  const known = await headManifest(w, repo, tag);
  if (!known.ok) return known;
  if (known.value === image.digest) return ok(undefined);
  const stored = await readManifest(w, image.digest);
  if (!stored.ok) return stored;
  const { manifest, text } = stored.value;
  for (const part of [...manifest.layers, manifest.config]) {
    const sent = await pushBlob(w, repo, part);
    if (!sent.ok) return sent;
  }
  const pushed = await pushManifest(w, repo, tag, text);
  if (!pushed.ok) return pushed;
  return pushed.value === image.digest ? ok(undefined) : err(changed(image.ref, image.digest, pushed.value));
}

/** Whether the registry serves exactly this image under its tag. */
export async function hasImage(r: ReadWorld, registry: string, image: OciImage): Promise<Result<boolean>> {
  const target = targetOf(registry, image);
  if (!target.ok) return target;
  const known = await headManifest(r, target.value.repo, target.value.tag);
  return known.ok ? ok(known.value === image.digest) : known;
}

/** Manifest behind a reference in the registry; `undefined` where there is none. */
export async function pullManifest(r: ReadWorld, registry: string, ref: string): Promise<Result<Manifest | undefined>> {
  const reference = parseReference(ref);
  if (!reference.ok) return reference;
  const text = await getManifest(r, { registry, name: mirrored(reference.value) }, reference.value.tag);
  if (!text.ok) return text;
  return ok(text.value === undefined ? undefined : parseManifest(text.value));
}

/** A file to be published as an OCI artefact. */
export interface ArtefactPush {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Media type of the (empty) config: what the artefact is. */
  readonly mediaType: string;
  readonly layerMediaType: string;
  /** Absolute path; copied, not moved. */
  readonly file: string;
}

/** Where a published file can be fetched, and its digest. */
export interface PushedArtefact {
  /** Of the file's bytes. */
  readonly digest: Digest;
  /** Plain HTTP address of the file's bytes. */
  readonly url: string;
  /** Of the manifest that names it. */
  readonly manifest: Digest;
}

/** Publishes one file as an OCI artefact of a single layer. */
export async function pushArtefact(w: World, artefact: ArtefactPush): Promise<Result<PushedArtefact>> {
  const repo: Repository = { registry: artefact.registry, name: artefact.repository };
  const copy = join(
    layoutDir(w.paths.cache),
    'incoming',
    `${artefact.repository.replaceAll('/', '_')}-${artefact.tag}-${basename(artefact.file)}`,
  );
  const copied = await copyFile(w, artefact.file, copy);
  if (!copied.ok) return copied;
  const layer = await addFile(w, artefact.layerMediaType, copy);
  if (!layer.ok) return layer;
  const config = await addText(w, artefact.mediaType, '{}');
  if (!config.ok) return config;
  const body: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: config.value, layers: [layer.value] };
  const manifest = await addText(w, mediaTypes.manifest, JSON.stringify(body));
  if (!manifest.ok) return manifest;
  for (const part of [layer.value, config.value]) {
    const sent = await pushBlob(w, repo, part);
    if (!sent.ok) return sent;
  }
  const pushed = await pushManifest(w, repo, artefact.tag, JSON.stringify(body));
  if (!pushed.ok) return pushed;
  return ok({ digest: layer.value.digest, url: blobUrl(repo, layer.value.digest), manifest: manifest.value.digest });
}

async function copyFile(w: World, from: string, to: string): Promise<Result<void>> {
  const folder = await w.makeDirectory(join(layoutDir(w.paths.cache), 'incoming'));
  if (!folder.ok) return folder;
  const copied = await w.change({ tool: 'cp', args: ['--', from, to] });
  if (!copied.ok) return copied;
  return copied.value.code === 0 ? ok(undefined) : err(uncopied(from, copied.value.stderr.trim()));
}

function targetOf(registry: string, image: OciImage): Result<{ readonly repo: Repository; readonly tag: string }> {
  const reference = parseReference(image.ref);
  if (!reference.ok) return reference;
  return ok({ repo: { registry, name: mirrored(reference.value) }, tag: reference.value.tag });
}

const changed = (ref: string, sent: Digest, stored: Digest | undefined) =>
  failure('corrupt', 'OCI-DIGEST-CHANGED', `The registry stored ${ref} as ${stored ?? 'nothing'}, but ${sent} was sent.`, {
    say: 'Look for a proxy between Strata and its registry, then run again.',
  });

const uncopied = (file: string, said: string) =>
  failure('tool-failed', 'OCI-COPY', `${file} could not be copied into the image cache: ${said}`, {
    say: 'Check free space.',
    command: 'df -h',
  });
