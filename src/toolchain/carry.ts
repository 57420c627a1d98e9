import { dirname, isAbsolute, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { type Digest, err, ok, type ReadWorld, type Result, type World } from '../model/index.js';
import { aptClosure, type DebianPackage } from '../tools/apt/index.js';
import { conforms } from './check.js';
import { toolMissing } from './errors.js';
import { digestOf, keyOf, toolDir, toolInputs } from './key.js';
import { aptState, fetchDebs } from './obtain/debian.js';
import { isData, type Toolchain, type ToolPin } from './pins.js';
import { readReceipt } from './receipt.js';

/** What a tool is, to be carried to where it cannot be obtained. */
export type CarriedTool =
  | {
      readonly from: 'cache';
      readonly version: string;
      readonly data: boolean;
      /** Folder below the cache, and the files in it. */
      readonly folder: string;
      readonly files: readonly string[];
    }
  | { readonly from: 'system'; readonly version: string; readonly package: string };

/** Files of a tool, or the system package it comes with. */
export async function carriedTool(
  toolchain: Toolchain,
  cache: string,
  name: string,
  r: Pick<ReadWorld, 'read'>,
): Promise<Result<CarriedTool>> {
  const pin = toolchain.tools.get(name);
  const folder = pin === undefined ? '' : toolDir(cache, name, keyOf({ name, ...toolInputs(toolchain, pin) }));
  const receipt = pin === undefined ? undefined : await readReceipt(r, folder);
  if (pin === undefined || receipt === undefined)
    return err(toolMissing(name, pin?.version ?? '', ['it is not in the cache'], false));
  const { version } = receipt;
  if (!isAbsolute(receipt.main)) {
    const files = ['receipt.json', ...receipt.files.map(({ path }) => path)];
    return ok({ from: 'cache', version, data: isData(pin), folder: folder.slice(cache.length + 1), files });
  }
  const owner = packageOf(pin);
  if (owner === undefined)
    return err(toolMissing(name, version, ['it belongs to this machine, and no package of it is pinned'], false));
  return ok({ from: 'system', version, package: owner });
}

/** Debian package that a program of the system comes in. */
function packageOf(pin: ToolPin): string | undefined {
  for (const source of pin.sources) {
    if ('debian' in source) return source.debian.package;
    if ('debianFile' in source) return source.debianFile.package;
  }
  return undefined;
}

const LayerReceipt = Type.Object({
  packages: Type.Array(Type.Object({ name: Type.String(), version: Type.String() })),
  layer: Type.Object({ digest: Type.String() }),
});

/** Which Debian packages each layer in the cache was made of: their own records are not in it. */
export async function layerPackages(r: ReadWorld): Promise<ReadonlyMap<string, readonly DebianPackage[]>> {
  const folder = join(r.paths.cache, 'layers');
  const layers = new Map<string, readonly DebianPackage[]>();
  for (const name of await r.list(folder)) {
    const text = await r.read(join(folder, name, 'receipt.json'));
    const receipt = text.ok ? parse(text.value ?? '') : undefined;
    if (receipt !== undefined) layers.set(receipt.layer.digest, receipt.packages);
  }
  return layers;
}

function parse(text: string): Static<typeof LayerReceipt> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return conforms(LayerReceipt, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Package files of system packages with all they depend on, in a folder of the cache; downloaded once for one list of versions. */
export async function systemPackages(
  w: World,
  names: readonly string[],
): Promise<Result<{ readonly folder: string; readonly files: readonly string[] }>> {
  const state = await aptState(w);
  if (!state.ok) return state;
  const closure = await aptClosure(w, state.value, names);
  if (!closure.ok) return closure;
  const key: Digest = digestOf(closure.value);
  const folder = join('bundle', 'packages', key.slice('sha256:'.length, 'sha256:'.length + 24));
  const at = join(w.paths.cache, folder);
  const there = (await w.list(at)).filter((name) => name.endsWith('.deb'));
  if (there.length === closure.value.length) return ok({ folder, files: there });
  const work = join(w.paths.cache, 'tmp', `packages-${key.slice(-12)}`);
  for (const step of [
    () => w.remove(work),
    () => w.makeDirectory(work),
    () => w.makeDirectory(dirname(at)),
    () => w.remove(at),
  ]) {
    const done = await step();
    if (!done.ok) return done;
  }
  const fetched = await fetchDebs(w, state.value, async () => ok(closure.value), work);
  if (!fetched.ok) return fetched;
  const moved = await w.rename(work, at);
  if (!moved.ok) return moved;
  return ok({ folder, files: fetched.value.files.map((file) => file.slice(work.length + 1)) });
}
