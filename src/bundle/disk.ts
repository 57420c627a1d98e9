import type { Digest, Result } from '../model/index.js';

/** A part of a file. */
export interface Piece {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Bytes to be read one after the other: parts of files, or bytes at hand. */
export type Segment = Piece | { readonly bytes: Uint8Array };

/** What was read. */
export interface Seen {
  readonly digest: Digest;
  readonly size: number;
}

/** Sees each chunk of what is read; the chunk is used again afterwards. */
export type Watch = (chunk: Uint8Array) => void | Promise<void>;

/** Something in a folder, not followed. */
export interface DiskEntry {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  /** More than one name for the same bytes. */
  readonly linked: boolean;
}

/** What a bundle needs of the machine; the host has it. Links are never followed and only plain files are opened. */
export interface BundleDisk {
  /** Reads all once. */
  scan(segments: readonly Segment[], watch?: Watch): Promise<Result<Seen>>;
  /** Reads all once into a new file beside the others; it has its name only when it is complete and, where a digest is wanted, has it. */
  copy(
    segments: readonly Segment[],
    to: string,
    options?: { readonly want?: Digest; readonly watch?: Watch },
  ): Promise<Result<Seen>>;
  /** Bytes of a small thing; more than `limit` is a failure. */
  bytes(segments: readonly Segment[], limit: number): Promise<Result<Uint8Array>>;
  /** All below a folder, sorted; stops with a failure beyond `limit` entries. */
  entries(folder: string, limit: number): Promise<Result<readonly DiskEntry[]>>;
  /** A private text, e.g. a key, readable by its owner alone; never replaces a file. */
  writePrivate(path: string, text: string): Promise<Result<void>>;
  /** Makes files of a folder survive a power cut. */
  flush(folder: string, paths: readonly string[]): Promise<Result<void>>;
  /** Gives a file its mode, and its time in whole milliseconds. */
  settle(path: string, as: { readonly mode: number; readonly modifiedMs?: number }): Promise<Result<void>>;
  /** First folder on the way to a path that is a link or no folder at all; `undefined` where the way is plain. */
  wayThrough(folder: string, path: string): Promise<string | undefined>;
  /** Takes away a folder of unfinished work. */
  discard(folder: string): Promise<void>;
}
