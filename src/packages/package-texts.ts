import { join } from 'node:path';
import type { Failure, ReadWorld, Result } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { packageFolder } from './chart-source.js';
import { dataMissing, fileMissing } from './errors.js';
import type { PackagePlan } from './packages.js';

async function readFiles(
  folder: string,
  files: readonly string[],
  missing: (file: string) => Failure,
  r: ReadWorld,
): Promise<Result<ReadonlyMap<string, string>>> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const text = await r.read(join(folder, file));
    if (!text.ok) return text;
    if (text.value === undefined) return err(missing(file));
    texts.set(file, text.value);
  }
  return ok(texts);
}

/** Texts of the package's own files, by name. */
export const readOwn = (plan: PackagePlan, r: ReadWorld): Promise<Result<ReadonlyMap<string, string>>> =>
  readFiles(packageFolder(plan, r), plan.files, (file) => fileMissing(plan.name, file), r);

/** Texts of the files it takes from elsewhere, by path. */
export async function readData(plan: PackagePlan, r: ReadWorld): Promise<Result<ReadonlyMap<string, string>>> {
  const texts = new Map<string, string>();
  for (const { from, files } of plan.spec.data ?? []) {
    const folder = from === 'catalog' || from === 'project' ? r.paths[from] : await r.locate(from);
    if (folder === undefined) return err(dataMissing(from, 'the folder itself'));
    const read = await readFiles(folder, files, (file) => dataMissing(from, file), r);
    if (!read.ok) return read;
    for (const [file, text] of read.value) texts.set(file, text);
  }
  return ok(texts);
}

/** What the files it takes from elsewhere depend on: texts, or where a pinned artefact lies, whose path changes with its content. */
export async function dataKey(plan: PackagePlan, r: ReadWorld): Promise<Result<readonly unknown[]>> {
  const isFolder = (from: string): boolean => from === 'catalog' || from === 'project';
  const data = plan.spec.data ?? [];
  const read = await readData({ ...plan, spec: { ...plan.spec, data: data.filter(({ from }) => isFolder(from)) } }, r);
  if (!read.ok) return read;
  const pinned = data.filter(({ from }) => !isFolder(from));
  const places: unknown[] = [];
  for (const { from, files } of pinned) places.push([await r.locate(from), files]);
  return ok([...read.value, ...places]);
}
