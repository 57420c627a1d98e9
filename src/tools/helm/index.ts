import { join } from 'node:path';
import type { Command, ReadWorld, Result, Span, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';
import { notRendered, valuesRefused } from './errors.js';
import { readComplaint, splitTemplates, type TemplateOutput } from './sources.js';

export { helmPages, notRead } from './errors.js';
export { refusedPaths } from './errors.js';
export { readComplaint, splitTemplates, type TemplateOutput } from './sources.js';

/** What a chart is rendered with. */
export interface TemplateRequest {
  readonly release: string;
  /** The chart's folder. */
  readonly chart: string;
  readonly namespace: string;
  /** Values as JSON, over the chart's own. */
  readonly values: string;
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  /** Where a complaint that names no template is placed: the package's file. */
  readonly where: Span;
}

/** Helm's folders lie in the cache, so that nothing of the user's own is read or written. */
const homes = (cache: string): Readonly<Record<string, string>> => ({
  HELM_CACHE_HOME: join(cache, 'helm', 'cache'),
  HELM_CONFIG_HOME: join(cache, 'helm', 'config'),
  HELM_DATA_HOME: join(cache, 'helm', 'data'),
});

/** The command that renders a chart; values come on standard input, since they may be long and are nobody else's business. */
export const templateCommand = (cache: string, request: TemplateRequest): Command => ({
  tool: 'helm',
  args: [
    'template',
    request.release,
    request.chart,
    '--namespace',
    request.namespace,
    '--values',
    '-',
    '--kube-version',
    request.kubeVersion,
    '--include-crds',
    ...request.apiVersions.flatMap((version) => ['--api-versions', version]),
  ],
  env: homes(cache),
  stdin: request.values,
  deadlineMs: 120_000,
});

/** Renders a chart without a cluster and without network. */
export async function templateChart(r: ReadWorld, request: TemplateRequest): Promise<Result<readonly TemplateOutput[]>> {
  const output = await r.query(templateCommand(r.paths.cache, request));
  if (!output.ok) return output;
  if (output.value.code === 0) return ok(splitTemplates(output.value.stdout));
  const said = readComplaint(output.value.stderr);
  const name = request.chart.split('/').at(-1) ?? request.chart;
  if (said.kind === 'values') return err(valuesRefused(name, request.where, said.why));
  if (said.source === undefined) return err(notRendered(name, request.where, said.why));
  const file = join(request.chart, ...said.source.split('/').slice(1));
  return err(notRendered(name, { file, line: said.line ?? 1, column: (said.column ?? 0) + 1 }, said.why));
}

/** Fetches a chart from a registry or a repository into a folder, as the archive helm names. */
export async function pullChart(
  w: World,
  from: { readonly chart: string; readonly version: string; readonly repository?: string; readonly into: string },
): Promise<Result<void>> {
  const repository = from.repository === undefined ? [] : ['--repo', from.repository];
  const args = ['pull', from.chart, '--version', from.version, '--destination', from.into, ...repository];
  const pulled = await w.change({ tool: 'helm', args, env: homes(w.paths.cache), deadlineMs: 300_000 });
  if (!pulled.ok) return pulled;
  return pulled.value.code === 0
    ? ok(undefined)
    : err(notPulled(from.chart, from.version, readComplaint(pulled.value.stderr).why));
}

/** Packs a chart's folder into an archive in another folder, under the name helm gives it. */
export async function packageChart(w: World, chart: string, into: string): Promise<Result<void>> {
  const args = ['package', chart, '--destination', into];
  const packed = await w.change({ tool: 'helm', args, env: homes(w.paths.cache), deadlineMs: 120_000 });
  if (!packed.ok) return packed;
  return packed.value.code === 0 ? ok(undefined) : err(notPacked(chart, readComplaint(packed.value.stderr).why));
}

const notPacked = (chart: string, why: string) =>
  failure('invalid', 'HELM-NOT-PACKED', `Chart ${chart} cannot be packed: ${why}`, {
    say: 'Correct Chart.yaml of the chart: its version has to be a semantic one, and its dependencies have to be in charts/.',
  });

const notPulled = (chart: string, version: string, why: string) =>
  failure('network', 'HELM-NOT-PULLED', `Chart ${chart} ${version} cannot be fetched: ${why}`, {
    say: 'Check that this network reaches the address; or put the chart into the package as an archive with its digest.',
  });
