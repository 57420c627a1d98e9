import type { Digest, Output, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** What makes two archives of the same tree the same bytes: order, times, owners and header format are fixed. */
const deterministic = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'] as const;

/** Writes everything below `root` into the uncompressed archive `file`; equal trees give equal bytes. */
export async function createTar(w: World, root: string, file: string): Promise<Result<void>> {
  const names = await w.list(root);
  // `--files-from` of nothing: tar refuses to make an empty archive from an empty argument list.
  const what = names.length === 0 ? ['--files-from=/dev/null'] : ['--', ...names];
  return judge(
    await w.change({ tool: 'tar', args: ['-cf', file, ...deterministic, '-C', root, ...what], deadlineMs: 600_000 }),
    file,
  );
}

/** What a root filesystem is beside its bytes: owners, capabilities, access lists. */
const whole = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls'] as const;

/** Writes a root filesystem into one archive, with owners, modes, times, links and capabilities; equal trees give equal bytes. */
export async function createRootTar(w: World, root: string, file: string): Promise<Result<void>> {
  const args = [
    '-cf',
    file,
    '--sort=name',
    '--format=posix',
    '--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f',
    '--one-file-system',
  ];
  return judge(await w.change({ tool: 'tar', args: [...args, ...whole, '-C', root, '.'], deadlineMs: 600_000 }), file);
}

/** Unpacks a root filesystem as it was into the existing folder `into`; needs root. Entries may not leave it. */
export async function extractRootTar(w: World, archive: string, into: string): Promise<Result<void>> {
  const args = ['-xpf', archive, '--same-owner', ...whole, '-C', into];
  return judge(await w.change({ tool: 'tar', args, deadlineMs: 600_000 }), archive);
}

/** Unpacks an archive (any compression tar knows) into the existing folder `into`; entries may not leave it. */
export async function extractTar(w: World, archive: string, into: string): Promise<Result<void>> {
  return judge(
    await w.change({ tool: 'tar', args: ['-xf', archive, '--no-same-owner', '-C', into], deadlineMs: 600_000 }),
    archive,
  );
}

/** As `createTar`, compressed without a name or a time in the header, and with its digest. */
export async function createTarGz(w: World, root: string, file: string): Promise<Result<Digest>> {
  const plain = `${file}.tar`;
  const made = await createTar(w, root, plain);
  if (!made.ok) return made;
  const zipped = judge(await w.change({ tool: 'gzip', args: ['-n', '-f', '-6', plain], deadlineMs: 600_000 }), file);
  if (!zipped.ok) return zipped;
  const moved = await w.rename(`${plain}.gz`, file);
  if (!moved.ok) return moved;
  const digest = await w.digest(file);
  return digest === undefined ? err(failed(file, 'the archive is gone')) : ok(digest);
}

function judge(output: Result<Output>, file: string): Result<void> {
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(undefined) : err(failed(file, output.value.stderr.trim().slice(-400)));
}

const failed = (file: string, said: string) =>
  failure('tool-failed', 'TAR-FAILED', `tar could not handle ${file}: ${said}`, {
    say: 'Check free space and that GNU tar 1.28 or newer is installed.',
    command: 'df -h; tar --version',
  });

/** One entry of an archive. */
export interface TarEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'device';
  readonly name: string;
  readonly size: number;
}

const entryKinds: Readonly<Record<string, TarEntry['kind']>> = { '-': 'file', d: 'folder', l: 'link', h: 'link' };

/**
 * What an archive holds, without unpacking it. GNU tar's long listing is the only one it has; names are escaped, so that
 * one entry is one line. Recorded: `-rw-r--r-- 0/0              27 1970-01-01 00:00 c/Chart.yaml`.
 */
export async function listTar(r: ReadWorld, archive: string): Promise<Result<readonly TarEntry[]>> {
  const output = await r.query({
    tool: 'tar',
    args: ['-tvf', archive, '--absolute-names', '--numeric-owner', '--quoting-style=escape', '--utc'],
    deadlineMs: 600_000,
  });
  if (!output.ok) return output;
  if (output.value.code !== 0) return err(failed(archive, output.value.stderr.trim().slice(-400)));
  const lines = output.value.stdout.split('\n').filter((line) => line !== '');
  const entries = lines.map((line): TarEntry | undefined => {
    const parts = /^(.)\S+\s+\S+\s+(\S+)\s+\S+\s+\S+\s(.*)$/.exec(line);
    if (parts === null) return undefined;
    return { kind: entryKinds[parts[1] ?? ''] ?? 'device', name: parts[3] ?? '', size: Number(parts[2]) || 0 };
  });
  const unread = entries.indexOf(undefined);
  if (unread !== -1) return err(failed(archive, `its listing cannot be read: ${lines[unread]}`));
  return ok(entries.filter((entry) => entry !== undefined));
}
