import type { Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { aptClosure, aptDownload, type AptState, prepareApt, unpackDebs } from '../../../../tools/apt/index.js';
import { type DebianMirrors, debianMirrors } from '../../../../tools/apt/mirrors.js';
import { renderSources } from '../../../../tools/mmdebstrap/index.js';
import { boundWorld } from '../bound.js';
import type { BootData } from '../catalog-data.js';
import { inOrder, run, runAll } from '../commands.js';
import { loaderTooLarge } from '../errors.js';

/** A copy of a root file system that is to boot by itself. */
export interface BootRoot {
  /** Absolute; the root is `<work>/root`, the boot loader's parts lie in `<work>/loader`. */
  readonly work: string;
  /** Absolute path of the root file system to copy. */
  readonly from: string;
  readonly boot: BootData;
  readonly mirror?: DebianMirrors;
}

/** Copies the root, installs kernel and first start into the copy, and fetches the boot loader's parts. */
export async function makeBootRoot(w: World, want: BootRoot): Promise<Result<void>> {
  const { work, from, boot } = want;
  const root = `${work}/root`;
  const state = { dir: `${work}/apt`, sources: `${work}/debian.sources` };
  return inOrder(
    () => w.makeDirectory(`${work}/loader`),
    () => run(w, { what: 'copying the root', tool: 'cp', args: ['-a', '--reflink=auto', from, root], deadlineMs: 600_000 }),
    () => writeSources(w, want, state),
    () => installIn(w, state, boot.packages, root),
    () => fetchLoader(w, state, want),
    () => placeLoader(w, want),
    () => placeFiles(w, boot, root),
  );
}

async function writeSources(w: World, { boot, mirror }: BootRoot, state: AptState & { sources: string }): Promise<Result<void>> {
  const mirrors = mirror === undefined ? await debianMirrors(w) : ok(mirror);
  if (!mirrors.ok) return mirrors;
  return inOrder(
    () => w.write(state.sources, renderSources(mirrors.value, boot.suite)),
    () => prepareApt(w, state),
  );
}

/** Installs what the root lacks: apt plans by the root's own list of packages, dpkg inside it unpacks. */
async function installIn(w: World, state: AptState, packages: readonly string[], root: string): Promise<Result<void>> {
  const status = await w.read(`${root}/var/lib/dpkg/status`);
  if (!status.ok) return status;
  const known = await w.write(`${state.dir}/status`, status.value ?? '');
  if (!known.ok) return known;
  const missing = await aptClosure(w, state, packages);
  if (!missing.ok) return missing;
  const debs = `${root}/var/cache/apt/strata`;
  const made = await w.makeDirectory(debs);
  if (!made.ok) return made;
  const files = await aptDownload(w, state, missing.value, debs);
  if (!files.ok) return files;
  const inside = files.value.map((file) => file.slice(root.length));
  return inOrder(
    () =>
      run(boundWorld(w), {
        what: 'installing the kernel',
        tool: 'nice',
        args: ['-n', '10', 'chroot', root, 'env', ...quiet, 'dpkg', '--force-unsafe-io', '--install', ...inside],
        deadlineMs: 1_200_000,
      }),
    () => w.remove(debs),
    // Made anew at the first start: two machines must not share one.
    () => w.write(`${root}/etc/machine-id`, ''),
    () => run(w, { what: 'removing host keys', tool: 'find', args: [`${root}/etc/ssh`, '-name', 'ssh_host_*', '-delete'] }),
  );
}

// The time of the first file in the initial RAM disk: equal packages give equal bytes.
const quiet = ['DEBIAN_FRONTEND=noninteractive', 'SOURCE_DATE_EPOCH=1700000000', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'];

async function fetchLoader(w: World, state: AptState, { work, boot }: BootRoot): Promise<Result<void>> {
  const empty = await w.write(`${state.dir}/status`, '');
  if (!empty.ok) return empty;
  const closure = await aptClosure(w, state, boot.loader);
  if (!closure.ok) return closure;
  const debs = `${work}/loader-debs`;
  const made = await w.makeDirectory(debs);
  if (!made.ok) return made;
  const wanted = closure.value.filter(({ name }) => boot.loader.includes(name));
  const files = await aptDownload(w, state, wanted, debs);
  return files.ok ? unpackDebs(w, files.value, `${work}/loader`) : files;
}

/** Modules into the image; one file with all that is needed to read the disk beside it. */
async function placeLoader(w: World, { work, boot }: BootRoot): Promise<Result<void>> {
  const modules = `${work}/loader/usr/lib/grub/i386-pc`;
  const grub = `${work}/root/boot/grub`;
  const libraries = ['usr/lib', 'lib'].map((folder) => `${work}/loader/${folder}/x86_64-linux-gnu`).join(':');
  const image = ['-d', modules, '-O', 'i386-pc', '-p', '(hd0,msdos1)/boot/grub', '-o', `${work}/core.img`, ...boot.modules];
  return inOrder(
    () => w.makeDirectory(grub),
    () =>
      runAll(w, [
        { what: 'copying the boot loader', tool: 'cp', args: ['-r', '--no-preserve=mode', modules, `${grub}/i386-pc`] },
        {
          what: 'making the boot loader',
          tool: 'env',
          args: [`LD_LIBRARY_PATH=${libraries}`, `${work}/loader/usr/bin/grub-mkimage`, ...image],
        },
      ]),
  );
}

function placeFiles(w: World, { files, links }: BootData, root: string): Promise<Result<void>> {
  return inOrder(
    ...Object.entries(files).map(
      ([path, text]) =>
        () =>
          w.write(`${root}${path}`, text),
    ),
    ...Object.entries(links).map(
      ([path, to]) =>
        () =>
          run(w, { what: `linking ${path}`, tool: 'ln', args: ['-sfn', to, `${root}${path}`] }),
    ),
  );
}

/** One partition from the first mebibyte on, as every partitioner does. */
export const partitionStart = 2 ** 20;

/** Writes partition table and boot loader into the disk file, which is made with that size. */
export async function writeBootSectors(w: World, work: string, disk: string, bytes: number): Promise<Result<void>> {
  const dd = (what: string, ...args: string[]) => ({
    what,
    tool: 'dd',
    args: [`of=${disk}`, 'conv=notrunc', 'status=none', ...args],
  });
  return runAll(w, [
    { what: 'making the disk', tool: 'truncate', args: ['--size', String(bytes), disk] },
    {
      what: 'writing the partition table',
      tool: 'sfdisk',
      args: ['--quiet', disk],
      stdin: `label: dos\nlabel-id: 0x53545241\nstart=${partitionStart / 512}, type=83, bootable\n`,
    },
    // The first 440 bytes are the boot loader's, the rest of the sector is the table's.
    dd('writing the first sector', `if=${work}/loader/usr/lib/grub/i386-pc/boot.img`, 'bs=440', 'count=1'),
    dd('writing the boot loader', `if=${work}/core.img`, 'bs=512', 'seek=1'),
  ]);
}

/** The boot loader must end before the partition begins. */
export async function loaderFits(w: World, work: string): Promise<Result<void>> {
  const stat = await w.stat(`${work}/core.img`);
  return stat !== undefined && stat.size < partitionStart - 512 ? ok(undefined) : err(loaderTooLarge(stat?.size ?? 0));
}
