import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { type Digest, err, type Failure, ok, type Result } from '../model/index.js';
import type { BundleDisk } from './disk.js';
import { absent, changed, expired, malformed, older, stranger, tooMuch, wrongSignature, wrongSize } from './errors.js';
import { readBundle } from './items.js';
import { preAuthenticated, signatureHolds } from './keys.js';
import { blobPath, type Source } from './layout.js';
import { checkSignature, type Entry, parseAs, readBlob, readEntry, type Trust } from './read.js';
import { openSource } from './source.js';
import { type Bundle, DigestText, ManifestShape, type Part } from './types.js';

/** A bundle whose description holds: signed by whom it should be, complete, and nothing else in it. */
export interface Described {
  readonly source: Source;
  readonly entry: Entry;
  readonly bundle: Bundle;
  readonly trust: 'signed' | 'unsigned';
  /** Every blob that must be there, with what it is for. */
  readonly blobs: ReadonlyMap<Digest, Named>;
  /** Blobs that the destination has already. */
  readonly leftOut: ReadonlyMap<Digest, number>;
}

/** A blob by what it is for. */
export interface Named {
  readonly what: string;
  readonly size: number;
}

/** How a bundle is judged. */
export interface Judging {
  readonly disk: BundleDisk;
  readonly trust: Trust;
  readonly now: Date;
  /** Newest release that was accepted here before. */
  readonly atLeast?: string | undefined;
}

/** Reads and checks all that a bundle says of itself; no content is read, and nothing is written. */
export async function describe(path: string, { disk, trust, now, atLeast }: Judging): Promise<Result<Described>> {
  const source = await openSource(disk, path);
  if (!source.ok) return source;
  const entry = await readEntry(disk, source.value);
  if (!entry.ok) return entry;
  const signed = await checkSignature(disk, source.value, entry.value, trust);
  if (!signed.ok) return signed;
  const bundle = await readBundle(disk, source.value, entry.value);
  if (!bundle.ok) return bundle;
  const stale = checkTime(bundle.value, now, atLeast);
  if (stale !== undefined) return err(stale);
  const blobs = await expectedBlobs(disk, source.value, entry.value, bundle.value, trust);
  if (!blobs.ok) return blobs;
  const leftOut = await readLeftOut(disk, source.value, bundle.value);
  if (!leftOut.ok) return leftOut;
  const wrong = compareLayout(source.value, blobs.value, leftOut.value);
  if (wrong !== undefined) return err(wrong);
  return ok({
    source: source.value,
    entry: entry.value,
    bundle: bundle.value,
    trust: signed.value,
    blobs: blobs.value,
    leftOut: leftOut.value,
  });
}

function checkTime({ about }: Bundle, now: Date, atLeast: string | undefined): Failure | undefined {
  const { expires, release } = about;
  if (expires !== undefined && Date.parse(expires) <= now.getTime()) return expired(expires, now.toISOString());
  return atLeast !== undefined && compareReleases(release, atLeast) < 0 ? older(release, atLeast) : undefined;
}

/** Orders releases as people count: `1.10` comes after `1.9`. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  const at = Array.from({ length: Math.max(left.length, right.length) }).findIndex((_, i) => left[i] !== right[i]);
  return at === -1 ? 0 : compareParts(left[at] ?? '', right[at] ?? '');
}

const partsOf = (release: string): readonly string[] => release.match(/[0-9]+|[^0-9]+/g) ?? [];

function compareParts(a: string, b: string): number {
  if (!/^[0-9]/.test(a) || !/^[0-9]/.test(b)) return a < b ? -1 : 1;
  const [x, y] = [BigInt(a), BigInt(b)];
  return x === y ? 0 : x < y ? -1 : 1;
}

async function expectedBlobs(
  disk: BundleDisk,
  source: Source,
  entry: Entry,
  bundle: Bundle,
  trust: Trust,
): Promise<Result<ReadonlyMap<Digest, Named>>> {
  const blobs = new Map<Digest, Named>([[bundle.root, { what: "the bundle's index", size: bundle.rootSize }]]);
  for (const { kind, name, digest, manifestSize, files, config } of bundle.items) {
    const what = `${kind} ${name}`;
    blobs.set(digest, { what: `the manifest of ${what}`, size: manifestSize });
    blobs.set(config.digest, { what: `${what}: its configuration`, size: config.size });
    for (const file of files) blobs.set(file.digest, { what: `${what}: ${file.path}`, size: file.size });
  }
  const signature = await signedBlobs(disk, source, entry.signature, 'the signature');
  if (!signature.ok) return signature;
  const attestation = await signedBlobs(disk, source, entry.attestation, 'the provenance');
  if (!attestation.ok) return attestation;
  for (const [digest, named] of [...signature.value.blobs, ...attestation.value.blobs]) blobs.set(digest, named);
  if (!('key' in trust)) return ok(blobs);
  for (const layer of attestation.value.layers) {
    const held = await checkEnvelope(disk, source, layer, trust.key, bundle.root);
    if (!held.ok) return held;
  }
  return ok(blobs);
}

interface Signed {
  readonly blobs: readonly (readonly [Digest, Named])[];
  readonly layers: readonly { readonly digest: Digest; readonly size: number }[];
}

/** Parts of what was signed beside the bundle. */
async function signedBlobs(disk: BundleDisk, source: Source, part: Part | undefined, what: string): Promise<Result<Signed>> {
  if (part === undefined) return ok({ blobs: [], layers: [] });
  const bytes = await readBlob(disk, source, part, what);
  if (!bytes.ok) return bytes;
  const manifest = parseAs(ManifestShape, bytes.value, what);
  if (!manifest.ok) return manifest;
  const { config, layers } = manifest.value;
  if (layers.length > 16) return err(tooMuch(`parts in ${what}`, layers.length, 16));
  const blobs = [part, config, ...layers].map(({ digest, size }) => [digest, { what, size }] as const);
  return ok({ blobs, layers });
}

const EnvelopeShape = Type.Object({
  payloadType: Type.String(),
  payload: Type.String(),
  signatures: Type.Array(Type.Object({ sig: Type.String() }), { minItems: 1, maxItems: 16 }),
});
const StatementShape = Type.Object({
  _type: Type.Literal('https://in-toto.io/Statement/v1'),
  predicateType: Type.String(),
  subject: Type.Array(Type.Object({ name: Type.String(), digest: Type.Object({ sha256: Type.String() }) })),
});

/** The provenance must be of the same key, and speak of this bundle. */
async function checkEnvelope(
  disk: BundleDisk,
  source: Source,
  layer: { readonly digest: string; readonly size: number },
  key: Extract<Trust, { key: unknown }>['key'],
  root: Digest,
): Promise<Result<void>> {
  const bytes = await readBlob(disk, source, layer, 'the provenance');
  if (!bytes.ok) return bytes;
  const envelope = parseAs(EnvelopeShape, bytes.value, 'the provenance');
  if (!envelope.ok) return envelope;
  const { payload, payloadType, signatures } = envelope.value;
  const content = Buffer.from(payload, 'base64');
  if (!signatures.some(({ sig }) => signatureHolds(key, preAuthenticated(payloadType, content), sig)))
    return err(wrongSignature('the provenance is not of the given key'));
  const statement = parseAs(StatementShape, content, 'the provenance');
  if (!statement.ok) return statement;
  const speaks = statement.value.subject.some(({ digest }) => `sha256:${digest.sha256}` === root);
  return speaks ? ok(undefined) : err(wrongSignature('the provenance is for other content'));
}

export const LeftOutShape = Type.Object({
  base: DigestText,
  blobs: Type.Array(Type.Object({ digest: DigestText, size: Type.Integer({ minimum: 0 }) })),
});
/** Content that a delta does not carry, because its destination has it. */
export type LeftOut = Static<typeof LeftOutShape>;

async function readLeftOut(disk: BundleDisk, source: Source, { items }: Bundle): Promise<Result<ReadonlyMap<Digest, number>>> {
  const file = items.find(({ kind }) => kind === 'left-out')?.files[0];
  if (file === undefined) return ok(new Map());
  const bytes = await readBlob(disk, source, file, 'the list of what is left out');
  if (!bytes.ok) return bytes;
  const list = parseAs(LeftOutShape, bytes.value, 'the list of what is left out');
  return list.ok ? ok(new Map(list.value.blobs.map(({ digest, size }) => [digest, size]))) : list;
}

/** What is there against what should be; sizes only. */
function compareLayout(
  source: Source,
  blobs: ReadonlyMap<Digest, Named>,
  leftOut: ReadonlyMap<Digest, number>,
): Failure | undefined {
  const wanted = new Set(['oci-layout', 'index.json']);
  for (const [digest, { what, size }] of blobs) {
    const path = blobPath(digest);
    wanted.add(path);
    const place = source.files.get(path);
    if (place === undefined) {
      if (leftOut.get(digest) === size) continue;
      return leftOut.has(digest) ? malformed('the list of what is left out', `it gives ${what} another size`) : absent(what);
    }
    if (place.size !== size) return wrongSize(what, size, place.size);
  }
  const strange = [...source.files.keys()].find((path) => !wanted.has(path));
  return strange === undefined ? undefined : stranger(strange);
}

/** Reads every byte and compares it with its digest; the first that differs is named by what it is for. */
export async function verifyContent(
  disk: BundleDisk,
  { source, blobs }: Pick<Described, 'source' | 'blobs'>,
  told: (done: number) => void = () => undefined,
): Promise<Result<{ readonly files: number; readonly bytes: number }>> {
  let [files, bytes] = [0, 0];
  for (const [digest, { what }] of blobs) {
    const place = source.files.get(blobPath(digest));
    if (place === undefined) continue;
    const seen = await disk.scan(place.pieces);
    if (!seen.ok) return seen;
    if (seen.value.digest !== digest) return err(changed(`${what}${where(place.pieces)}`, digest, seen.value.digest));
    files += 1;
    bytes += place.size;
    told(bytes);
  }
  return ok({ files, bytes });
}

const where = (pieces: readonly { readonly file: string }[]): string => {
  const volumes = [...new Set(pieces.map(({ file }) => file))].filter((file) => !file.includes(join('blobs', 'sha256')));
  return volumes.length === 0 ? '' : ` (in ${volumes.map((file) => file.slice(dirname(file).length + 1)).join(', ')})`;
};
