import { dirname, join } from 'node:path';
import { load as parseYaml } from 'js-yaml';
import type { Static, TSchema } from 'typebox';
import type { Digest, Result } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { conforms, misfit } from './check.js';
import { malformed, twice, unreadable } from './errors.js';
import { digestOf, folderOf } from './key.js';
import { ImagesFile, type ImagePin, type PinRoots, type Toolchain, ToolsFile, type ToolPin } from './pins.js';

/** What loading needs of the machine; a ReadWorld has it. */
export interface PinReader {
  read(path: string): Promise<Result<string | undefined>>;
  digest(path: string): Promise<Digest | undefined>;
}

/** Reads the pinned lists that lie beside the catalog, and the images of the user's own project. */
export async function loadToolchain(
  r: PinReader,
  paths: { readonly catalog: string; readonly project: string },
): Promise<Result<Toolchain>> {
  const home = dirname(paths.catalog);
  const roots: PinRoots = { toolchain: join(home, 'toolchain'), examples: join(home, 'examples'), project: paths.project };
  const tools = await readList(r, join(roots.toolchain, 'tools.yaml'), ToolsFile);
  if (!tools.ok) return tools;
  const images = await readList(r, join(roots.toolchain, 'images.yaml'), ImagesFile);
  if (!images.ok) return images;
  const own = await readOwn(r, join(roots.project, 'images.yaml'));
  if (!own.ok) return own;
  const toolMap = byName(tools.value.tools);
  if (!toolMap.ok) return toolMap;
  const imageMap = byName([...images.value.images, ...own.value]);
  if (!imageMap.ok) return imageMap;
  const folders = await digestFolders(r, roots, [...toolMap.value.values()], [...imageMap.value.values()]);
  return ok({ tools: toolMap.value, images: imageMap.value, leaveOut: images.value.leaveOut ?? [], folders, roots });
}

async function readList<T extends TSchema>(r: PinReader, file: string, schema: T): Promise<Result<Static<T>>> {
  const text = await r.read(file);
  if (!text.ok) return text;
  if (text.value === undefined) return err(unreadable(file, 'it does not exist'));
  return parseList(file, text.value, schema);
}

async function readOwn(r: PinReader, file: string): Promise<Result<readonly ImagePin[]>> {
  const text = await r.read(file);
  if (!text.ok) return text;
  if (text.value === undefined) return ok([]);
  const parsed = parseList(file, text.value, ImagesFile);
  return parsed.ok ? ok(parsed.value.images) : parsed;
}

/** Checks a list against its schema; the message names the first entry that does not fit. */
export function parseList<T extends TSchema>(file: string, text: string, schema: T): Result<Static<T>> {
  let value: unknown;
  try {
    value = parseYaml(text, { filename: file });
  } catch (thrown) {
    return err(unreadable(file, thrown instanceof Error ? thrown.message : String(thrown)));
  }
  if (conforms(schema, value)) return ok(value);
  const found = misfit(schema, value);
  return err(malformed(file, found?.at ?? '', found?.why ?? 'does not fit'));
}

function byName<T extends ToolPin | ImagePin>(pins: readonly T[]): Result<ReadonlyMap<string, T>> {
  const map = new Map<string, T>();
  for (const pin of pins) {
    if (map.has(pin.name)) return err(twice(pin.name));
    map.set(pin.name, pin);
  }
  return ok(map);
}

async function digestFolders(
  r: PinReader,
  roots: PinRoots,
  tools: readonly ToolPin[],
  images: readonly ImagePin[],
): Promise<ReadonlyMap<string, Digest>> {
  const wanted = new Map<string, 'module' | 'tree'>();
  for (const source of tools.flatMap((tool) => tool.sources)) {
    const folder = folderOf(source, roots);
    if (folder !== undefined) wanted.set(folder, 'goSource' in source ? 'tree' : 'module');
  }
  for (const { goSource } of images) {
    const folder = goSource === undefined ? undefined : folderOf({ goSource }, roots);
    if (folder !== undefined) wanted.set(folder, 'tree');
  }
  const entries = await Promise.all(
    [...wanted].map(async ([folder, kind]) => [folder, await digestFolder(r, folder, kind)] as const),
  );
  return new Map(entries.flatMap(([folder, digest]) => (digest === undefined ? [] : [[folder, digest] as const])));
}

/** A module's pins are its go.mod and go.sum; our own programs are all their files. */
async function digestFolder(r: PinReader, folder: string, kind: 'module' | 'tree'): Promise<Digest | undefined> {
  if (kind === 'tree') return r.digest(folder);
  const [mod, sum] = await Promise.all([r.digest(join(folder, 'go.mod')), r.digest(join(folder, 'go.sum'))]);
  return mod === undefined || sum === undefined ? undefined : digestOf([mod, sum]);
}
