import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { checkFilledDisk, makeFilledDisk } from '../../../../tools/mke2fs/index.js';
import { checkDisk, convertDisk, diskInfo, sameDisk } from '../../../../tools/qemu-img/index.js';
import { writeOva } from '../../../../tools/ovf/index.js';
import type { DebianMirrors } from '../../../../tools/apt/mirrors.js';
import { clearWork } from '../bound.js';
import type { BootData } from '../catalog-data.js';
import { inOrder, run } from '../commands.js';
import { exportDiffers, imageCorrupt } from '../errors.js';
import { DigestText, inCache, keyOf, workFolder } from '../places.js';
import { loaderFits, makeBootRoot, partitionStart, writeBootSectors } from './boot-root.js';

/** Which disks are wanted of which image. */
export interface ExportWant {
  /** Folder of the image, relative to the cache. */
  readonly folder: string;
  readonly key: string;
  readonly formats: readonly ExportFormat[];
  /** Bytes of the disk. */
  readonly size: number;
  readonly os: { readonly title: string; readonly guest: string };
  /** Kernel, boot loader and first start, which only a disk file has. */
  readonly boot: BootData;
  readonly mirror?: DebianMirrors;
}

/** An `ova` holds a vmdk, so that one is made as well. */
export type ExportFormat = 'qcow2' | 'vmdk' | 'ova';

const Disk = Type.Object({
  format: Type.Union([Type.Literal('qcow2'), Type.Literal('vmdk'), Type.Literal('ova')]),
  path: Type.String(),
  digest: DigestText,
  bytes: Type.Number(),
  virtualBytes: Type.Number(),
  /** `qemu-img check` found the structure whole; some formats have none to check. */
  checked: Type.Union([Type.Literal('whole'), Type.Literal('not-checkable')]),
});

type Disk = Static<typeof Disk>;

/** Disk files in the cache, each compared with the root filesystem's own disk. */
export interface ExportGot {
  readonly disks: readonly Disk[];
  /** The same by format, for those who take one. */
  readonly files: Readonly<Partial<Record<ExportFormat, { readonly path: string; readonly digest: Disk['digest'] }>>>;
}

const Exports = Type.Object({ size: Type.Number(), boot: Type.String(), disks: Type.Array(Disk) });
const gotOf = (disks: readonly Disk[]): ExportGot => ({
  disks,
  files: Object.fromEntries(disks.map(({ format, path, digest }) => [format, { path, digest }])),
});
/** What besides the root file system decides the disks. */
const bootKey = ({ boot }: ExportWant): string => keyOf(JSON.stringify(boot));
const recordOf = (folder: string): string => `${folder}/exports/disks.json`;

/** Writes the root filesystem as disk files, and reads them back. */
export const exportDisks: Action<ExportWant, ExportGot> = {
  async observe(want, w) {
    const record = await readRecord(w, want.folder);
    if (!record.ok) return record;
    if (record.value === undefined) return ok(undefined);
    if (record.value.size !== want.size || record.value.boot !== bootKey(want)) return ok(undefined);
    const disks = record.value.disks.filter(({ format }) => want.formats.includes(format));
    for (const { path } of disks) if ((await w.stat(inCache(w, path))) === undefined) return ok(undefined);
    return ok(gotOf(disks));
  },
  diff: (want, got) =>
    want.formats
      .filter((format) => !got?.disks.some((disk) => disk.format === format))
      .map((format) => ({ what: format, to: `disk of ${want.size / 2 ** 30} GiB` })),
  async apply(want, _got, w) {
    const work = workFolder(w, 'export');
    const made = await inOrder(
      () => clearWork(w, work),
      () => w.makeDirectory(`${work}/exports`),
      () => makeRaw(w, want, work),
    );
    if (!made.ok) return made;
    const disks = await convertAll(w, want, work);
    if (!disks.ok) return disks;
    const record = { size: want.size, boot: bootKey(want), disks: disks.value };
    const kept = await inOrder(
      () => w.write(`${work}/exports/disks.json`, `${JSON.stringify(record, null, 1)}\n`),
      () => w.remove(inCache(w, `${want.folder}/exports`)),
      () => w.rename(`${work}/exports`, inCache(w, `${want.folder}/exports`)),
      () => clearWork(w, work),
    );
    return kept.ok ? ok(gotOf(disks.value)) : kept;
  },
  async verify(_want, { disks }, w) {
    return Promise.all(
      disks.map(async ({ format, path, digest, bytes, virtualBytes, checked }) => {
        const same = (await w.digest(inCache(w, path))) === digest;
        if (format === 'ova') return ovaClaim({ path, digest, bytes }, same);
        const info = await diskInfo(w, inCache(w, path));
        const right = same && info.ok && info.value.format === format && info.value.virtualSize === virtualBytes;
        const structure = checked === 'whole' ? 'its structure is whole' : 'its format has no structure to check';
        return {
          claim: `${format} disk of ${virtualBytes / 2 ** 30} GiB in ${Math.round(bytes / 2 ** 20)} MiB holds the same bytes as the root filesystem's disk; ${structure}`,
          verdict: right ? ('pass' as const) : ('fail' as const),
          artefact: { path, digest },
        };
      }),
    );
  },
  remove: (_got, w) => clearWork(w, workFolder(w, 'export')),
};

const ovaClaim = ({ path, digest, bytes }: Pick<Disk, 'path' | 'digest' | 'bytes'>, same: boolean) => ({
  claim: `ova of ${Math.round(bytes / 2 ** 20)} MiB: descriptor, manifest with the digests of both files, stream-optimised disk`,
  verdict: same ? ('pass' as const) : ('fail' as const),
  artefact: { path, digest },
});

const rawOf = (work: string): string => `${work}/node.raw`;

/** The disk itself: boot loader, one partition, the root file system with its kernel. */
function makeRaw(w: World, want: ExportWant, work: string): Promise<Result<void>> {
  const raw = rawOf(work);
  const filled = { offset: partitionStart, bytes: want.size - partitionStart, label: want.boot.label, uuid: uuidOf(want.key) };
  const { boot, mirror } = want;
  return inOrder(
    () => makeBootRoot(w, { work, from: `${inCache(w, want.folder)}/rootfs`, boot, ...(mirror && { mirror }) }),
    () => loaderFits(w, work),
    () => writeBootSectors(w, work, raw, want.size),
    () => makeFilledDisk(w, { from: `${work}/root`, to: raw, ...filled }),
    () => checkFilledDisk(w, raw, partitionStart),
  );
}

async function readRecord(w: ReadWorld, folder: string): Promise<Result<Static<typeof Exports> | undefined>> {
  const text = await w.read(inCache(w, recordOf(folder)));
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const record: unknown = JSON.parse(text.value);
  return Value.Check(Exports, record) ? ok(record) : err(imageCorrupt(folder));
}

/** The same for the same image, so that the same tree gives the same disk. */
function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

async function convertAll(w: World, want: ExportWant, work: string): Promise<Result<readonly Disk[]>> {
  const disks: Disk[] = [];
  for (const format of ['qcow2', 'vmdk'] as const) {
    if (!want.formats.includes(format) && !(format === 'vmdk' && want.formats.includes('ova'))) continue;
    const file = `${work}/exports/node.${format}`;
    const disk = await convertOne(w, { raw: rawOf(work), file, format });
    if (!disk.ok) return disk;
    disks.push({ ...disk.value, path: `${want.folder}/exports/node.${format}`, virtualBytes: want.size });
  }
  const vmdk = disks.find(({ format }) => format === 'vmdk');
  if (vmdk === undefined || !want.formats.includes('ova')) return ok(disks);
  const ova = await wrap(w, want, work, vmdk);
  return ova.ok ? ok([...disks, ova.value]) : ova;
}

/** The vmdk with a machine around it. */
async function wrap(w: World, want: ExportWant, work: string, vmdk: Disk): Promise<Result<Disk>> {
  const folder = `${work}/ova`;
  const file = `${work}/exports/node.ova`;
  const machine = {
    name: `strata-${want.key}`,
    product: `${want.os.title}, hardened Kubernetes node`,
    disk: 'node.vmdk',
    diskBytes: vmdk.bytes,
    capacityBytes: want.size,
    cpus: 2,
    memoryMib: 4096,
    guest: { id: 96, name: want.os.guest },
  };
  const made = await inOrder(
    () => w.makeDirectory(folder),
    () => run(w, { what: 'taking the disk', tool: 'ln', args: [`${work}/exports/node.vmdk`, `${folder}/node.vmdk`] }),
    () => writeOva(w, folder, { machine, diskDigest: vmdk.digest }, file),
  );
  if (!made.ok) return made;
  const [digest, stat] = [await w.digest(file), await w.stat(file)];
  if (digest === undefined || stat === undefined) return err(exportDiffers('ova'));
  const path = `${want.folder}/exports/node.ova`;
  return ok({ format: 'ova', path, digest, bytes: stat.size, virtualBytes: want.size, checked: 'not-checkable' });
}

interface Conversion {
  readonly raw: string;
  readonly file: string;
  readonly format: 'qcow2' | 'vmdk';
}

async function convertOne(
  w: World,
  { raw, file, format }: Conversion,
): Promise<Result<Pick<Disk, 'format' | 'digest' | 'bytes' | 'checked'>>> {
  const converted = await convertDisk(w, raw, file, format);
  if (!converted.ok) return converted;
  const checked = await checkDisk(w, file, format);
  if (!checked.ok) return checked;
  const same = await sameDisk(w, { path: raw, format: 'raw' }, { path: file, format });
  if (!same.ok) return same;
  if (!same.value) return err(exportDiffers(format));
  const digest = await w.digest(file);
  const stat = await w.stat(file);
  return digest === undefined || stat === undefined
    ? err(exportDiffers(format))
    : ok({ format, digest, bytes: stat.size, checked: checked.value });
}
