import type { Failure, Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A disk file with one ext4 file system, filled from a directory. */
export interface FilledDisk {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly label: string;
  /** UUID of the file system, and seed of its directory hashes: equal trees give equal disks. */
  readonly uuid: string;
}

/** Writes the disk (sparse), owners and modes kept; needs no mount. */
export async function makeFilledDisk(w: World, { from, to, bytes, label, uuid }: FilledDisk): Promise<Result<void>> {
  const sized = await w.change({ tool: 'truncate', args: ['--size', String(bytes), to] });
  if (!sized.ok) return sized;
  if (sized.value.code !== 0) return err(mke2fsFailed(sized.value));
  const args = [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-L',
    label,
    '-U',
    uuid,
    '-E',
    `hash_seed=${uuid},lazy_itable_init=0,lazy_journal_init=0`,
    '-d',
    from,
    to,
  ];
  const ran = await w.change({ tool: 'mke2fs', args, deadlineMs: 1_200_000 });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(mke2fsFailed(ran.value));
}

/** Checks a file system without mending it. */
export async function checkFilledDisk(w: World, path: string): Promise<Result<void>> {
  const ran = await w.change({ tool: 'e2fsck', args: ['-f', '-n', path], deadlineMs: 600_000 });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(mke2fsFailed(ran.value));
}

const mke2fsFailed = (output: Output): Failure =>
  failure(
    'tool-failed',
    'MKE2FS-FAILED',
    `The disk file was not made (${output.code}): ${(output.stderr || output.stdout).trim().split('\n').slice(-2).join(' · ')}`,
    {
      say: 'Check the free space of the cache folder; mke2fs 1.43 or newer is needed.',
      command: 'strata doctor',
    },
  );
