import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { checkFilledDisk, makeFilledDisk } from '../../../../tools/mke2fs/index.js';
import { checkDisk, convertDisk, diskInfo, sameDisk } from '../../../../tools/qemu-img/index.js';
import { inOrder } from '../commands.js';
import { exportDiffers, imageCorrupt } from '../errors.js';
import { DigestText, inCache, workFolder } from '../places.js';

/** Which disks are wanted of which image. */
export interface ExportWant {
  /** Folder of the image, relative to the cache. */
  readonly folder: string;
  readonly key: string;
  readonly formats: readonly ('qcow2' | 'vmdk')[];
  /** Bytes of the disk. */
  readonly size: number;
}

const Disk = Type.Object({
  format: Type.Union([Type.Literal('qcow2'), Type.Literal('vmdk')]),
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
}

const Record = Type.Object({ size: Type.Number(), disks: Type.Array(Disk) });
const recordOf = (folder: string): string => `${folder}/exports/disks.json`;

/** Writes the root filesystem as disk files, and reads them back. */
export const exportDisks: Action<ExportWant, ExportGot> = {
  async observe({ folder, formats, size }, w) {
    const record = await readRecord(w, folder);
    if (!record.ok || record.value === undefined || record.value.size !== size) return record.ok ? ok(undefined) : record;
    const disks = record.value.disks.filter(({ format }) => formats.includes(format));
    for (const { path } of disks) if ((await w.stat(inCache(w, path))) === undefined) return ok(undefined);
    return ok({ disks });
  },
  diff: (want, got) =>
    want.formats
      .filter((format) => !got?.disks.some((disk) => disk.format === format))
      .map((format) => ({ what: format, to: `disk of ${want.size / 2 ** 30} GiB` })),
  async apply(want, _got, w) {
    const work = workFolder(w, 'export');
    const raw = `${work}/node.raw`;
    const made = await inOrder(
      () => w.remove(work),
      () => w.makeDirectory(work),
      () =>
        makeFilledDisk(w, {
          from: `${inCache(w, want.folder)}/rootfs`,
          to: raw,
          bytes: want.size,
          label: 'strata-root',
          uuid: uuidOf(want.key),
        }),
      () => checkFilledDisk(w, raw),
    );
    if (!made.ok) return made;
    const disks = await convertAll(w, want, work);
    if (!disks.ok) return disks;
    const kept = await inOrder(
      () => w.write(`${work}/disks.json`, `${JSON.stringify({ size: want.size, disks: disks.value }, null, 1)}\n`),
      () => w.remove(raw),
      () => w.remove(inCache(w, `${want.folder}/exports`)),
      () => w.rename(work, inCache(w, `${want.folder}/exports`)),
    );
    return kept.ok ? ok({ disks: disks.value }) : kept;
  },
  async verify(_want, { disks }, w) {
    return Promise.all(
      disks.map(async ({ format, path, digest, bytes, virtualBytes, checked }) => {
        const same = (await w.digest(inCache(w, path))) === digest;
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
  remove: (_got, w) => w.remove(workFolder(w, 'export')),
};

async function readRecord(w: ReadWorld, folder: string): Promise<Result<Static<typeof Record> | undefined>> {
  const text = await w.read(inCache(w, recordOf(folder)));
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const record: unknown = JSON.parse(text.value);
  return Value.Check(Record, record) ? ok(record) : err(imageCorrupt(folder));
}

/** The same for the same image, so that the same tree gives the same disk. */
function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

async function convertAll(w: World, { folder, formats, size }: ExportWant, work: string): Promise<Result<readonly Disk[]>> {
  const disks: Disk[] = [];
  for (const format of formats) {
    const file = `${work}/node.${format}`;
    const disk = await convertOne(w, { raw: `${work}/node.raw`, file, format });
    if (!disk.ok) return disk;
    disks.push({ ...disk.value, path: `${folder}/exports/node.${format}`, virtualBytes: size });
  }
  return ok(disks);
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
