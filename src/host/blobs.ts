import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, opendir, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Digest, err, failure, ok, type Result } from '../model/index.js';
import { pathFailed } from './errors.js';
import { syncFolder } from './files.js';

/** A part of a file. */
interface Piece {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}
type Segment = Piece | { readonly bytes: Uint8Array };
type Watch = (chunk: Uint8Array) => void | Promise<void>;
interface Seen {
  readonly digest: Digest;
  readonly size: number;
}
interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  readonly linked: boolean;
}

/** Large enough that the disk and not the loop is what is waited for. */
const chunkBytes = 1024 * 1024;

/** Files as content: read once, in order, never through a link, into a file that is there completely or not at all. */
export const blobDisk = {
  scan: (segments: readonly Segment[], watch?: Watch): Promise<Result<Seen>> => guarded(segments, () => stream(segments, watch)),

  async copy(
    segments: readonly Segment[],
    to: string,
    options: { readonly want?: Digest; readonly watch?: Watch } = {},
  ): Promise<Result<Seen>> {
    const beside = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}.part`);
    const done = await guarded(segments, () => copyInto(beside, segments, options.watch));
    const wrong = done.ok && options.want !== undefined && done.value.digest !== options.want;
    if (!done.ok || wrong) {
      await rm(beside, { force: true }).catch(() => undefined);
      return done.ok ? err(otherBytes(segments, done.value.digest)) : done;
    }
    try {
      await rename(beside, to);
      return done;
    } catch (error) {
      return err(pathFailed('write', to, error));
    }
  },

  bytes(segments: readonly Segment[], limit: number): Promise<Result<Uint8Array>> {
    const chunks: Uint8Array[] = [];
    return guarded(segments, async () => {
      const size = segments.reduce((sum, one) => sum + ('bytes' in one ? one.bytes.length : one.length), 0);
      if (size > limit) throw new Error(`it has ${size} bytes, more than ${limit}`);
      await stream(segments, (chunk) => void chunks.push(Uint8Array.from(chunk)));
      return Buffer.concat(chunks);
    });
  },

  async entries(folder: string, limit: number): Promise<Result<readonly Entry[]>> {
    try {
      const found: Entry[] = [];
      await walk(folder, '', found, limit);
      return ok(found.sort((a, b) => (a.path < b.path ? -1 : 1)));
    } catch (error) {
      return err(pathFailed('list', folder, error));
    }
  },

  async writePrivate(path: string, text: string): Promise<Result<void>> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      return ok(undefined);
    } catch (error) {
      return err(pathFailed('write', path, error));
    }
  },

  async flush(folder: string, paths: readonly string[]): Promise<Result<void>> {
    const left = [...paths];
    const worker = async (): Promise<void> => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) await syncFile(join(folder, path));
    };
    try {
      // Side by side: the file system writes what waits in one go.
      await Promise.all(Array.from({ length: 8 }, worker));
      for (const name of new Set(paths.map((path) => dirname(join(folder, path))))) await syncFolder(name);
      return ok(undefined);
    } catch (error) {
      return err(pathFailed('write', folder, error));
    }
  },

  async settle(
    path: string,
    { mode, modifiedMs }: { readonly mode: number; readonly modifiedMs?: number },
  ): Promise<Result<void>> {
    try {
      await chmod(path, mode);
      // Half a millisecond more: times pass through floating point, and whole milliseconds are compared.
      if (modifiedMs !== undefined) await utimes(path, new Date(), (modifiedMs + 0.5) / 1000);
      return ok(undefined);
    } catch (error) {
      return err(pathFailed('write', path, error));
    }
  },

  async wayThrough(folder: string, path: string): Promise<string | undefined> {
    const parts = dirname(path).split('/');
    for (const [i] of parts.entries()) {
      const parent = parts.slice(0, i + 1).join('/');
      const stats = await lstat(join(folder, parent)).catch(() => undefined);
      if (stats === undefined) return undefined;
      if (!stats.isDirectory()) return parent;
    }
    return undefined;
  },

  discard: (folder: string): Promise<void> => rm(folder, { recursive: true, force: true }),
};

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function guarded<T>(segments: readonly Segment[], work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    const first = segments.find((one): one is Piece => 'file' in one);
    return err(pathFailed('read or copy', first?.file ?? 'bytes', error));
  }
}

async function copyInto(path: string, segments: readonly Segment[], watch: Watch | undefined): Promise<Seen> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', 0o644);
  try {
    return await stream(segments, async (chunk) => {
      const written = writeAll(file, chunk);
      await watch?.(chunk);
      await written;
    });
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at)).bytesWritten;
}

/** The next chunk is read while this one is hashed and watched. */
async function stream(segments: readonly Segment[], watch: Watch | undefined): Promise<Seen> {
  const sum = createHash('sha256');
  let size = 0;
  for (const segment of segments) {
    for await (const chunk of 'bytes' in segment ? [segment.bytes] : readPiece(segment)) {
      const watched = watch?.(chunk);
      sum.update(chunk);
      size += chunk.length;
      if (watched !== undefined) await watched;
    }
  }
  return { digest: `sha256:${sum.digest('hex')}` as Digest, size };
}

async function* readPiece({ file, offset, length }: Piece): AsyncGenerator<Uint8Array> {
  // A FIFO must not hold the opening up, and a link must not lead elsewhere.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('it is no plain file');
    const buffers = [
      Buffer.allocUnsafe(Math.min(chunkBytes, length || 1)),
      Buffer.allocUnsafe(Math.min(chunkBytes, length || 1)),
    ];
    let [at, turn] = [0, 0];
    let pending = length === 0 ? undefined : readAt(handle, buffers[0], offset, length);
    while (pending !== undefined) {
      const chunk = await pending;
      if (chunk.length === 0) throw new Error(`it ends after ${offset + at} bytes, before ${offset + length}`);
      at += chunk.length;
      turn = 1 - turn;
      pending = at < length ? readAt(handle, buffers[turn], offset + at, length - at) : undefined;
      // Awaited only in the next turn: a failure must not count as unhandled meanwhile.
      pending?.catch(() => undefined);
      yield chunk;
    }
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, buffer: Buffer | undefined, position: number, left: number): Promise<Uint8Array> {
  if (buffer === undefined) return new Uint8Array();
  const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, left), position);
  return buffer.subarray(0, bytesRead);
}

async function walk(root: string, folder: string, found: Entry[], limit: number): Promise<void> {
  for (const name of await namesIn(join(root, folder), limit - found.length)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const stats = await lstat(join(root, path));
    const kind = kindOf(stats);
    found.push({ path, kind, size: stats.size, linked: kind === 'file' && stats.nlink > 1 });
    if (kind === 'directory') await walk(root, path, found, limit);
  }
}

/** Read one after the other: a folder of millions of entries must not be in memory before it is refused. */
async function namesIn(folder: string, limit: number): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) {
    names.push(name);
    if (names.length > limit) throw new Error('it holds too many entries');
  }
  return names;
}

function kindOf(stats: Stats): Entry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

/** Content that changed between its naming and its copying, or is damaged. */
const otherBytes = (segments: readonly Segment[], digest: Digest) => {
  const first = segments.find((one): one is Piece => 'file' in one);
  return failure(
    'corrupt',
    'HOST-OTHER-BYTES',
    `${first?.file ?? 'what was copied'} does not have the expected content but ${digest}.`,
    {
      say: 'Verify the cache; what is damaged is set aside and made again.',
      command: 'strata doctor --verify --install',
    },
  );
};
