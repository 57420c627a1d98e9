import { join } from 'node:path';
import { err, type Result } from '../model/index.js';
import type { BundleDisk, DiskEntry } from './disk.js';
import { notABundle, notPlain, stranger } from './errors.js';
import { limits } from './format.js';
import { checked, isLayoutPath, type Place, type Source } from './layout.js';
import { openVolumes, volumesFile } from './volumes.js';

/** Lists what lies in a bundle, and refuses what no bundle holds; reads no content but headers. */
export async function openSource(disk: BundleDisk, path: string): Promise<Result<Source>> {
  if (path.endsWith(volumesFile)) return openVolumes(disk, path);
  const entries = await disk.entries(path, limits.entries);
  if (!entries.ok) return err(notABundle(path, entries.error.diagnostic.message));
  const volumes = entries.value.find((entry) => entry.path.endsWith(volumesFile));
  if (volumes !== undefined) return openVolumes(disk, join(path, volumes.path));
  return fromFolder(path, entries.value);
}

const names: Readonly<Record<string, string>> = { link: 'a symbolic link', other: 'a device or a pipe' };

function fromFolder(path: string, entries: readonly DiskEntry[]): Result<Source> {
  const files = new Map<string, Place>();
  for (const entry of entries) {
    if (entry.kind === 'link' || entry.kind === 'other') return err(notPlain(entry.path, names[entry.kind] ?? entry.kind));
    if (entry.linked) return err(notPlain(entry.path, 'a hard link: its content can be changed from outside'));
    if (entry.kind === 'directory') {
      if (!['blobs', 'blobs/sha256'].includes(entry.path)) return err(stranger(entry.path));
      continue;
    }
    if (!isLayoutPath(entry.path)) return err(stranger(entry.path));
    files.set(entry.path, { size: entry.size, pieces: [{ file: join(path, entry.path), offset: 0, length: entry.size }] });
  }
  return checked(path, files);
}
