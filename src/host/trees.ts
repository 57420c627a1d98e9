import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../model/index.js';
import { pathFailed } from './errors.js';

/** A folder that only we may look into, empty. */
export async function makePrivateFolder(path: string): Promise<Result<void>> {
  try {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true, mode: 0o700 });
    return ok(undefined);
  } catch (error) {
    return err(pathFailed('make', path, error));
  }
}

/** A folder with those above it; what is in it already stays. */
export async function makeFolder(path: string): Promise<Result<void>> {
  try {
    await mkdir(path, { recursive: true });
    return ok(undefined);
  } catch (error) {
    return err(pathFailed('make', path, error));
  }
}

/** Copies a folder with all in it; what is at the target already is replaced only once the copy is complete. */
export async function copyTree(from: string, to: string): Promise<Result<void>> {
  const beside = `${to}.${process.pid}.part`;
  try {
    await mkdir(dirname(to), { recursive: true });
    await cp(from, beside, { recursive: true, preserveTimestamps: true });
    await rm(to, { recursive: true, force: true });
    await rename(beside, to);
    return ok(undefined);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    return err(pathFailed('copy', from, error));
  }
}

/** Takes a scratch folder away, whatever is in it. */
export async function removeScratch(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
