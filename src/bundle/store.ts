import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Digest, err, ok, type Result, type World } from '../model/index.js';
import { type Component, distinct } from './bill/component.js';
import { type Facts, type Look, type Looking, lookInto } from './bill/facts.js';
import type { BundleDisk, DiskEntry } from './disk.js';
import { occupied } from './errors.js';
import { limits } from './format.js';
import { blobPath, isLayoutPath } from './layout.js';
import type { Part } from './types.js';

/** Content to be carried. */
export interface Content {
  readonly file: string;
  readonly size: number;
  readonly digest: Digest;
  readonly look?: Look | undefined;
}

/** A layout that is being filled; what lies in it from a run that was stopped is used again, once it was read. */
export class Store {
  private readonly there: Map<string, number>;
  private readonly used = new Set<string>();
  private readonly written = new Set<string>();
  private readonly known = new Map<Digest, readonly Component[]>();
  /** Bytes that were copied, and those that lay there already. */
  copied = 0;
  kept = 0;

  private constructor(
    private readonly w: World,
    private readonly disk: BundleDisk,
    private readonly facts: Facts,
    readonly folder: string,
    entries: readonly DiskEntry[],
  ) {
    this.there = new Map(entries.map(({ path, size }) => [path, size]));
  }

  /** Takes a folder that is empty or holds a layout; what a stopped run left half-written is taken away. */
  static async open(w: World, disk: BundleDisk, facts: Facts, folder: string): Promise<Result<Store>> {
    const made = await w.makeDirectory(join(folder, 'blobs', 'sha256'));
    if (!made.ok) return made;
    const entries = await disk.entries(folder, limits.entries);
    if (!entries.ok) return entries;
    const files = entries.value.filter(({ kind }) => kind !== 'directory');
    for (const { path } of files.filter(({ path }) => isPart(path))) await disk.discard(join(folder, path));
    const rest = files.filter(({ path }) => !isPart(path));
    if (rest.some(({ path, kind, linked }) => kind !== 'file' || linked || !isLayoutPath(path))) return err(occupied(folder));
    return ok(new Store(w, disk, facts, folder, rest));
  }

  /** Puts content into the layout, and gives what was found in it. */
  async add(content: Content): Promise<Result<readonly Component[]>> {
    const { digest, look } = content;
    const done = this.known.get(digest);
    if (this.used.has(blobPath(digest)) && done !== undefined) return ok(done);
    const found = look === undefined ? [] : await this.facts.get(digest, look);
    const wanted = found === undefined ? look : undefined;
    const placed = await this.place(content, wanted);
    if (!placed.ok) return placed;
    const all = distinct(found ?? (await placed.value?.finish()) ?? []);
    if (wanted !== undefined) await this.facts.put(digest, wanted, all);
    this.known.set(digest, all);
    this.used.add(blobPath(digest));
    return ok(all);
  }

  /** Looks into the content while it is read for being there, or else for being copied. */
  private async place({ file, size, digest }: Content, look: Look | undefined): Promise<Result<Looking | undefined>> {
    const path = blobPath(digest);
    const first = look && lookInto(look);
    if (await this.holds(path, size, digest, first?.watch)) {
      this.kept += size;
      return ok(first);
    }
    // What was seen of damaged content does not count.
    const looking = this.there.has(path) ? look && lookInto(look) : first;
    const watch = looking === undefined ? {} : { watch: looking.watch };
    const copied = await this.disk.copy([{ file, offset: 0, length: size }], join(this.folder, path), { want: digest, ...watch });
    if (!copied.ok) return copied;
    this.copied += size;
    this.written.add(path);
    return ok(looking);
  }

  private async holds(path: string, size: number, digest: Digest, watch: Parameters<BundleDisk['scan']>[1]): Promise<boolean> {
    if (this.there.get(path) !== size) return false;
    const seen = await this.disk.scan([{ file: join(this.folder, path), offset: 0, length: size }], watch);
    return seen.ok && seen.value.digest === digest;
  }

  /** Puts a text into the layout. */
  async text(mediaType: string, text: string): Promise<Result<Part>> {
    const bytes = Buffer.from(text, 'utf8');
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
    const path = blobPath(digest);
    const part: Part = { mediaType, digest, size: bytes.length };
    if (this.used.has(path)) return ok(part);
    if (!(await this.holds(path, bytes.length, digest, undefined))) {
      const written = await this.disk.copy([{ bytes }], join(this.folder, path), { want: digest });
      if (!written.ok) return written;
      this.copied += bytes.length;
      this.written.add(path);
    } else this.kept += bytes.length;
    this.used.add(path);
    return ok(part);
  }

  /** Gives the layout its index, last of all; takes away what an earlier bundle left. */
  async close(index: string): Promise<Result<void>> {
    const flushed = await this.disk.flush(this.folder, [...this.written]);
    if (!flushed.ok) return flushed;
    const layout = await this.w.write(join(this.folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    if (!layout.ok) return layout;
    const written = await this.w.write(join(this.folder, 'index.json'), index);
    if (!written.ok) return written;
    for (const path of this.there.keys()) {
      if (path.startsWith('blobs/') && !this.used.has(path)) await this.disk.discard(join(this.folder, path));
    }
    return ok(undefined);
  }
}

const isPart = (path: string): boolean =>
  /(^|\/)\.[^/]+\.part$/.test(path) || /^\.(index\.json|oci-layout)\.[0-9a-f]{12}$/.test(path);
