import { join } from 'node:path';
import type { Action, Digest, Failure, OciImage, ReadWorld, Result, ToolArtefact, Tree, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { createTarGz } from '../../../../tools/tar/index.js';
import { dataMissing, fileMissing, packagesRefused, type PackageProblem } from '../errors.js';
import { bootstrapPackage, type PackagePlan } from '../packages.js';
import { renderPackage } from '../render.js';

/** All that the tree is rendered from. */
export interface RenderWant {
  readonly component: string;
  readonly packages: readonly PackagePlan[];
  readonly images: Readonly<Record<string, OciImage>>;
  /** Toolchain artefacts whose files the packages take. */
  readonly data: Readonly<Record<string, ToolArtefact>>;
  /** Files of the catalog or the project that the packages take. */
  readonly trees: readonly Tree[];
  /** Problems found while planning; any refuses the step. */
  readonly problems: readonly PackageProblem[];
}

/** The rendered tree, on this machine. */
export interface Rendered {
  readonly component: string;
  /** Of the archive of all packages but the one that bootstraps. */
  readonly archive: Digest;
  /** Bytes of that archive. */
  readonly size: number;
  /** Of the folder of the package that bootstraps. */
  readonly bootstrap: Digest;
}

/** Where the tree of a component lies: `tree/<package>/`, `bootstrap/`, `tree.tar.gz`. */
export const renderFolder = (r: ReadWorld, component: string): string => join(r.paths.state, 'services', component);

/** Every file of the tree by its path below `renderFolder`. */
async function renderAll(want: RenderWant, r: ReadWorld): Promise<Result<ReadonlyMap<string, string>>> {
  const [first, ...rest] = want.problems;
  if (first !== undefined) return err(packagesRefused([first, ...rest]));
  const files = new Map<string, string>();
  for (const plan of want.packages) {
    const own = await readOwn(plan, r);
    if (!own.ok) return own;
    const data = await readData(plan, r);
    if (!data.ok) return data;
    const rendered = renderPackage(plan, { images: want.images, own: own.value, data: data.value });
    if (!rendered.ok) return rendered;
    const folder = plan.name === bootstrapPackage ? 'bootstrap' : `tree/${plan.name}`;
    for (const [name, text] of rendered.value) files.set(`${folder}/${name}`, text);
  }
  return ok(files);
}

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

export const readOwn = (plan: PackagePlan, r: ReadWorld) =>
  readFiles(join(r.paths[plan.tree.root], plan.tree.path), plan.files, (file) => fileMissing(plan.name, file), r);

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

async function rendered(component: string, r: ReadWorld): Promise<Rendered | undefined> {
  const folder = renderFolder(r, component);
  const file = join(folder, 'tree.tar.gz');
  const archive = await r.digest(file);
  const bootstrap = await r.digest(join(folder, 'bootstrap'));
  const stat = await r.stat(file);
  return archive && bootstrap && stat ? { component, archive, size: stat.size, bootstrap } : undefined;
}

/** Whether the files on disk are exactly these. */
async function isCurrent(folder: string, files: ReadonlyMap<string, string>, r: ReadWorld): Promise<boolean> {
  for (const [path, text] of files) {
    const there = await r.read(join(folder, path));
    if (!there.ok || there.value !== text) return false;
  }
  const packages = new Set([...files.keys()].filter((p) => p.startsWith('tree/')).map((p) => p.split('/')[1] ?? ''));
  const names = await r.list(join(folder, 'tree'));
  return names.length === packages.size && names.every((name) => packages.has(name));
}

async function write(folder: string, files: ReadonlyMap<string, string>, w: World): Promise<Result<void>> {
  // The archive goes first and comes last: where it lies, the tree beside it is complete.
  const gone = await w.remove(folder);
  if (!gone.ok) return gone;
  for (const [path, text] of files) {
    const written = await w.write(join(folder, path), text);
    if (!written.ok) return written;
  }
  return w.makeDirectory(join(folder, 'tree'));
}

/** The packages become a folder of plain kustomizations, and an archive of it whose digest is its name. */
export const renderTree: Action<RenderWant, Rendered> = {
  async observe(want, r) {
    const files = await renderAll(want, r);
    if (!files.ok) return files;
    const current = await isCurrent(renderFolder(r, want.component), files.value, r);
    return ok(current ? await rendered(want.component, r) : undefined);
  },
  diff(want, got) {
    return got === undefined ? want.packages.map((p) => ({ what: 'package', to: p.name })) : [];
  },
  async apply(want, _got, w) {
    const files = await renderAll(want, w);
    if (!files.ok) return files;
    const folder = renderFolder(w, want.component);
    const written = await write(folder, files.value, w);
    if (!written.ok) return written;
    const archived = await createTarGz(w, join(folder, 'tree'), join(folder, 'tree.tar.gz'));
    if (!archived.ok) return archived;
    const made = await rendered(want.component, w);
    return made === undefined ? err(dataMissing(folder, 'tree.tar.gz')) : ok(made);
  },
  async remove(got, w) {
    return w.remove(renderFolder(w, got.component));
  },
};
