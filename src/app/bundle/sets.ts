import { basename, join, relative } from 'node:path';
import type { FileInput, SetInput } from '../../bundle/create.js';
import type { Look } from '../../bundle/bill/facts.js';
import { secretInside } from '../../bundle/errors.js';
import { treeArchive } from '../../bundle/trees.js';
import { limits } from '../../bundle/format.js';
import { blobDisk } from '../../host/index.js';
import { type Carried, err, failure, ok, type Result, type Step, type StepId, type Tree } from '../../model/index.js';
import type { Opened } from '../definition-of.js';
import { ownWorld } from '../held.js';
import { quietReader, type Site } from '../site.js';
import type { Part } from './part.js';

/** Bytes of a user's file that are looked through for secrets. */
const lookedThrough = 4 * 1024 * 1024;

/** A file of this machine as it is to be carried. */
export async function fileInput(site: Site, from: string, path: string, look?: Look): Promise<Result<FileInput>> {
  const r = quietReader(site.host);
  const [stat, digest] = [await r.stat(from), await r.digest(from)];
  if (stat?.kind !== 'file' || digest === undefined) return err(unusable(from, stat?.kind));
  return ok({
    path,
    ...((stat.mode & 0o100) === 0 ? {} : { executable: true }),
    from: { file: from, size: stat.size, digest, look },
  });
}

const unusable = (file: string, kind: string | undefined) =>
  failure('invalid', 'BUNDLE-FILE', `${file} cannot be carried: it is ${kind === undefined ? 'not there' : `a ${kind}`}.`, {
    say: 'Bundles hold plain files only; replace links by what they lead to.',
  });

/** What steps say that they take from outside. */
export async function carriedSets(
  site: Site,
  steps: readonly Step[],
  outputs: ReadonlyMap<StepId, unknown>,
): Promise<Result<Part>> {
  const r = quietReader(site.host);
  const sets: SetInput[] = [];
  const missing: string[] = [];
  for (const step of steps) {
    if (step.carries === undefined) continue;
    const carried = await step.carries(outputs.get(step.id), r);
    if (!carried.ok) return carried;
    const component = step.id.split('/').slice(0, 2).join('/');
    for (const one of carried.value) {
      const files = await carriedFiles(site, one);
      if (!files.ok) return files;
      sets.push({ kind: one.kind, name: `${component}/${one.name}`, files: files.value });
      missing.push(...(one.missing ?? []).map((what) => `${one.kind} ${what} (${component})`));
    }
  }
  return ok({ sets, missing });
}

/** Files and archives under the paths they have in the cache: where the bundle is loaded, they lie there again. */
async function carriedFiles(site: Site, { folder, files, trees = [] }: Carried): Promise<Result<readonly FileInput[]>> {
  const inputs: FileInput[] = [];
  for (const file of files) {
    const input = await fileInput(site, join(site.paths.cache, folder, file), join(folder, file));
    if (!input.ok) return input;
    inputs.push({ ...input.value, is: packageOf(file) });
  }
  for (const tree of trees) {
    const archive = await treeArchive(ownWorld(site), join(folder, tree));
    if (!archive.ok) return archive;
    const input = await fileInput(site, archive.value, `${join(folder, tree)}.tar`, 'layer');
    if (!input.ok) return input;
    inputs.push(input.value);
  }
  return ok(inputs);
}

/** A Debian package by the name of its file. */
export function packageOf(file: string): FileInput['is'] {
  const [, name, version] = /^([^_/]+)_([^_/]+)_[^_/]+\.deb$/.exec(file) ?? [];
  return name === undefined || version === undefined ? undefined : { kind: 'deb', name, version: version.replaceAll('%3a', ':') };
}

/** Folders and files of the catalog and of the project that steps work with. */
export async function treeSets(site: Site, trees: readonly Tree[]): Promise<Result<Part>> {
  const sets: SetInput[] = [];
  for (const { root, path } of outermost(trees)) {
    const files = await filesBelow(site, join(site.paths[root], path), path);
    if (!files.ok) return files;
    if (files.value.length > 0)
      sets.push({ kind: root === 'catalog' ? 'catalog' : 'definition', name: path, files: files.value });
  }
  return ok({ sets, missing: [] });
}

/** A folder that lies in another one of the list is carried with that. */
const outermost = (trees: readonly Tree[]): readonly Tree[] =>
  trees.filter((tree) => !trees.some((other) => other.root === tree.root && tree.path.startsWith(`${other.path}/`)));

async function filesBelow(site: Site, from: string, path: string): Promise<Result<readonly FileInput[]>> {
  const stat = await quietReader(site.host).stat(from);
  if (stat === undefined) return ok([]);
  const names = stat.kind === 'directory' ? await blobDisk.entries(from, limits.entries) : undefined;
  if (names !== undefined && !names.ok) return names;
  const files = names === undefined ? [''] : names.value.filter(({ kind }) => kind !== 'directory').map((entry) => entry.path);
  const inputs: FileInput[] = [];
  for (const file of files) {
    const whole = file === '' ? from : join(from, file);
    const safe = await withoutSecret(site, whole);
    if (!safe.ok) return safe;
    const input = await fileInput(site, whole, file === '' ? path : `${path}/${file}`);
    if (!input.ok) return input;
    inputs.push(input.value);
  }
  return ok(inputs);
}

/** The files the definition was read from. */
export async function definitionSet({ site, sources }: Opened): Promise<Result<Part>> {
  const own = [...sources.keys(), join(site.paths.project, 'images.yaml')];
  const files: FileInput[] = [];
  for (const file of [...new Set(own)].sort()) {
    const whole = file.startsWith('/') ? file : join(site.paths.project, file);
    if ((await quietReader(site.host).stat(whole)) === undefined) continue;
    const path = relative(site.paths.project, whole);
    const safe = await withoutSecret(site, whole);
    if (!safe.ok) return safe;
    const input = await fileInput(site, whole, path.startsWith('..') ? basename(path) : path);
    if (!input.ok) return input;
    files.push(input.value);
  }
  return ok({ sets: [{ kind: 'definition', name: 'platform', files }], missing: [] });
}

/** A file of the user's must hold no secret in clear text: a bundle goes through many hands. */
async function withoutSecret(site: Site, file: string): Promise<Result<void>> {
  const stat = await quietReader(site.host).stat(file);
  if (stat === undefined || stat.size > lookedThrough) return ok(undefined);
  const text = await quietReader(site.host).read(file);
  if (!text.ok) return text;
  return holdsSecret(site, text.value ?? '') ? err(secretInside(file)) : ok(undefined);
}

const privateKey = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40,}|AGE-SECRET-KEY-1[A-Z0-9]{50,}/;

/** Whether a text holds a secret that is kept for the environment, or a private key. */
export const holdsSecret = (site: Site, text: string): boolean => site.host.redact(text) !== text || privateKey.test(text);
