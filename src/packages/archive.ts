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

/** Unpacks a chart's archive into a new folder after every entry was looked at. The chart is the archive's only folder. */
export async function unpackChart(w: World, archive: string, into: string, where: Span): Promise<Result<string>> {
  const listed = await listTar(w, archive);
  if (!listed.ok) return listed;
  const refused = refusalOf(listed.value);
  if (refused !== undefined) return err(archiveRefused(where, refused));
  const roots = new Set(listed.value.map((entry) => entry.name.replace(/^\.\//, '').split('/')[0] ?? ''));
  roots.delete('');
  const [root] = roots;
  if (root === undefined || roots.size !== 1) return err(archiveRefused(where, 'a chart is one folder, this holds several'));
  const fresh = await w.remove(into);
  if (!fresh.ok) return fresh;
  const made = await w.makeDirectory(into);
  if (!made.ok) return made;
  const unpacked = await extractTar(w, archive, into);
  return unpacked.ok ? ok(join(into, root)) : unpacked;
}
