import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../model/index.js';
import { writeAtomically } from './files.js';

/** Smaller files are hashed faster than their cached digest is found. */
const cachedFromBytes = 1024 * 1024;
/** A file that changed this recently, in nanoseconds, may change again within the clock's grain: not cached. */
const restNs = 2_000_000_000n;

/** Digests of files and trees, remembered by size, times and inode. */
export interface Digester {
  /** Of a file's bytes, or of a tree: sorted paths, modes and bytes; `undefined` where there is nothing. */
  digest(path: string): Promise<Digest | undefined>;
}

interface Entry {
  readonly path: string;
  readonly stats: BigIntStats;
}

/** Keeps what it remembers in a folder that may be deleted at any time. */
export function createDigester(folder: string): Digester {
  return {
    async digest(path) {
      const stats = await lstat(path, { bigint: true }).catch(() => undefined);
      if (!stats) return undefined;
      const entries = stats.isDirectory() ? await walk(path) : [{ path: '', stats }];
      const size = entries.reduce((sum, entry) => sum + Number(entry.stats.size), 0);
      if (size < cachedFromBytes) return hash(path, stats, entries);
      return remembered(folder, { path, stats, entries });
    },
  };
}

interface Subject {
  readonly path: string;
  readonly stats: BigIntStats;
  readonly entries: readonly Entry[];
}

async function remembered(folder: string, { path, stats, entries }: Subject): Promise<Digest> {
  const file = join(folder, createHash('sha256').update(path).digest('hex'));
  const signature = signatureOf(entries);
  const known = await readFile(file, 'utf8').catch(() => '');
  const [knownSignature, knownDigest] = known.split(' ');
  if (knownSignature === signature && knownDigest) return asDigest(knownDigest);
  const digest = await hash(path, stats, entries);
  const now = BigInt(Date.now()) * 1_000_000n;
  const rested = entries.every((entry) => now - entry.stats.ctimeNs > restNs);
  if (rested) await writeAtomically(file, `${signature} ${digest}`); // a cache that cannot be written is only slow
  return digest;
}

/** Changes whenever any file in the tree may have: ctime cannot be set back. */
function signatureOf(entries: readonly Entry[]): string {
  const sum = createHash('sha256');
  for (const { path, stats } of entries) {
    sum.update(`${path}\0${stats.dev} ${stats.ino} ${stats.mode} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}\n`);
  }
  return sum.digest('hex');
}

async function hash(path: string, stats: BigIntStats, entries: readonly Entry[]): Promise<Digest> {
  if (stats.isFile()) return fileDigest(path);
  const sum = createHash('sha256');
  for (const entry of entries) sum.update(`${await describe(path, entry)}\n`);
  return asDigest(`sha256:${sum.digest('hex')}`);
}

async function describe(root: string, { path, stats }: Entry): Promise<string> {
  const mode = (stats.mode & 0o7777n).toString(8);
  const full = join(root, path);
  if (stats.isFile()) return `${path}\0file ${mode} ${await fileDigest(full)}`;
  if (stats.isSymbolicLink()) return `${path}\0link ${await readlink(full)}`;
  return `${path}\0${stats.isDirectory() ? 'directory' : 'other'} ${mode}`;
}

/** All below a folder, sorted by path. */
async function walk(root: string): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const name of await readdir(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stats = await lstat(join(root, path), { bigint: true });
      found.push({ path, stats });
      if (stats.isDirectory()) await visit(path);
    }
  };
  await visit('');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function fileDigest(path: string): Promise<Digest> {
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) sum.update(chunk);
  return asDigest(`sha256:${sum.digest('hex')}`);
}

/** The host's only place that makes a digest of text. */
const asDigest = (text: string): Digest => text as Digest;
