import { join } from 'node:path';
import { dump } from 'js-yaml';
import { type KubeObject, ok, type ReadWorld, type RenderedObject, type Result, type Span, type World } from '../model/index.js';
import { err } from '../model/index.js';
import { splitTemplated, templateChart } from '../tools/helm/index.js';
import { chartAltered, chartMissing, chartNotAssembled, chartRemote, chartUnsafe } from './chart-errors.js';
import { stageOf } from './hooks.js';
import { parseManifests } from './manifests.js';
import { isClusterKind } from './order/names.js';
import type { PackageSpec } from './package-schema.js';

/** A chart as a package names it. */
export type Chart = NonNullable<PackageSpec['source']>['chart'];

/** What a chart is rendered with. */
export interface ChartRequest {
  readonly name: string;
  readonly chart: Chart;
  /** Absolute folder of the package. */
  readonly root: string;
  readonly release: string;
  readonly namespace: string;
  readonly values: object;
  readonly kubernetes: string;
}

/** Objects of a chart in the order they can be applied in. */
export async function renderChart(request: ChartRequest, r: ReadWorld): Promise<Result<readonly RenderedObject[]>> {
  const folder = await chartFolder(request, r);
  if (!folder.ok) return folder;
  const output = await templateChart(r, {
    release: request.release,
    namespace: request.namespace,
    chart: folder.value,
    values: dump(request.values),
    kubeVersion: request.kubernetes,
    apiVersions: ['monitoring.coreos.com/v1', 'policy/v1', 'networking.k8s.io/v1', 'autoscaling/v2'],
  });
  if (!output.ok) return output;
  const objects: RenderedObject[] = [];
  for (const { source, text } of splitTemplated(output.value)) {
    const file = join(folder.value, source);
    const read = parseManifests(text, file);
    if (!read.ok) return err({ kind: 'invalid', diagnostic: read.error[0] ?? chartMissing(request.name, file).diagnostic });
    objects.push(...read.value.flatMap((one) => staged(one, { file, line: 1, column: 1 })));
  }
  return ok(inNamespace(objects, request.namespace));
}

function staged(one: RenderedObject, from: Span): readonly RenderedObject[] {
  const stage = stageOf(one.object);
  return stage === undefined ? [] : [{ object: one.object, from, stage }];
}

/** Helm puts what names no namespace into the release's: the objects say so themselves from here on. */
function inNamespace(objects: readonly RenderedObject[], namespace: string): readonly RenderedObject[] {
  const clusterWide = new Set(
    objects.flatMap(({ object }) => {
      const { names, scope } = (object.spec ?? {}) as { names?: { kind?: string }; scope?: string };
      return object.kind === 'CustomResourceDefinition' && scope === 'Cluster' ? [names?.kind ?? ''] : [];
    }),
  );
  return objects.map((one) => {
    const { kind, metadata } = one.object;
    if (metadata.namespace !== undefined || isClusterKind(kind) || clusterWide.has(kind)) return one;
    return { ...one, object: { ...one.object, metadata: { ...metadata, namespace } } satisfies KubeObject };
  });
}

/** Absolute folder of the chart: where its parts have to be put together first, that has been done in the cache. */
export async function chartFolder(
  { name, chart, root }: Pick<ChartRequest, 'name' | 'chart' | 'root'>,
  r: ReadWorld,
): Promise<Result<string>> {
  if ('archive' in chart) return archiveFolder(name, chart, root, r);
  if (!('folder' in chart)) return err(chartRemote(name));
  if (chart.charts === undefined) return 'module' in chart ? moduleFolder(name, chart, r) : ok(join(root, chart.folder));
  const folder = assembledAt(chart, root, r);
  return (await r.stat(join(folder, 'Chart.yaml'))) === undefined ? err(chartNotAssembled(name)) : ok(folder);
}

async function moduleFolder(name: string, chart: { module: string; folder: string }, r: ReadWorld): Promise<Result<string>> {
  const at = await r.locate(chart.module);
  const folder = join(at ?? '', chart.folder);
  const there = at !== undefined && (await r.stat(join(folder, 'Chart.yaml'))) !== undefined;
  return there ? ok(folder) : err(chartMissing(name, `${chart.module}/${chart.folder}`));
}

const assembledAt = (chart: { folder: string }, root: string, r: ReadWorld): string =>
  join(r.paths.cache, 'charts', join(root, chart.folder).replaceAll('/', '_'));

async function archiveFolder(
  name: string,
  chart: { archive: string; digest: string },
  root: string,
  r: ReadWorld,
): Promise<Result<string>> {
  const file = join(root, chart.archive);
  const found = await r.digest(file);
  if (found === undefined) return err(chartMissing(name, file));
  if (found !== chart.digest) return err(chartAltered(file, chart.digest, found));
  const listed = await r.query({ tool: 'tar', args: ['-tvzf', file] });
  if (!listed.ok) return listed;
  const bad = listed.value.stdout.split('\n').find((line) => line !== '' && !isPlain(line));
  if (bad !== undefined || listed.value.code !== 0) return err(chartUnsafe(file, bad ?? listed.value.stderr.trim()));
  const folder = join(r.paths.cache, 'charts', found.slice('sha256:'.length));
  const [inner] = await r.list(folder);
  return inner === undefined ? err(chartNotAssembled(name)) : ok(join(folder, inner));
}

/** A file or folder whose path stays below (a line of `tar -tv`, recorded from GNU tar 1.34: mode, owner, size, date, time, path). */
function isPlain(line: string): boolean {
  const path = line.split(/\s+/).slice(5).join(' ');
  return /^[-d]/.test(line) && !path.startsWith('/') && !path.split('/').includes('..');
}

/** Puts the parts of a chart together in the cache, where it has several or is an archive. */
export async function prepareChart(request: Pick<ChartRequest, 'name' | 'chart' | 'root'>, w: World): Promise<Result<void>> {
  const { name, chart, root } = request;
  if ('archive' in chart) return unpack(request, chart, w);
  if (!('folder' in chart) || chart.charts === undefined) return ok(undefined);
  const folder = assembledAt(chart, root, w);
  const gone = await w.remove(folder);
  if (!gone.ok) return gone;
  const from = 'module' in chart ? await moduleFolder(name, chart, w) : ok(join(root, chart.folder));
  const own = from.ok ? await copyTree(from.value, folder, w) : from;
  if (!own.ok) return own;
  for (const part of chart.charts) {
    const from = await moduleFolder(name, part, w);
    if (!from.ok) return from;
    const copied = await copyTree(from.value, join(folder, 'charts', part.folder.split('/').at(-1) ?? name), w);
    if (!copied.ok) return copied;
  }
  return ok(undefined);
}

async function unpack(
  request: Pick<ChartRequest, 'name' | 'chart' | 'root'>,
  chart: { archive: string; digest: string },
  w: World,
): Promise<Result<void>> {
  const there = await chartFolder(request, w);
  if (there.ok || there.error.diagnostic.code !== 'CHART-NOT-ASSEMBLED') return there.ok ? ok(undefined) : there;
  const folder = join(w.paths.cache, 'charts', chart.digest.slice('sha256:'.length));
  const made = await w.makeDirectory(folder);
  if (!made.ok) return made;
  const file = join(request.root, chart.archive);
  const done = await w.change({ tool: 'tar', args: ['-xzf', file, '--no-same-owner', '-C', folder] });
  if (!done.ok) return done;
  return done.value.code === 0 ? ok(undefined) : err(chartUnsafe(file, done.value.stderr.trim()));
}

async function copyTree(from: string, to: string, w: World): Promise<Result<void>> {
  const made = await w.makeDirectory(to);
  if (!made.ok) return made;
  const done = await w.change({ tool: 'cp', args: ['-r', '--no-preserve=mode', '-T', from, to] });
  if (!done.ok) return done;
  return done.value.code === 0 ? ok(undefined) : err(chartMissing(from, done.value.stderr.trim()));
}
