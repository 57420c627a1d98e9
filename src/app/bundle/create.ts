import { join } from 'node:path';
import { cachedFacts } from '../../bundle/bill/facts.js';
import { makeBundle } from '../../bundle/create.js';
import { bundleName } from '../../bundle/seal.js';
import { inventoryOf, parseInventory } from '../../bundle/inventory.js';
import { openSource } from '../../bundle/source.js';
import { Store } from '../../bundle/store.js';
import type { About, Item } from '../../bundle/types.js';
import { describe, type LeftOut } from '../../bundle/verify.js';
import { type Volumes, writeVolumes } from '../../bundle/volumes.js';
import { absolutePath, blobDisk, readText, statPath } from '../../host/index.js';
import { err, ok, type Result, type World } from '../../model/index.js';
import { openPlatform, type Opened, type PlatformRequest } from '../definition-of.js';
import { ownWorld, type RunWatch } from '../held.js';
import { specDigest } from '../site.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { signingKey } from './keys.js';
import { needsOf } from './needs.js';
import { readExpiry, readRelease, readSize, releaseAt, toSecond } from './options.js';

/** What to make, and where. */
export interface CreateOptions extends PlatformRequest {
  readonly strata: string;
  readonly out?: string | undefined;
  readonly key?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly expires?: string | undefined;
  readonly release?: string | undefined;
  readonly volumeSize?: string | undefined;
  readonly against?: string | undefined;
  readonly allowMissing?: boolean;
  readonly told: (text: string) => void;
}

/** A bundle that was made. */
export interface Created {
  readonly about: About;
  readonly root: string;
  readonly folder: string;
  readonly items: readonly Item[];
  readonly signed: boolean;
  readonly copiedBytes: number;
  readonly keptBytes: number;
  readonly volumes?: Volumes;
}

/** Makes one layout of everything an environment needs; run again after a stop, it goes on. */
export async function createBundle(options: CreateOptions, watch: RunWatch): Promise<Result<Created, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const made = await create(options, opened.value, watch);
  return made.ok ? made : err({ ...troubleOf(made.error), sources: opened.value.sources });
}

async function create(options: CreateOptions, opened: Opened, watch: RunWatch): Promise<Result<Created>> {
  const { spec, site } = opened;
  const w = ownWorld(site);
  const read = readOptions(options, w.now());
  if (!read.ok) return read;
  const { volumeSize, release, expires } = read.value;
  const key = options.key === undefined ? ok(undefined) : await signingKey(options.key, options.passphraseFile);
  if (!key.ok) return key;
  const against = options.against === undefined ? ok(undefined) : await readAgainst(options.against);
  if (!against.ok) return against;
  const needs = await needsOf(opened, watch);
  if (!needs.ok) return needs;
  const { images, sets, missing } = needs.value;
  const about: About = {
    platform: spec.platform,
    environment: spec.environment,
    release,
    created: toSecond(w.now()),
    ...(expires === undefined ? {} : { expires }),
    strata: options.strata,
    missing,
  };
  const out = absolutePath(options.out ?? `${bundleName(about)}-bundle`);
  const folder = volumeSize === undefined ? out : join(w.paths.cache, 'bundle', 'layouts', bundleName(about));
  const store = await Store.open(w, blobDisk, cachedFacts(w), folder);
  if (!store.ok) return store;
  const made = await makeBundle({
    store: store.value,
    about,
    origin: { definition: specDigest(spec) },
    images,
    sets,
    against: against.value,
    key: key.value,
    allowMissing: options.allowMissing === true ? 'yes' : 'no',
    told: options.told,
    stop: watch.drain,
  });
  if (!made.ok) return made;
  const volumes =
    volumeSize === undefined ? ok(undefined) : await split(w, folder, { folder: out, name: bundleName(about), size: volumeSize });
  if (!volumes.ok) return volumes;
  return ok({
    about,
    root: made.value.root.digest,
    folder: out,
    items: made.value.items,
    signed: key.value !== undefined,
    copiedBytes: store.value.copied,
    keptBytes: store.value.kept,
    ...(volumes.value === undefined ? {} : { volumes: volumes.value }),
  });
}

interface Read {
  readonly release: string;
  readonly expires?: string | undefined;
  readonly volumeSize?: number | undefined;
}

function readOptions({ release, expires, volumeSize }: CreateOptions, now: Date): Result<Read> {
  const named = readRelease(release ?? releaseAt(now));
  if (!named.ok) return named;
  const until = expires === undefined ? ok(undefined) : readExpiry(expires, now);
  if (!until.ok) return until;
  const size = volumeSize === undefined ? ok(undefined) : readSize(volumeSize);
  return size.ok ? ok({ release: named.value, expires: until.value, volumeSize: size.value }) : size;
}

/** The layout is only a way to the volumes: it is taken away once they are complete. */
async function split(w: World, layout: string, to: Parameters<typeof writeVolumes>[3]): Promise<Result<Volumes>> {
  const source = await openSource(blobDisk, layout);
  if (!source.ok) return source;
  const written = await writeVolumes(w, blobDisk, source.value, to);
  if (written.ok) await blobDisk.discard(layout);
  return written;
}

/** What the destination has: a bundle it got before, or what `bundle inspect -o json` said of one. */
async function readAgainst(path: string): Promise<Result<LeftOut>> {
  const at = absolutePath(path);
  const stat = await statPath(at);
  if (stat?.kind === 'file' && !at.endsWith('.volumes.json')) {
    const text = await readText(at);
    return text.ok ? parseInventory(path, text.value ?? '') : text;
  }
  const described = await describe(at, { disk: blobDisk, trust: { unsigned: 'allowed' }, now: new Date(0) });
  return described.ok ? ok(inventoryOf(described.value)) : described;
}
