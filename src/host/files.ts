import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { err, type FileStat, ok, type Paths, type Result } from '../model/index.js';
import { errnoOf, outsideOwned, pathFailed, stillMounted } from './errors.js';

const nothingThere = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errnoOf(error));

/** Text of a file; `undefined` where there is none. */
export async function readText(path: string): Promise<Result<string | undefined>> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    return nothingThere(error) ? ok(undefined) : err(pathFailed('read', path, error));
  }
}

/** What lies at a path, not following a link. */
export async function statPath(path: string): Promise<FileStat | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return undefined;
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'link' : 'other';
  return { kind, size: found.size, mode: found.mode & 0o7777, modifiedMs: found.mtimeMs };
}

/** Names in a directory, sorted; empty where there is none. */
export async function listNames(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch(() => []);
  return names.sort();
}

/** Replaces a file so that a reader, or a machine that loses power, sees either all of the old or all of the new. */
export async function writeAtomically(
  path: string,
  body: string,
  { mode = 0o644, folderMode }: { readonly mode?: number; readonly folderMode?: number } = {},
): Promise<Result<void>> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(dirname(path), { recursive: true, ...(folderMode !== undefined && { mode: folderMode }) });
    const file = await open(temporary, 'wx', mode);
    try {
      await file.chmod(mode); // the umask may have taken bits away
      await file.writeFile(body);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return err(pathFailed('write', path, error));
  }
}

/** Makes a folder's entries survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder and its parents. */
export async function makeFolder(path: string, mode = 0o755): Promise<Result<void>> {
  try {
    await mkdir(path, { recursive: true, mode });
    return ok(undefined);
  } catch (error) {
    return err(pathFailed('make the folder', path, error));
  }
}

/** Moves; both ends on one file system. */
export async function movePath(from: string, to: string): Promise<Result<void>> {
  try {
    await rename(from, to);
    await syncFolder(dirname(to));
    return ok(undefined);
  } catch (error) {
    return err(pathFailed('rename', `${from} to ${to}`, error));
  }
}

/** Removes a tree that Strata owns. Refuses what lies elsewhere, links included, and what has a mount inside. */
export async function removeTree(path: string, paths: Pick<Paths, 'cache' | 'state'>): Promise<Result<void>> {
  try {
    const target = await realTarget(path);
    if (target === undefined) return ok(undefined);
    const owned = await Promise.all([paths.cache, paths.state].map(realTarget));
    if (!owned.some((root) => root !== undefined && isWithin(target, root))) return err(outsideOwned(path));
    const mount = (await mountPoints()).find((point) => isWithin(point, target));
    if (mount !== undefined) return err(stillMounted(path, mount));
    await rm(target, { recursive: true, force: true });
    return ok(undefined);
  } catch (error) {
    return err(pathFailed('remove', path, error));
  }
}

/** Whether a path is a folder or lies below it. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The path with links of its parents followed, the last member itself not; `undefined` where the parent is missing. */
async function realTarget(path: string): Promise<string | undefined> {
  const absolute = resolve(path);
  const parent = await realpath(dirname(absolute)).catch(() => undefined);
  return parent === undefined ? undefined : join(parent, basename(absolute));
}

/** All mount points of this process. */
export async function mountPoints(): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return table
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point !== '')
    .map((point) => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));
}
