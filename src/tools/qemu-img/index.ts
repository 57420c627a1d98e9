import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Command, Failure, Output, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Formats of disk files that Strata writes. */
export type DiskFormat = 'raw' | 'qcow2' | 'vmdk';

/** Options of a format: compressed for qcow2; the stream-optimised form that vSphere imports for vmdk. */
const formatArguments: Readonly<Record<DiskFormat, readonly string[]>> = {
  raw: [],
  qcow2: ['-c'],
  vmdk: ['-o', 'subformat=streamOptimized,adapter_type=lsilogic'],
};

/** Converting and comparing can wait: whatever else runs goes first. */
async function patient(w: ReadWorld, args: readonly string[]): Promise<Command> {
  const path = (await w.locate('qemu-img')) ?? 'qemu-img';
  return { tool: 'nice', args: ['-n', '19', path, ...args], deadlineMs: 1_800_000 };
}

/** Converts a raw disk; replaces `to`. */
export async function convertDisk(w: World, from: string, to: string, format: DiskFormat): Promise<Result<void>> {
  const args = ['convert', '-f', 'raw', '-O', format, ...formatArguments[format], from, to];
  return done(await w.change(await patient(w, args)), `converting to ${format}`);
}

const Info = Type.Object({ format: Type.String(), 'virtual-size': Type.Number(), 'actual-size': Type.Number() });

/** What `qemu-img info` knows of a disk file; sizes in bytes. */
export interface DiskInfo {
  readonly format: string;
  readonly virtualSize: number;
  readonly actualSize: number;
}

/** Reads a disk file's own header. */
export async function diskInfo(w: ReadWorld, path: string): Promise<Result<DiskInfo>> {
  const ran = await w.query({ tool: 'qemu-img', args: ['info', '--output=json', path] });
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(qemuImgFailed('reading the header', ran.value));
  const info = parseInfo(ran.value.stdout);
  return info === undefined ? err(qemuImgFailed('reading the header', ran.value)) : ok(info);
}

/** Reads the JSON that `qemu-img info` prints. */
export function parseInfo(json: string): DiskInfo | undefined {
  const parsed: unknown = JSON.parse(json);
  if (!Value.Check(Info, parsed)) return undefined;
  const info: Static<typeof Info> = parsed;
  return { format: info.format, virtualSize: info['virtual-size'], actualSize: info['actual-size'] };
}

/** Checks a disk file's structure; code 63 = the format has none to check. */
export async function checkDisk(w: ReadWorld, path: string, format: DiskFormat): Promise<Result<'whole' | 'not-checkable'>> {
  const ran = await w.query(await patient(w, ['check', '-f', format, '--output=json', path]));
  if (!ran.ok) return ran;
  if (ran.value.code === 63) return ok('not-checkable');
  return ran.value.code === 0 ? ok('whole') : err(qemuImgFailed(`checking ${format}`, ran.value));
}

/** Compares two disks byte by byte, whatever their formats; zeroes equal what is not allocated. */
export async function sameDisk(
  w: ReadWorld,
  a: { path: string; format: DiskFormat },
  b: { path: string; format: DiskFormat },
): Promise<Result<boolean>> {
  const ran = await w.query(await patient(w, ['compare', '-f', a.format, '-F', b.format, a.path, b.path]));
  if (!ran.ok) return ran;
  // qemu-img compare: 0 = identical, 1 = different, more = error.
  if (ran.value.code > 1) return err(qemuImgFailed('comparing disks', ran.value));
  return ok(ran.value.code === 0);
}

const done = (ran: Result<Output>, what: string): Result<void> => {
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(qemuImgFailed(what, ran.value));
};

const qemuImgFailed = (what: string, output: Output): Failure =>
  failure(
    'tool-failed',
    'QEMU-IMG-FAILED',
    `qemu-img failed at ${what} (${output.code}): ${(output.stderr || output.stdout).trim().split('\n').slice(-2).join(' · ')}`,
    {
      say: 'Check the free space of the cache folder, then run again.',
      command: 'strata doctor',
    },
  );
