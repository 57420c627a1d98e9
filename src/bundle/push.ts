import { type Digest, err, ok, type Result, type World } from '../model/index.js';
import {
  hasBlob,
  manifestDigest,
  mirrored,
  mountBlob,
  parseReference,
  type Repository,
  sendBlob,
  sendManifest,
} from '../tools/oci/index.js';
import { bundleName } from './seal.js';
import type { BundleDisk } from './disk.js';
import { deltaBase } from './errors.js';
import { bundleRepository, media } from './format.js';
import { blobPath } from './layout.js';
import { readBlob } from './read.js';
import type { Item } from './types.js';
import { type Described, verifyContent } from './verify.js';

/** What was sent. */
export interface Pushed {
  readonly registry: string;
  /** The bundle itself in the registry. */
  readonly reference: string;
  readonly root: Digest;
  readonly items: number;
  readonly sentBytes: number;
  readonly sentBlobs: number;
  readonly keptBlobs: number;
  readonly unchanged: boolean;
}

/** Requests at once. */
const atOnce = 8;

/** A repository that has a blob, or will. */
interface Home {
  readonly repo: Repository;
  readonly there: Promise<Result<void>>;
}

interface Pushing {
  readonly w: World;
  readonly disk: BundleDisk;
  readonly described: Described;
  readonly own: Repository;
  /** Where each blob was brought first. */
  readonly homes: Map<Digest, Home>;
  /** What was brought, by repository and digest. */
  readonly brought: Map<string, Promise<Result<void>>>;
  readonly count: { sentBytes: number; sentBlobs: number; keptBlobs: number };
}

/** Sends a bundle whose description holds: every byte that is to be sent is checked before the first one is. */
export async function pushDescribed(w: World, disk: BundleDisk, described: Described, registry: string): Promise<Result<Pushed>> {
  const { bundle } = described;
  const own: Repository = { registry, name: bundleRepository };
  const pushing: Pushing = {
    w,
    disk,
    described,
    own,
    homes: new Map(),
    brought: new Map(),
    count: { sentBytes: 0, sentBlobs: 0, keptBlobs: 0 },
  };
  const tag = bundleName(bundle.about);
  const result = (unchanged: boolean): Pushed => ({
    registry,
    reference: `${registry}/${bundleRepository}:${tag}`,
    root: bundle.root,
    items: bundle.items.length,
    ...pushing.count,
    unchanged,
  });
  const open = await openItems(pushing, tag);
  if (!open.ok) return open;
  if (open.value.length === 0) return ok(result(true));
  const sound = await verifyContent(disk, { source: described.source, blobs: blobsOf(described, open.value) });
  if (!sound.ok) return sound;
  const sent = await each(open.value, (item) => sendItem(pushing, item));
  if (!sent.ok) return sent;
  const closed = await sendRoot(pushing, tag);
  return closed.ok ? ok(result(false)) : closed;
}

/** Items the registry lacks; none where it has the bundle under its tag and every image under its own. */
async function openItems(pushing: Pushing, tag: string): Promise<Result<readonly Item[]>> {
  const { w, described, own } = pushing;
  const { bundle } = described;
  const root = await manifestDigest(w, own, tag, media.index);
  if (!root.ok) return root;
  const missing: Item[] = [];
  const looked = await each(bundle.items, async (item) => {
    const places = await placesOf(pushing, item);
    if (!places.ok) return places;
    for (const { repo, reference } of places.value) {
      // What the bundle names is there where the bundle is: the registry keeps no index of what it lacks.
      if (repo === own && root.value === bundle.root) continue;
      const there = await manifestDigest(w, repo, reference, item.mediaType);
      if (!there.ok) return there;
      if (there.value === item.digest) continue;
      missing.push(item);
      return ok(undefined);
    }
    return ok(undefined);
  });
  if (!looked.ok) return looked;
  if (missing.length === 0 && root.value !== bundle.root) return sendRootOnly(pushing, tag);
  return ok(missing);
}

async function sendRootOnly(pushing: Pushing, tag: string): Promise<Result<readonly Item[]>> {
  const sent = await sendRoot(pushing, tag);
  return sent.ok ? ok([]) : sent;
}

interface PlaceOf {
  readonly repo: Repository;
  readonly reference: string;
}

/** An image goes under its own full name, which is what clusters ask for; everything is part of the bundle's repository. */
async function placesOf({ own }: Pushing, item: Item): Promise<Result<readonly PlaceOf[]>> {
  const inBundle = { repo: own, reference: item.digest };
  if (item.kind !== 'image') return ok([inBundle]);
  const reference = parseReference(item.name);
  if (!reference.ok) return reference;
  return ok([{ repo: { registry: own.registry, name: mirrored(reference.value) }, reference: reference.value.tag }, inBundle]);
}

function blobsOf(described: Described, items: readonly Item[]): Described['blobs'] {
  const wanted = new Set(
    items.flatMap(({ digest, config, files }) => [digest, config.digest, ...files.map((file) => file.digest)]),
  );
  return new Map([...described.blobs].filter(([digest]) => wanted.has(digest)));
}

async function sendItem(pushing: Pushing, item: Item): Promise<Result<void>> {
  const places = await placesOf(pushing, item);
  if (!places.ok) return places;
  const { w, disk, described } = pushing;
  const bytes = await readBlob(
    disk,
    described.source,
    { digest: item.digest, size: item.manifestSize },
    `the manifest of ${item.name}`,
  );
  if (!bytes.ok) return bytes;
  const text = Buffer.from(bytes.value).toString('utf8');
  for (const { repo, reference } of places.value) {
    for (const part of [...item.files, { ...item.config, path: 'config' }]) {
      const sent = await bring(pushing, repo, part, `${item.kind} ${item.name}: ${part.path}`);
      if (!sent.ok) return sent;
    }
    const put = await sendManifest(w, repo, { reference, mediaType: item.mediaType, text, digest: item.digest });
    if (!put.ok) return put;
  }
  return ok(undefined);
}

interface Blob {
  readonly digest: Digest;
  readonly size: number;
}

/** Brings a blob into a repository, once: a registry that is asked twice at a time may lose sight of it for a moment. */
function bring(pushing: Pushing, repo: Repository, blob: Blob, what: string): Promise<Result<void>> {
  const key = `${repo.name}@${blob.digest}`;
  const known = pushing.brought.get(key);
  if (known !== undefined) return known;
  const first = pushing.homes.get(blob.digest);
  const bringing = first === undefined ? settle(pushing, repo, blob, what) : takeOver(pushing, repo, blob, what, first);
  if (first === undefined) pushing.homes.set(blob.digest, { repo, there: bringing });
  pushing.brought.set(key, bringing);
  return bringing;
}

/** What one repository of the registry has, another can be given without its being sent again. */
async function takeOver(pushing: Pushing, repo: Repository, blob: Blob, what: string, home: Home): Promise<Result<void>> {
  const there = await home.there;
  if (!there.ok) return there;
  const mounted = await mountBlob(pushing.w, repo, blob.digest, home.repo);
  if (!mounted.ok || mounted.value) return mounted.ok ? ok(undefined) : mounted;
  return settle(pushing, repo, blob, what);
}

async function settle({ w, described, own, count }: Pushing, repo: Repository, blob: Blob, what: string): Promise<Result<void>> {
  const there = await hasBlob(w, repo, blob.digest);
  if (!there.ok) return there;
  if (there.value) {
    count.keptBlobs += 1;
    return ok(undefined);
  }
  const place = described.source.files.get(blobPath(blob.digest));
  if (place === undefined) {
    const mounted = await mountBlob(w, repo, blob.digest, own);
    if (!mounted.ok) return mounted;
    return mounted.value ? ok(undefined) : err(deltaBase(what));
  }
  const sent = await sendBlob(w, repo, blob, place.pieces);
  if (!sent.ok) return sent;
  count.sentBlobs += 1;
  count.sentBytes += blob.size;
  return ok(undefined);
}

/** Signature and provenance under the tags cosign looks for, and last the bundle itself: from then on it is there. */
async function sendRoot(pushing: Pushing, tag: string): Promise<Result<void>> {
  const { w, disk, described, own } = pushing;
  const { entry, source, bundle } = described;
  for (const [part, suffix] of [
    [entry.signature, 'sig'],
    [entry.attestation, 'att'],
  ] as const) {
    if (part === undefined) continue;
    const bytes = await readBlob(disk, source, part, `the ${suffix}`);
    if (!bytes.ok) return bytes;
    const text = Buffer.from(bytes.value).toString('utf8');
    // Read and checked before; only digests and sizes are taken out of it here.
    const { config, layers } = JSON.parse(text) as { readonly config: Blob; readonly layers: readonly Blob[] };
    for (const blob of [config, ...layers]) {
      const sent = await bring(pushing, own, blob, `the ${suffix}`);
      if (!sent.ok) return sent;
    }
    const reference = `${bundle.root.replace(':', '-')}.${suffix}`;
    const put = await sendManifest(w, own, { reference, mediaType: part.mediaType, text, digest: part.digest });
    if (!put.ok) return put;
  }
  const bytes = await readBlob(disk, source, { digest: bundle.root, size: bundle.rootSize }, "the bundle's index");
  if (!bytes.ok) return bytes;
  const text = Buffer.from(bytes.value).toString('utf8');
  return sendManifest(w, own, { reference: tag, mediaType: media.index, text, digest: bundle.root });
}

/** Does something for each, some at once; ends with the first failure. */
async function each<T>(list: readonly T[], work: (one: T) => Promise<Result<void>>): Promise<Result<void>> {
  let [next, failed]: [number, Result<void> | undefined] = [0, undefined];
  const worker = async (): Promise<void> => {
    while (next < list.length && failed === undefined) {
      const one = list[next++];
      if (one === undefined) continue;
      const done = await work(one);
      if (!done.ok) failed ??= done;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed ?? ok(undefined);
}
