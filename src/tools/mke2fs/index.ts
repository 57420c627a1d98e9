import type { Failure, Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A disk file with one ext4 file system, filled from a directory. */
export interface FilledDisk {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** Where in the file it begins, for a partition; what lies before is left as it is. 0 where absent. */
  readonly offset?: number;
  readonly label: string;
  /** UUID of the file system, and seed of its directory hashes: equal trees give equal disks. */
  readonly uuid: string;
}

/** Writes the disk (sparse), owners and modes kept; needs no mount. */
export async function makeFilledDisk(w: World, { from, to, bytes, offset = 0, label, uuid }: FilledDisk): Promise<Result<void>> {
  if (offset === 0) {
    const sized = await w.change({ tool: 'truncate', args: ['--size', String(bytes), to] });
    if (!sized.ok) return sized;
    if (sized.value.code !== 0) return err(mke2fsFailed(sized.value));
  }
  const place = offset === 0 ? '' : `offset=${offset},`;
  const blocks = offset === 0 ? [] : [`${Math.floor(bytes / 1024)}k`];
  const args = [
    '-q',
    '-F',
    '-t',
    'ext4',
    // Boot loaders that read the file system do not know it.
    '-O',
    '^metadata_csum_seed',
    '-L',
    label,
    '-U',
    uuid,
    '-E',
    `${place}hash_seed=${uuid},lazy_itable_init=0,lazy_journal_init=0`,
    '-d',
    from,
    to,
    ...blocks,
  ];
  const ran = await w.change({ tool: 'mke2fs', args, deadlineMs: 1_200_000 });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(mke2fsFailed(ran.value));
}

/** Checks a file system without mending it. */
export async function checkFilledDisk(w: World, path: string, offset = 0): Promise<Result<void>> {
  const device = offset === 0 ? path : `${path}?offset=${offset}`;
  const ran = await w.change({ tool: 'e2fsck', args: ['-f', '-n', device], deadlineMs: 600_000 });
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
