import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../model/index.js';
import { errnoOf, pathFailed } from './errors.js';
import { syncFolder } from './files.js';

/** A journal's bytes in a file: what the engine's journal is written through. */
export interface JournalFile {
  read(): Promise<Result<Uint8Array>>;
  append(bytes: Uint8Array, durable: boolean): Promise<Result<void>>;
  truncate(size: number): Promise<Result<void>>;
  /** Gives the file handle back. */
  close(): Promise<void>;
}

/** The file is made, with its folder, at the first append. */
export function createJournalFile(path: string): JournalFile {
  let handle: FileHandle | undefined;
  const opened = async (): Promise<FileHandle> => {
    if (handle) return handle;
    await mkdir(dirname(path), { recursive: true });
    handle = await open(path, 'a', 0o600);
    await syncFolder(dirname(path)); // a new file's name must be as durable as its bytes
    return handle;
  };
  const attempt = async (doing: string, work: () => Promise<void>): Promise<Result<void>> => {
    try {
      await work();
      return ok(undefined);
    } catch (error) {
      return err(pathFailed(doing, path, error));
    }
  };
  return {
    async read() {
      try {
        return ok(await readFile(path));
      } catch (error) {
        return errnoOf(error) === 'ENOENT' ? ok(new Uint8Array()) : err(pathFailed('read', path, error));
      }
    },
    append: (bytes, durable) =>
      attempt('write', async () => {
        const file = await opened();
        await file.appendFile(bytes);
        if (durable) await file.datasync();
      }),
    truncate: (size) =>
      attempt('repair', async () => {
        const file = await opened();
        await file.truncate(size);
        await file.sync();
      }),
    async close() {
      const file = handle;
      handle = undefined;
      await file?.close();
    },
  };
}
