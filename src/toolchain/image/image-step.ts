import { join } from 'node:path';
import type { Action, Digest, Later, OciImage, ReadWorld, Result, Step, StepId, ToolArtefact, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import {
  blobFile,
  copyUpstream,
  type Descriptor,
  imageComplete,
  readManifest,
  writeImage,
  writeIndex,
} from '../../tools/oci/index.js';
import { commandFailed, unknownImage } from '../errors.js';
import { digestOf, folderOf, keyOf } from '../key.js';
import type { ImagePin } from '../pins.js';
import { withScratch } from '../scratch.js';
import { type Sharing, toolStepId } from '../tool-step.js';
import { debianLayer } from './debian-layer.js';
import { ownLayer } from './own-layer.js';
import { parseIndex } from './layout-index.js';

/** What an image step depends on. */
export interface ImageInputs {
  readonly name: string;
  readonly ref: string;
  readonly pin: Digest;
  readonly source?: Digest;
  readonly tools: readonly ToolArtefact[];
}

/** Id of the step that makes an image available. */
export const imageStepId = (name: string): StepId => `toolchain/image/${name}` as StepId;

/** Builds one image into the cache's layout, or copies it from its makers where it is pinned that way. */
export function imageStep(sharing: Sharing, pin: ImagePin): Step<ImageInputs, OciImage> {
  const { goSource } = pin;
  const folder = goSource === undefined ? undefined : folderOf({ goSource }, sharing.toolchain.roots);
  const inputs: Later<ImageInputs> = {
    name: pin.name,
    ref: pin.ref,
    // What is left out of Debian's packages changes only images made of them.
    pin: digestOf(pin.debian === undefined ? pin : { ...pin, leaveOut: sharing.toolchain.leaveOut }),
    ...(folder === undefined ? {} : { source: sharing.toolchain.folders.get(folder) ?? digestOf('absent') }),
    tools: Object.keys(pin.tools ?? {})
      .sort()
      .map((tool) => ({ $step: toolStepId(tool), $path: '' })),
  };
  return { id: imageStepId(pin.name), title: `Image ${pin.ref}`, effect: 'local', inputs, action: imageAction(sharing, pin) };
}

/** A step for a name nobody pinned: it fails with a remedy instead of a missing edge. */
export function unknownImageStep(name: string): Step<null, OciImage> {
  const action: Action<null, OciImage> = {
    observe: async () => ok(undefined),
    diff: () => [{ what: 'image', to: name }],
    apply: async () => err(unknownImage(name)),
  };
  return { id: imageStepId(name), title: `Image ${name}`, effect: 'local', inputs: null, action };
}

const receiptFile = (cache: string, want: ImageInputs): string => join(cache, 'images', want.name, `${keyOf(want)}.json`);

function imageAction(sharing: Sharing, pin: ImagePin): Action<ImageInputs, OciImage> {
  return {
    async observe(want, w) {
      const digest = await builtDigest(w, want);
      if (digest === undefined || !(await imageComplete(w, digest))) return ok(undefined);
      return ok({ ref: want.ref, digest });
    },
    diff: (_want, got) => (got === undefined ? [{ what: 'image', to: pin.ref }] : []),
    async apply(want, _got, w) {
      const image = await withScratch(w, `image-${pin.name}`, (dir) => buildImage(w, sharing, pin, dir));
      if (!image.ok) return image;
      const listed = await sharing.locks.index(() => listImage(w, image.value));
      if (!listed.ok) return listed;
      const written = await w.write(receiptFile(w.paths.cache, want), `${JSON.stringify(image.value)}\n`);
      return written.ok ? image : written;
    },
  };
}

async function builtDigest(r: ReadWorld, want: ImageInputs): Promise<Digest | undefined> {
  const text = await r.read(receiptFile(r.paths.cache, want));
  if (!text.ok || text.value === undefined) return undefined;
  return /"digest":"(sha256:[0-9a-f]{64})"/.exec(text.value)?.[1] as Digest | undefined;
}

async function buildImage(w: World, sharing: Sharing, pin: ImagePin, dir: string): Promise<Result<OciImage>> {
  const architecture = await machineArchitecture(w);
  if (!architecture.ok) return architecture;
  if (pin.upstream !== undefined) {
    return copyUpstream(w, { ref: pin.ref, digest: pin.upstream.digest as Digest, architecture: architecture.value });
  }
  const layers: Descriptor[] = [];
  if (pin.debian !== undefined) {
    const wanted = { image: pin.name, debian: pin.debian, leaveOut: sharing.toolchain.leaveOut, caBundle: pin.caBundle ?? false };
    const lower = await debianLayer(w, sharing.locks.apt, wanted);
    if (!lower.ok) return lower;
    layers.push(lower.value);
  }
  const own = await ownLayer(w, sharing, pin, dir);
  if (!own.ok) return own;
  if (own.value !== undefined) layers.push(own.value);
  return writeImage(w, pin.ref, layers, { ...startOf(pin), architecture: architecture.value });
}

function startOf(pin: ImagePin) {
  return {
    entrypoint: pin.entrypoint ?? [],
    ...(pin.command === undefined ? {} : { command: pin.command }),
    ...(pin.environment === undefined ? {} : { environment: pin.environment }),
    ...(pin.user === undefined ? {} : { user: pin.user }),
    ...(pin.workingDir === undefined ? {} : { workingDir: pin.workingDir }),
    ...(pin.ports === undefined ? {} : { ports: pin.ports }),
  };
}

/** Programs are built for the machine they are built on; OCI has its own names for that. */
async function machineArchitecture(w: World): Promise<Result<string>> {
  const output = await w.query({ tool: 'uname', args: ['-m'] });
  if (!output.ok) return output;
  if (output.value.code !== 0) return err(commandFailed('uname', output.value.stderr));
  const machine = output.value.stdout.trim();
  const names: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };
  return ok(names[machine] ?? machine);
}

async function listImage(w: World, image: OciImage): Promise<Result<void>> {
  const stored = await readManifest(w, image.digest);
  if (!stored.ok) return stored;
  const known = await parseIndex(w);
  const size = (await w.stat(blobFile(w.paths.cache, image.digest)))?.size ?? 0;
  return writeIndex(w, [...known.filter(({ ref }) => ref !== image.ref), { ...image, size }]);
}
