import { isAbsolute, join } from 'node:path';
import { type Static, Type } from 'typebox';
import type { Digest, ReadWorld, Result, ToolArtefact, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { conforms } from './check.js';
import { damaged } from './errors.js';

const Receipt = Type.Object({
  name: Type.String(),
  version: Type.String(),
  /** Kind and detail of the source it came from. */
  source: Type.String(),
  /** Of the executable, or of the folder of data. */
  digest: Type.String(),
  /** Executable or folder; relative to the receipt, or absolute where it belongs to the system. */
  main: Type.String(),
  files: Type.Array(Type.Object({ path: Type.String(), size: Type.Number(), modifiedMs: Type.Number() })),
});

/** Lies beside an artefact and says what it is; written last, so that an artefact without one is none. */
export type Receipt = Static<typeof Receipt>;

const fileName = 'receipt.json';

/** Absolute path of what a receipt stands for. */
export const mainOf = (dir: string, receipt: Receipt): string =>
  isAbsolute(receipt.main) ? receipt.main : join(dir, receipt.main);

/** The artefact as steps know it. */
export const artefactOf = (receipt: Receipt): ToolArtefact => ({
  name: receipt.name,
  version: receipt.version,
  digest: receipt.digest as Digest,
});

/** Receipt of a cache folder; `undefined` where there is none or it cannot be understood. */
export async function readReceipt(r: Pick<ReadWorld, 'read'>, dir: string): Promise<Receipt | undefined> {
  const text = await r.read(join(dir, fileName));
  if (!text.ok || text.value === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text.value);
    return conforms(Receipt, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Sizes and times only: quick enough for every plan. */
export async function untouched(r: Pick<ReadWorld, 'stat'>, dir: string, receipt: Receipt): Promise<boolean> {
  for (const file of receipt.files) {
    const stat = await r.stat(isAbsolute(file.path) ? file.path : join(dir, file.path));
    if (stat === undefined || stat.size !== file.size || Math.trunc(stat.modifiedMs) !== file.modifiedMs) return false;
  }
  return true;
}

/** Reads every byte again. */
export async function verifyReceipt(r: Pick<ReadWorld, 'digest'>, dir: string, receipt: Receipt): Promise<Result<void>> {
  const [first] = receipt.files;
  // Of a link only the file behind it was hashed, and that is the one listed.
  const main = isAbsolute(receipt.main) ? (first?.path ?? receipt.main) : mainOf(dir, receipt);
  return (await r.digest(main)) === receipt.digest ? ok(undefined) : err(damaged(receipt.name, main));
}

/** Looks at the artefact and writes its receipt. */
export async function writeReceipt(
  w: World,
  dir: string,
  made: { readonly name: string; readonly version: string; readonly source: string; readonly main: string },
): Promise<Result<Receipt>> {
  // A program of the system is often a link; what counts is the file behind it.
  const main = isAbsolute(made.main) ? await behindLinks(w, made.main) : join(dir, made.main);
  const digest = await w.digest(main);
  if (digest === undefined) return err(damaged(made.name, main));
  const receipt: Receipt = { ...made, digest, files: await describe(w, main, isAbsolute(made.main) ? main : made.main) };
  const written = await w.write(join(dir, fileName), `${JSON.stringify(receipt, null, 2)}\n`);
  return written.ok ? ok(receipt) : written;
}

async function behindLinks(w: World, path: string): Promise<string> {
  const output = await w.query({ tool: 'readlink', args: ['-f', '--', path] });
  return output.ok && output.value.code === 0 ? output.value.stdout.trim() : path;
}

async function describe(w: World, path: string, shown: string): Promise<Receipt['files']> {
  const stat = await w.stat(path);
  if (stat === undefined) return [];
  if (stat.kind !== 'directory') return [{ path: shown, size: stat.size, modifiedMs: Math.trunc(stat.modifiedMs) }];
  const inside = await Promise.all((await w.list(path)).map((name) => describe(w, join(path, name), join(shown, name))));
  return inside.flat();
}
