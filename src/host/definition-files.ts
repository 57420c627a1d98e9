import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** What reading a user's file gave. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'too-large'; readonly bytes: number }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The real file system, as far as definitions need it. */
export const definitionFiles = {
  read: readText,
  async list(path: string): Promise<readonly string[]> {
    try {
      return (await readdir(path)).sort();
    } catch {
      return [];
    }
  },
  /** Every file below a folder, with its text, by path in the folder; sorted. */
  async walk(folder: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(files.sort().map(async (file) => ({ path: relative(folder, file), text: await readFile(file, 'utf8') })));
  },
  async create(path: string, text: string): Promise<boolean> {
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(path, text, { flag: 'wx' });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  },
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its links go in a circle',
  EMFILE: 'too many files are open',
};

/** Reads a text file, but only after looking at its size. */
async function readText(path: string, maxBytes: number): Promise<FileText> {
  try {
    // A pipe must not be waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { kind: 'unreadable', why: stat.isDirectory() ? 'it is a folder' : 'it is no regular file' };
      if (stat.size > maxBytes) return { kind: 'too-large', bytes: stat.size };
      return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.readFile()) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'unreadable', why: 'it is not UTF-8 text' };
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'unreadable', why: reasons[code] ?? code };
  }
}
