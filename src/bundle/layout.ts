import { basename } from 'node:path';
import { err, ok, type Result } from '../model/index.js';
import type { Piece } from './disk.js';
import { absent, notABundle, tooMuch } from './errors.js';
import { limits } from './format.js';

/** Where a file of the layout lies. */
export interface Place {
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** A bundle to be read: a folder, or volumes. */
export interface Source {
  /** As the user named it. */
  readonly shown: string;
  /** Files of the layout by path, e.g. `blobs/sha256/…`. */
  readonly files: ReadonlyMap<string, Place>;
}

/** Path of a blob in the layout. */
export const blobPath = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;

/** A path that a layout has. */
export const isLayoutPath = (path: string): boolean =>
  path === 'oci-layout' || path === 'index.json' || /^blobs\/sha256\/[0-9a-f]{64}$/.test(path);

/** Counts and sizes, before any content is read. */
export function checked(shown: string, files: ReadonlyMap<string, Place>): Result<Source> {
  const total = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  if (total > limits.total) return err(tooMuch('bytes', total, limits.total));
  if (!files.has('index.json')) {
    return files.size === 0 ? err(notABundle(shown, 'it has no index.json')) : err(absent(`index.json of ${basename(shown)}`));
  }
  return ok({ shown, files });
}
