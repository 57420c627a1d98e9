import { basename, dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Digest, err, type Failure, ok, type Result, type World } from '../model/index.js';
import type { BundleDisk, Piece, Segment } from './disk.js';
import { badVolume, malformed, tooMuch, twice, wrongVolume } from './errors.js';
import { limits } from './format.js';
import { checked, isLayoutPath, type Place, type Source } from './layout.js';
import { block, header, padded, readHeader } from './tar.js';
import { DigestText } from './types.js';

/** How the list of volumes is named, after the bundle's name. */
export const volumesFile = '.volumes.json';

const VolumesShape = Type.Object(
  {
    schemaVersion: Type.Literal(1),
    /** Name that the volumes' files begin with. */
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,200}$' }),
    size: Type.Integer({ minimum: 1 }),
    volumes: Type.Array(
      Type.Object(
        { file: Type.String(), size: Type.Integer({ minimum: 0 }), digest: DigestText },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 9999 },
    ),
  },
  { additionalProperties: false },
);

/** List of volumes: sizes and digests, so that a wrong one has a name. */
export type Volumes = Static<typeof VolumesShape>;

const fileOf = (name: string, index: number): string => `${name}.${String(index + 1).padStart(4, '0')}`;
const least = 64 * 1024;

/** Writes a layout as one archive cut into volumes of a size; a volume that is there with its digest stays. */
export async function writeVolumes(
  w: World,
  disk: BundleDisk,
  layout: Source,
  to: { readonly folder: string; readonly name: string; readonly size: number },
): Promise<Result<Volumes>> {
  if (to.size < least) return err(badVolume(`A volume of ${to.size} bytes is too small.`));
  const archive = segmentsOf(layout);
  if (!archive.ok) return archive;
  const volumes: Volumes['volumes'][number][] = [];
  for (const [index, part] of cut(archive.value, to.size).entries()) {
    const file = fileOf(to.name, index);
    const path = join(to.folder, file);
    const size = part.reduce((sum, one) => sum + lengthOf(one), 0);
    if ((await w.stat(path))?.size === size) {
      const [there, wanted] = [await disk.scan([{ file: path, offset: 0, length: size }]), await disk.scan(part)];
      if (there.ok && wanted.ok && there.value.digest === wanted.value.digest) {
        volumes.push({ file, ...there.value });
        continue;
      }
    }
    const written = await disk.copy(part, path);
    if (!written.ok) return written;
    volumes.push({ file, ...written.value });
  }
  const list: Volumes = { schemaVersion: 1, name: to.name, size: to.size, volumes };
  const saved = await w.write(join(to.folder, `${to.name}${volumesFile}`), `${JSON.stringify(list, null, 1)}\n`);
  return saved.ok ? ok(list) : saved;
}

/** The layout as one archive: equal layouts give equal bytes. */
function segmentsOf({ files }: Source): Result<readonly Segment[]> {
  const segments: Segment[] = [];
  const first = ['oci-layout', 'index.json'];
  const order = [...first, ...[...files.keys()].filter((path) => !first.includes(path)).sort()];
  for (const path of order) {
    const place = files.get(path);
    if (place === undefined) continue;
    const head = header(path, place.size);
    if (head === undefined) return err(badVolume(`${path} with ${place.size} bytes is too large for an archive.`));
    segments.push({ bytes: head }, ...place.pieces, { bytes: new Uint8Array(padded(place.size) - place.size) });
  }
  return ok([...segments, { bytes: new Uint8Array(2 * block) }]);
}

const lengthOf = (segment: Segment): number => ('bytes' in segment ? segment.bytes.length : segment.length);

function cut(segments: readonly Segment[], size: number): readonly (readonly Segment[])[] {
  const volumes: Segment[][] = [[]];
  let room = size;
  for (const segment of segments) {
    let at = 0;
    while (at < lengthOf(segment)) {
      if (room === 0) {
        volumes.push([]);
        room = size;
      }
      const take = Math.min(room, lengthOf(segment) - at);
      volumes.at(-1)?.push(slice(segment, at, take));
      at += take;
      room -= take;
    }
  }
  return volumes;
}

const slice = (segment: Segment, at: number, length: number): Segment =>
  'bytes' in segment
    ? { bytes: segment.bytes.subarray(at, at + length) }
    : { file: segment.file, offset: segment.offset + at, length };

/** Finds every file of the archive in the volumes, by its headers alone; nothing is unpacked. */
export async function openVolumes(disk: BundleDisk, path: string): Promise<Result<Source>> {
  const read = await readList(disk, path);
  if (!read.ok) return read;
  const list = read.value;
  const folder = dirname(path);
  const present = await presentVolumes(disk, folder, list);
  if (!present.ok) return present;
  const indexed = await indexArchive(disk, folder, list);
  if (indexed.ok) return indexed;
  return err((await wrongOne(disk, folder, list)) ?? indexed.error);
}

async function readList(disk: BundleDisk, path: string): Promise<Result<Volumes>> {
  const sized = await disk.entries(dirname(path), limits.entries);
  if (!sized.ok) return sized;
  const own = sized.value.find((entry) => entry.path === basename(path));
  if (own?.kind !== 'file') return err(malformed(path, 'there is no such file'));
  const bytes = await disk.bytes([{ file: path, offset: 0, length: own.size }], limits.index);
  if (!bytes.ok) return bytes;
  const value = parse(bytes.value);
  if (!Value.Check(VolumesShape, value)) return err(malformed(path, 'it is no list of volumes'));
  // A name with a path in it would lead out of the folder.
  const strange = value.volumes.findIndex(({ file }, index) => file !== fileOf(value.name, index));
  return strange === -1 ? ok(value) : err(malformed(path, `volume ${strange + 1} is not named ${fileOf(value.name, strange)}`));
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function presentVolumes(disk: BundleDisk, folder: string, { volumes }: Volumes): Promise<Result<void>> {
  const entries = await disk.entries(folder, limits.entries);
  if (!entries.ok) return entries;
  for (const { file, size } of volumes) {
    const entry = entries.value.find((one) => one.path === file);
    if (entry === undefined) return err(wrongVolume(file, 'is missing'));
    if (entry.kind !== 'file' || entry.linked) return err(wrongVolume(file, 'is no plain file'));
    if (entry.size !== size)
      return err(wrongVolume(file, `has ${entry.size} bytes instead of ${size}: it is cut off or another one`));
  }
  return ok(undefined);
}

async function indexArchive(disk: BundleDisk, folder: string, list: Volumes): Promise<Result<Source>> {
  const total = list.volumes.reduce((sum, { size }) => sum + size, 0);
  if (total > limits.total) return err(tooMuch('bytes in its volumes', total, limits.total));
  const files = new Map<string, Place>();
  for (let at = 0; ; ) {
    const bytes = await disk.bytes(piecesAt(folder, list, at, block), block);
    if (!bytes.ok || bytes.value.length < block)
      return err(malformed('the archive of the volumes', 'it ends without its end mark'));
    const read = readHeader(bytes.value);
    if (read === 'end') break;
    if ('fault' in read) return err(malformed('the archive of the volumes', `an entry ${read.fault}`));
    const { name, size } = read;
    if (!isLayoutPath(name)) return err(malformed('the archive of the volumes', `it holds ${JSON.stringify(name)}`));
    if (files.has(name)) return err(twice('the archive of the volumes', name, name));
    if (files.size >= limits.entries) return err(tooMuch('files', files.size + 1, limits.entries));
    files.set(name, { size, pieces: piecesAt(folder, list, at + block, size) });
    at += block + padded(size);
  }
  return checked(`${list.name}${volumesFile}`, files);
}

/** Where a stretch of the archive lies in the volumes. */
function piecesAt(folder: string, { volumes }: Volumes, from: number, length: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const { file, size } of volumes) {
    const begin = Math.max(from, start);
    const end = Math.min(from + length, start + size);
    if (begin < end) pieces.push({ file: join(folder, file), offset: begin - start, length: end - begin });
    start += size;
  }
  return pieces;
}

/** Which volume does not have the content the list gives it; reads them all. */
export async function wrongOne(disk: BundleDisk, folder: string, { volumes }: Volumes): Promise<Failure | undefined> {
  const digests = new Map<Digest, string>(volumes.map(({ file, digest }) => [digest, file]));
  for (const { file, size, digest } of volumes) {
    const seen = await disk.scan([{ file: join(folder, file), offset: 0, length: size }]);
    if (!seen.ok) return seen.error;
    if (seen.value.digest === digest) continue;
    const other = digests.get(seen.value.digest);
    return wrongVolume(file, other === undefined ? 'was changed' : `holds the content of ${other}: the two were swapped`);
  }
  return undefined;
}
