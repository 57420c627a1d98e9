import { join } from 'node:path';
import { bundleName } from '../../bundle/seal.js';
import { compareBundles, type Difference, inventoryOf } from '../../bundle/inventory.js';
import { fingerprintOf } from '../../bundle/keys.js';
import type { Bundle } from '../../bundle/types.js';
import { compareReleases, describe, type Described, verifyContent } from '../../bundle/verify.js';
import { older } from '../../bundle/errors.js';
import { absolutePath, blobDisk, cacheFolder, readText, writeAtomically } from '../../host/index.js';
import { err, ok, type Result } from '../../model/index.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { trustOf } from './keys.js';

/** Which bundle, and how it is judged. */
export interface JudgeOptions {
  readonly bundle: string;
  readonly key?: string | undefined;
  readonly allowUnsigned?: boolean;
  readonly allowOlder?: boolean;
}

/** A bundle that holds. */
export interface Verified {
  readonly bundle: Bundle;
  readonly trust: 'signed' | 'unsigned';
  readonly fingerprint?: string;
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: number;
}

/** A bundle's description, judged, and the key it was judged by. */
export interface Judged {
  readonly described: Described;
  readonly fingerprint?: string;
}

/** Judges what a bundle says of itself; no content is read. */
export async function judge(options: JudgeOptions): Promise<Result<Judged>> {
  const trust = await trustOf(options);
  if (!trust.ok) return trust;
  const fingerprint = 'key' in trust.value ? fingerprintOf(trust.value.key) : undefined;
  const described = await describe(absolutePath(options.bundle), { disk: blobDisk, trust: trust.value, now: new Date() });
  if (!described.ok) return described;
  const { about } = described.value.bundle;
  const known = fingerprint === undefined ? undefined : await acceptedRelease(bundleName(about), fingerprint);
  if (known !== undefined && options.allowOlder !== true && compareReleases(about.release, known) < 0)
    return err(older(about.release, known));
  return ok({ described: described.value, ...(fingerprint === undefined ? {} : { fingerprint }) });
}

/** Reads every byte of a bundle; nothing is written but which release was accepted. */
export async function verifyBundle(options: JudgeOptions): Promise<Result<Verified, Trouble>> {
  const judged = await judge(options);
  if (!judged.ok) return err(troubleOf(judged.error));
  const { described, fingerprint } = judged.value;
  const read = await verifyContent(blobDisk, described);
  if (!read.ok) return err(troubleOf(read.error));
  if (fingerprint !== undefined) await accept(described.bundle, fingerprint);
  return ok({
    bundle: described.bundle,
    trust: described.trust,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...read.value,
    leftOut: described.leftOut.size,
  });
}

const acceptedFile = (name: string, fingerprint: string): string =>
  join(cacheFolder(), 'bundle', 'accepted', `${name}-${fingerprint.slice('sha256:'.length, 'sha256:'.length + 16)}`);

/** Newest release of this key's that was accepted on this machine. */
async function acceptedRelease(name: string, fingerprint: string): Promise<string | undefined> {
  const text = await readText(acceptedFile(name, fingerprint));
  return text.ok ? text.value?.trim() : undefined;
}

/** Remembers the release, so that an older one is not taken for the newest. */
export async function accept({ about }: Bundle, fingerprint: string): Promise<void> {
  const known = await acceptedRelease(bundleName(about), fingerprint);
  if (known !== undefined && compareReleases(about.release, known) <= 0) return;
  await writeAtomically(acceptedFile(bundleName(about), fingerprint), `${about.release}\n`);
}

/** What lies in a bundle. */
export interface Inspected {
  readonly bundle: Bundle;
  readonly trust: 'signed' | 'unsigned';
  readonly hasSignature: boolean;
  readonly bytes: number;
  readonly leftOut: number;
  /** What the next bundle need not carry. */
  readonly blobs: readonly { readonly digest: string; readonly size: number }[];
}

/** Lists what lies in a bundle by its own description; where no key is given, that description is only what it says. */
export async function inspectBundle(options: JudgeOptions): Promise<Result<Inspected, Trouble>> {
  const judged = await judge({ ...options, allowUnsigned: options.key === undefined, allowOlder: true });
  if (!judged.ok) return err(troubleOf(judged.error));
  const { described } = judged.value;
  const { source, bundle, trust, entry, leftOut } = described;
  return ok({
    bundle,
    trust,
    hasSignature: entry.signature !== undefined,
    bytes: [...source.files.values()].reduce((sum, { size }) => sum + size, 0),
    leftOut: leftOut.size,
    blobs: inventoryOf(described).blobs,
  });
}

/** Compares two bundles by what they say of themselves. */
export async function diffBundles(
  before: string,
  after: string,
  key: string | undefined,
): Promise<Result<{ readonly before: Bundle; readonly after: Bundle; readonly differences: readonly Difference[] }, Trouble>> {
  const both: Bundle[] = [];
  for (const bundle of [before, after]) {
    const inspected = await inspectBundle({ bundle, key });
    if (!inspected.ok) return inspected;
    both.push(inspected.value.bundle);
  }
  const [first, second] = both;
  if (first === undefined || second === undefined) throw new Error('two bundles were read');
  return ok({ before: first, after: second, differences: compareBundles(first, second) });
}
