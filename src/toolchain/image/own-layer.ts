import { dirname, join } from 'node:path';
import type { Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { goBuild } from '../../tools/go/index.js';
import { addFile, type Descriptor, mediaTypes } from '../../tools/oci/index.js';
import { createTar } from '../../tools/tar/index.js';
import { commandFailed, fileMissing } from '../errors.js';
import { folderOf } from '../key.js';
import type { ImagePin } from '../pins.js';
import { locateTool, type Sharing } from '../tool-step.js';

/** The layer of our own files; `undefined` where an image has none. */
export async function ownLayer(w: World, sharing: Sharing, pin: ImagePin, dir: string): Promise<Result<Descriptor | undefined>> {
  const root = join(dir, 'own');
  const made = await w.makeDirectory(root, 0o755);
  if (!made.ok) return made;
  for (const part of [placeTools, placeProgram, placeFiles, placeDirectories, placeLinks]) {
    const placed = await part({ w, sharing, pin, root });
    if (!placed.ok) return placed;
  }
  if ((await w.list(root)).length === 0) return ok(undefined);
  const file = join(dir, 'own.tar');
  const archived = await createTar(w, root, file);
  return archived.ok ? addFile(w, mediaTypes.layer, file) : archived;
}

interface Placing {
  readonly w: World;
  readonly sharing: Sharing;
  readonly pin: ImagePin;
  readonly root: string;
}

async function placeTools({ w, sharing, pin, root }: Placing): Promise<Result<void>> {
  for (const [tool, path] of Object.entries(pin.tools ?? {})) {
    const from = (await locateTool(sharing.toolchain, w.paths.cache, tool, w)) ?? (await w.locate(tool));
    if (from === undefined) return err(fileMissing(pin.name, tool));
    const folder = await w.makeDirectory(join(root, dirname(path)), 0o755);
    if (!folder.ok) return folder;
    // `install` copies the bytes and sets the mode in one go, wherever the tool came from.
    const copied = await run(w, 'install', ['-m', '0755', '--', from, join(root, path)]);
    if (!copied.ok) return copied;
  }
  return ok(undefined);
}

async function placeProgram({ w, sharing, pin, root }: Placing): Promise<Result<void>> {
  const { goSource } = pin;
  if (goSource === undefined) return ok(undefined);
  const dir = folderOf({ goSource }, sharing.toolchain.roots) ?? '';
  const out = join(root, goSource.path);
  const folder = await w.makeDirectory(dirname(out), 0o755);
  if (!folder.ok) return folder;
  const ldflags = goSource.ldflags === undefined ? {} : { ldflags: goSource.ldflags };
  return sharing.locks.build(() => goBuild(w, { dir, package: '.', out, ...ldflags }));
}

async function placeFiles({ w, pin, root }: Placing): Promise<Result<void>> {
  for (const [path, text] of Object.entries(pin.files ?? {})) {
    const written = await w.write(join(root, path), text, 0o644);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

async function placeDirectories({ w, pin, root }: Placing): Promise<Result<void>> {
  for (const [path, mode] of Object.entries(pin.directories ?? {})) {
    const made = await w.makeDirectory(join(root, path), 0o755);
    if (!made.ok) return made;
    // Explicitly: the process's mask must not decide what is in an image.
    const set = await run(w, 'chmod', [mode, '--', join(root, path)]);
    if (!set.ok) return set;
  }
  return ok(undefined);
}

async function placeLinks({ w, pin, root }: Placing): Promise<Result<void>> {
  for (const [path, target] of Object.entries(pin.links ?? {})) {
    const folder = await w.makeDirectory(join(root, dirname(path)), 0o755);
    if (!folder.ok) return folder;
    const linked = await run(w, 'ln', ['-s', '--', target, join(root, path)]);
    if (!linked.ok) return linked;
  }
  return ok(undefined);
}

async function run(w: World, tool: string, args: readonly string[]): Promise<Result<void>> {
  const output = await w.change({ tool, args });
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(undefined) : err(commandFailed(tool, output.value.stderr));
}
