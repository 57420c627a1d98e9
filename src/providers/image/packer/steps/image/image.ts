import type { Action, Digest, Failure, ReadWorld, Result, World } from '../../../../../model/index.js';
import { err, ok } from '../../../../../model/index.js';
import { buildImage, parsePackerManifest } from '../../../../../tools/packer/index.js';
import { boundWorld } from '../../bound.js';
import { inOrder } from '../../commands.js';
import { imageFailed, imageNotMade } from '../../errors.js';
import { imageFolder, inCache, workFolder } from '../../places.js';
import { evidenceClaims, normalise } from './evidence.js';
import { diskFile, type FoundImage, findImage, type Looked, sweep } from './found.js';
import { type ImageWant, imageName, keyOfImage } from './want.js';
import { prepareWork } from './work.js';

/** An image at its place. */
export interface ImageGot {
  readonly key: string;
  readonly name: string;
  /** The place's id, or a path relative to the cache. */
  readonly location: string;
  readonly digest: Digest;
  readonly versions: Readonly<Record<string, string>>;
}

const lookedFor = (want: ImageWant): Looked => {
  const key = keyOfImage(want);
  return { place: want.target.place, secrets: want.target.secrets, key, name: imageName(want, key) };
};

const gotOf = (want: ImageWant, { key, name }: Looked, { location, digest }: FoundImage): ImageGot => ({
  key,
  name,
  location,
  digest,
  versions: Object.fromEntries(Object.entries(want.binaries).map(([tool, { version }]) => [tool, version])),
});

const hours = 3_600_000;

/** Builds an image with Packer at its target; one of the same inputs that is there already is taken instead. */
export const machineImage: Action<ImageWant, ImageGot> = {
  async observe(want, w) {
    const looked = lookedFor(want);
    const found = await findImage(w, looked);
    return found.ok ? ok(found.value?.state === 'available' ? gotOf(want, looked, found.value) : undefined) : found;
  },
  diff: (want, got) => (got === undefined ? [{ what: `image at ${want.target.id}`, to: `${want.os}, ${want.profile}` }] : []),
  async apply(want, _got, w) {
    const looked = lookedFor(want);
    const there = await settled(w, looked);
    if (!there.ok) return there;
    if (there.value) return ok(gotOf(want, looked, there.value));
    const cleared = await sweep(w, looked);
    if (!cleared.ok) return cleared;
    const work = workFolder(w, `image ${want.name}`);
    const built = await inOrder(
      () => w.remove(work),
      () => packed(w, want, looked, work),
    );
    // The builder may have ended after the image was made, or before it heard of it: the place knows.
    const found = await settled(w, looked);
    if (!found.ok) return found;
    if (!built.ok && found.value === undefined) return failed(w, looked, work, built.error);
    if (!built.ok) w.note(`${looked.name} is there although the build ended with ${built.error.diagnostic.code}`);
    const removed = await w.remove(work);
    if (!removed.ok) return removed;
    return found.value === undefined ? err(imageNotMade(looked.name)) : ok(gotOf(want, looked, found.value));
  },
  async verify(want, { key, name, location, digest }, w) {
    const found = await findImage(w, lookedFor(want));
    const there = found.ok && found.value?.state === 'available' && found.value.digest === digest;
    return [
      { claim: `Image ${name} is at ${want.target.id} as ${location}`, verdict: there ? 'pass' : 'fail' },
      ...(await evidenceClaims(w, want, `${imageFolder(key)}/evidence`)),
    ];
  },
  /** Images outlive environments, as the root file systems in the cache do: a rebuild starts from them. */
  remove: async () => ok(undefined),
};

/** The image once it is made: waits for one that is being made, and refuses one that came out broken. */
async function settled(w: ReadWorld, looked: Looked): Promise<Result<FoundImage | undefined>> {
  const deadline = w.now().getTime() + hours;
  for (;;) {
    const found = await findImage(w, looked);
    if (!found.ok || found.value === undefined || found.value.state === 'available') return found;
    if (found.value.state === 'failed') return err(imageFailed(looked.name, found.value.location));
    if (w.now().getTime() > deadline || w.signal.aborted) return err(imageNotMade(looked.name));
    await w.pause(15_000);
  }
}

/** Leaves nothing that costs money, and tells the first fault. */
async function failed(w: World, looked: Looked, work: string, error: Failure): Promise<Result<never>> {
  const cleared = await sweep(w, looked);
  if (!cleared.ok) w.note(`what the build left at its target may still be there: ${cleared.error.diagnostic.message}`);
  const removed = await w.remove(work);
  return removed.ok ? err(error) : removed;
}

async function packed(w: World, want: ImageWant, looked: Looked, work: string): Promise<Result<void>> {
  const values = await prepareWork(w, want, { work, key: looked.key, name: looked.name });
  if (!values.ok) return values;
  const built = await buildImage(boundWorld(w), {
    templates: `${work}/templates`,
    values: values.value,
    env: want.target.secrets,
    home: work,
    deadlineMs: 3 * hours,
  });
  if (!built.ok) return built;
  const manifest = await w.read(`${work}/results/packer-manifest.json`);
  if (!manifest.ok) return manifest;
  if (manifest.value === undefined || parsePackerManifest(manifest.value) === undefined) return err(imageNotMade(looked.name));
  const folder = inCache(w, imageFolder(looked.key));
  return inOrder(
    () => normalise(w, want, `${work}/results`),
    () => w.makeDirectory(folder),
    () => w.remove(`${folder}/evidence`),
    () => w.rename(`${work}/results`, `${folder}/evidence`),
    () => keepDisk(w, want, looked, work),
  );
}

/** A disk file is moved into the cache; every other image stays where it was made. */
async function keepDisk(w: World, { target }: ImageWant, { key, name }: Looked, work: string): Promise<Result<void>> {
  if (target.place.kind !== 'file') return ok(undefined);
  return inOrder(
    () => w.makeDirectory(inCache(w, `${imageFolder(key)}/exports`)),
    () => w.rename(`${work}/out/${name}.qcow2`, inCache(w, diskFile(key))),
  );
}
