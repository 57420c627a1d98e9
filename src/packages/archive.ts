import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Result, Span, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { listTar, type TarEntry, extractTar } from '../tools/tar/index.js';
import { archiveRefused } from './chart-errors.js';

/** More than any chart holds; what is larger wants to fill the disk. */
const limits = { entries: 10_000, bytes: 100_000_000 } as const;

/** Why an archive must not be unpacked; `undefined` where it may. */
export function refusalOf(entries: readonly TarEntry[]): string | undefined {
  if (entries.length > limits.entries) return `it holds more than ${limits.entries} entries`;
  let bytes = 0;
  for (const { kind, name, size } of entries) {
    if (kind !== 'file' && kind !== 'folder') return `'${name}' is a ${kind}`;
    if (name.startsWith('/')) return `'${name}' is an absolute path`;
    if (name.split('/').includes('..')) return `'${name}' leads out of the folder`;
    bytes += size;
    if (bytes > limits.bytes) return `its files are larger than ${limits.bytes} bytes together`;
  }
  return undefined;
}

/** Unpacks a chart's archive after every entry was looked at, into a folder that is named after its content. The chart is the archive's only folder. */
export async function unpackChart(w: World, archive: string, into: string, where: Span): Promise<Result<string>> {
  const listed = await listTar(w, archive);
  if (!listed.ok) return listed;
  const refused = refusalOf(listed.value);
  if (refused !== undefined) return err(archiveRefused(where, refused));
  const roots = new Set(listed.value.map((entry) => entry.name.replace(/^\.\//, '').split('/')[0] ?? ''));
  roots.delete('');
  const [root] = roots;
  if (root === undefined || roots.size !== 1) return err(archiveRefused(where, 'a chart is one folder, this holds several'));
  const folder = join(into, root);
  if ((await w.stat(folder)) !== undefined) return ok(folder);
  // Put in its place whole: another process may be at the same archive.
  const scratch = `${into}.${randomUUID()}`;
  const made = await w.makeDirectory(scratch);
  if (!made.ok) return made;
  const unpacked = await extractTar(w, archive, scratch);
  const moved = unpacked.ok ? await w.rename(scratch, into) : unpacked;
  const cleared = await w.remove(scratch);
  if (!cleared.ok) return cleared;
  return moved.ok || (await w.stat(folder)) !== undefined ? ok(folder) : moved;
}
