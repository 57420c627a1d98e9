import { createHash, randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Json, ReadWorld, Result, Span, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { pullChart } from '../tools/helm/index.js';
import { unpackChart } from './archive.js';
import { chartChanged, chartMissing, dependencyMissing } from './chart-errors.js';
import { dataMissing } from './errors.js';
import { moduleNames } from './chart-modules.js';
import type { ChartSource } from './package-schema.js';
import type { PackagePlan } from './packages.js';
import { conditionHolds, isMap, mergeValues, type ValueMap } from './values.js';

/** Where a chart lies, and what could not be laid into it. */
export interface ChartFolder {
  readonly folder: string;
  /** Dependencies that are switched off and not there. */
  readonly leftOut: readonly string[];
}

/** Hash of plain data: equal data, equal name in the cache, whatever the order of keys. */
export const hashOf = (data: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(data, (_, value: unknown) => (isMap(value) ? sorted(value) : value)))
    .digest('hex')
    .slice(0, 40);

const sorted = (map: ValueMap): ValueMap => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The folder of a package on this machine. */
export const packageFolder = (plan: PackagePlan, r: ReadWorld): string => join(r.paths[plan.tree.root], plan.tree.path);

/** The package's own file, as the place of what is wrong with the package as a whole. */
export const packageFile = (plan: PackagePlan, r: ReadWorld): Span => ({
  file: join(packageFolder(plan, r), 'package.yaml'),
  line: 1,
  column: 1,
});

/** Folders of the toolchain that a chart is made of; a pinned one never changes under the same path. */
export async function modulesOf(source: ChartSource, r: ReadWorld): Promise<Result<Readonly<Record<string, string>>>> {
  const found: Record<string, string> = {};
  for (const name of moduleNames(source)) {
    const folder = await r.locate(name);
    if (folder === undefined) return err(dataMissing(name, 'the folder itself'));
    found[name] = folder;
  }
  return ok(found);
}

/** Makes a chart ready to be rendered with these values. */
export async function prepareChart(plan: PackagePlan, values: ValueMap, w: World): Promise<Result<ChartFolder>> {
  const source = plan.spec.source?.chart;
  const where = packageFile(plan, w);
  if (source === undefined) return err(chartMissing(where, plan.name));
  const modules = await modulesOf(source, w);
  if (!modules.ok) return modules;
  const found = await findChart(plan, source, modules.value, w);
  if (!found.ok) return found;
  const head = await w.read(join(found.value, 'Chart.yaml'));
  if (!head.ok) return head;
  const chart = readChart(head.value);
  if (chart === undefined) return err(chartMissing(where, found.value));
  return complete({ plan, source, modules: modules.value, folder: found.value, chart, where }, values, w);
}

function readChart(text: string | undefined): ValueMap | undefined {
  try {
    const read: unknown = parse(text ?? '');
    return isMap(read) && typeof read.name === 'string' ? read : undefined;
  } catch {
    return undefined;
  }
}

async function findChart(
  plan: PackagePlan,
  source: ChartSource,
  modules: Readonly<Record<string, string>>,
  w: World,
): Promise<Result<string>> {
  if ('module' in source) return ok(join(modules[source.module] ?? '', source.folder));
  if ('folder' in source) return ok(join(packageFolder(plan, w), source.folder));
  const where = packageFile(plan, w);
  if ('archive' in source) {
    return unpackPinned({ file: join(packageFolder(plan, w), source.archive), wanted: source.digest, where, plan }, w);
  }
  const into = join(w.paths.cache, 'charts', 'pulled', hashOf(source));
  const there = (await w.list(into)).find((name) => name.endsWith('.tgz'));
  if (there === undefined) {
    const made = await w.makeDirectory(into);
    if (!made.ok) return made;
    const from =
      'oci' in source
        ? { chart: source.oci, version: source.version }
        : { chart: source.name, version: source.version, repository: source.repository };
    const pulled = await pullChart(w, { ...from, into });
    if (!pulled.ok) return pulled;
  }
  const name = there ?? (await w.list(into)).find((one) => one.endsWith('.tgz')) ?? '';
  return unpackPinned({ file: join(into, name), wanted: source.digest, where, plan }, w);
}

interface Pinned {
  readonly file: string;
  readonly wanted: string | undefined;
  readonly where: Span;
  readonly plan: PackagePlan;
}

/** The digest is checked before anything looks inside. */
async function unpackPinned({ file, wanted, where, plan }: Pinned, w: World): Promise<Result<string>> {
  const digest = await w.digest(file);
  if (digest === undefined) return err(chartMissing(where, file));
  if (wanted !== undefined && digest !== wanted) return err(chartChanged(where, basename(file), wanted, digest));
  return unpackChart(w, file, join(w.paths.cache, 'charts', 'whole', `${plan.name}-${digest.slice(-24)}`), where);
}

interface Completing {
  readonly plan: PackagePlan;
  readonly source: ChartSource;
  readonly modules: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly chart: ValueMap;
  readonly where: Span;
}

interface Dependency {
  readonly name: string;
  readonly alias?: string;
  readonly condition?: string;
}

const dependenciesOf = (chart: ValueMap): readonly Dependency[] =>
  (Array.isArray(chart.dependencies) ? chart.dependencies : []) as unknown as readonly Dependency[]; // Helm's own form; only texts are read

/** Helm refuses a chart with a dependency that is missing, even one that is switched off: such are left out in a copy. */
async function complete(
  { plan, source, modules, folder, chart, where }: Completing,
  values: ValueMap,
  w: World,
): Promise<Result<ChartFolder>> {
  const parts = 'charts' in source ? (source.charts ?? []) : [];
  const laid = [...(await w.list(join(folder, 'charts'))), ...parts.map((part) => basename(part.folder))];
  const there = (name: string): boolean => laid.some((one) => one === name || one.startsWith(`${name}-`));
  const missing = dependenciesOf(chart).filter((one) => !there(one.name));
  if (missing.length === 0 && parts.length === 0) return ok({ folder, leftOut: [] });
  const effective = mergeValues(await chartValues(folder, w), values);
  const needed = missing.find((one) => conditionHolds(one.condition ?? '', effective));
  if (needed !== undefined) return err(dependencyMissing(where, String(chart.name), needed.name));
  const key = hashOf(['whole', plan.name, plan.tree.digest, folder, modules, source, missing]);
  const home = join(w.paths.cache, 'charts', 'completed', key);
  const copy = { folder: join(home, String(chart.name)), leftOut: missing.map((one) => one.name) };
  if ((await w.stat(join(copy.folder, 'Chart.yaml'))) !== undefined) return ok(copy);
  // Put in its place whole: another process may be at the same chart, and either copy will do.
  const scratch = `${home}.${randomUUID()}`;
  const kept = dependenciesOf(chart).filter((one) => !missing.includes(one)) as unknown as Json;
  const text = stringify({ ...chart, dependencies: kept });
  const filled = await fillCopy({ from: folder, to: join(scratch, String(chart.name)), parts, modules, text }, w);
  const moved = filled.ok ? await w.rename(scratch, home) : filled;
  const cleared = await w.remove(scratch);
  if (!cleared.ok) return cleared;
  return moved.ok || (await w.stat(join(copy.folder, 'Chart.yaml'))) !== undefined ? ok(copy) : moved;
}

interface Copying {
  readonly from: string;
  readonly to: string;
  readonly parts: readonly { readonly module: string; readonly folder: string }[];
  readonly modules: Readonly<Record<string, string>>;
  /** Of its Chart.yaml. */
  readonly text: string;
}

async function fillCopy({ from, to, parts, modules, text }: Copying, w: World): Promise<Result<void>> {
  const copied = await copyTree(from, to, w);
  if (!copied.ok) return copied;
  for (const part of parts) {
    const laidIn = await copyTree(join(modules[part.module] ?? '', part.folder), join(to, 'charts', basename(part.folder)), w);
    if (!laidIn.ok) return laidIn;
  }
  const written = await w.write(join(to, 'Chart.yaml'), text);
  // The lock speaks of dependencies that are left out.
  return written.ok ? w.remove(join(to, 'Chart.lock')) : written;
}

async function chartValues(folder: string, r: ReadWorld): Promise<ValueMap> {
  const text = await r.read(join(folder, 'values.yaml'));
  try {
    const read: unknown = parse(text.ok ? (text.value ?? '') : '', { maxAliasCount: 1000 });
    return isMap(read) ? read : {};
  } catch {
    return {};
  }
}

async function copyTree(from: string, to: string, w: World): Promise<Result<void>> {
  const gone = await w.remove(to);
  if (!gone.ok) return gone;
  const made = await w.makeDirectory(join(to, '..'));
  if (!made.ok) return made;
  const copied = await w.change({ tool: 'cp', args: ['-rL', '--no-preserve=mode', from, to] });
  if (!copied.ok) return copied;
  return copied.value.code === 0 ? ok(undefined) : err(dataMissing(from, copied.value.stderr.trim()));
}
