import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Archive, Result, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { packageChart } from '../tools/helm/index.js';
import { createTarGz, extractTar } from '../tools/tar/index.js';
import { chartMissing } from './chart-errors.js';
import { hashOf, packageFile, prepareChart } from './chart-source.js';
import type { PackagePlan } from './packages.js';
import type { ValueMap } from './values.js';

/** Packs the chart of a package as Helm does, with equal bytes for equal content: the digest is to name the chart, not the hour. */
export async function packChart(plan: PackagePlan, values: ValueMap, w: World): Promise<Result<Archive>> {
  const prepared = await prepareChart(plan, values, w);
  if (!prepared.ok) return prepared;
  const { folder } = prepared.value;
  const content = await w.digest(folder);
  const file = join(w.paths.cache, 'charts', 'packed', `${plan.name}-${hashOf([content, await w.locate('helm')])}.tgz`);
  const there = await archiveAt(plan.name, file, w);
  if (there !== undefined) return ok(there);
  const scratch = `${file}.${randomUUID()}`;
  const packed = await pack(folder, scratch, w);
  const moved = packed.ok ? await w.rename(packed.value, file) : packed;
  const cleared = await w.remove(scratch);
  const made = await archiveAt(plan.name, file, w);
  // Where two pack the same chart at once, one of them comes late with the same bytes.
  if (made !== undefined) return cleared.ok ? ok(made) : cleared;
  return moved.ok ? err(chartMissing(packageFile(plan, w), file)) : moved;
}

async function archiveAt(name: string, file: string, w: World): Promise<Archive | undefined> {
  const [digest, stat] = [await w.digest(file), await w.stat(file)];
  return digest === undefined || stat === undefined ? undefined : { name, file, digest, size: stat.size };
}

/** Helm decides what belongs into a chart's archive; the times and the order in it are then made the same each time. */
async function pack(folder: string, scratch: string, w: World): Promise<Result<string>> {
  for (const name of ['helm', 'tree']) {
    const made = await w.makeDirectory(join(scratch, name));
    if (!made.ok) return made;
  }
  const packed = await packageChart(w, folder, join(scratch, 'helm'));
  if (!packed.ok) return packed;
  const [name = ''] = await w.list(join(scratch, 'helm'));
  const unpacked = await extractTar(w, join(scratch, 'helm', name), join(scratch, 'tree'));
  if (!unpacked.ok) return unpacked;
  const again = await createTarGz(w, join(scratch, 'tree'), join(scratch, 'chart.tgz'));
  return again.ok ? ok(join(scratch, 'chart.tgz')) : again;
}
