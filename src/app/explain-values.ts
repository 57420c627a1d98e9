import { join } from 'node:path';
import { createCatalogReader } from '../host/index.js';
import {
  type Component,
  err,
  failure,
  type Json,
  ok,
  type RenderedObject,
  type Result,
  type Span,
  type World,
} from '../model/index.js';
import { buildPackage } from '../packages/build.js';
import { packageFolder, prepareChart } from '../packages/chart-source.js';
import { packageValues } from '../packages/layers.js';
import { imageNames, type PackageChoice, type PackagePlan, readPackages } from '../packages/packages.js';
import { differencesOf, leafPaths, type Part, placeIn, probeOf, withValue } from '../packages/value-layers.js';
import { isMap, valueAt } from '../packages/values.js';
import { openPlatform, type Opened, type PlatformRequest } from './definition-of.js';
import { ownWorld, type RunWatch } from './held.js';
import { lookingKit } from './kit.js';
import { knownImages, obtainTools } from './rehearsal/deliveries.js';
import { inOrder } from './rehearsal/places.js';
import { versionOf } from './rehearsal/version.js';
import { type Trouble, troubleOf } from './trouble.js';

/** Which value of which package. */
export interface ExplainValuesRequest extends PlatformRequest {
  readonly package: string;
  /** Dotted; absent for all that the user sets. */
  readonly path?: string | undefined;
}

/** One place that sets a value. */
export interface SettingLayer {
  readonly layer: 'chart' | 'package' | 'size' | 'definition';
  readonly at: Span;
  readonly value: Json;
}

/** Where a value comes from and where it goes. */
export interface ExplainedValue {
  readonly path: string;
  /** Who sets it, the weakest first: the last one wins. */
  readonly layers: readonly SettingLayer[];
  /** Places in the rendered objects that change with it, e.g. `Deployment logging/loki: spec.replicas`. */
  readonly lands: readonly string[];
  /** `unknown` where the chart does not render with any other value. */
  readonly read: 'yes' | 'no' | 'unknown';
  readonly why?: string;
}

/** The values of a package, explained. */
export interface ExplainedValues {
  readonly package: string;
  readonly values: readonly ExplainedValue[];
}

/** Says of values who sets them, and finds out by rendering with another value what they change. */
export async function explainValues(request: ExplainValuesRequest): Promise<Result<ExplainedValues, Trouble>> {
  const opened = await openPlatform(request);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const found = chosenIn(spec.components, request.package);
  if (found === undefined) return err({ ...troubleOf(notChosen(request.package)), sources });
  const plan = planOf(opened.value, found.component, found.choice);
  if (plan?.spec.source === undefined) return err({ ...troubleOf(noChart(request.package)), sources });
  const signal = new AbortController().signal;
  const watch: RunWatch = { listen: () => {}, drain: signal, cancel: signal };
  const { artefactNames } = await import('../packages/packages.js');
  const obtained = await obtainTools(site, spec, ['kubectl', ...artefactNames(plan)], watch);
  if (!obtained.ok) return err({ ...troubleOf(obtained.error), sources });
  const paths = request.path === undefined ? leafPaths(plan.values) : [request.path];
  const explained = await explainAll({ opened: opened.value, plan, component: found.component.name }, paths);
  return explained.ok
    ? ok({ package: request.package, values: explained.value })
    : err({ ...troubleOf(explained.error), sources });
}

const notChosen = (name: string) =>
  failure('invalid', 'VALUES-PACKAGE-ABSENT', `The definition does not choose a package '${name}'.`, {
    say: 'See which ones it chooses.',
    command: 'strata package list',
  });

const noChart = (name: string) =>
  failure('invalid', 'VALUES-NO-CHART', `Package '${name}' is not a chart, or its package.yaml cannot be used.`, {
    say: 'Its settings and where they go stand in its package.yaml.',
  });

interface Found {
  readonly component: Component;
  readonly choice: PackageChoice;
}

function chosenIn(components: readonly Component[], name: string): Found | undefined {
  for (const component of components) {
    const chosen = valueAt(component.with, 'packages');
    const entry = Array.isArray(chosen) ? chosen.find((one) => valueAt(one, 'name') === name) : undefined;
    if (isMap(entry)) return { component, choice: { values: {}, patches: [], ...entry } as unknown as PackageChoice }; // checked by the provider's schema
  }
  return undefined;
}

function planOf({ site, spec }: Opened, component: Component, choice: PackageChoice): PackagePlan | undefined {
  const kit = lookingKit(spec, component, createCatalogReader(site.paths));
  // What its chart renders to is the same however it is delivered.
  const rendered: PackageChoice = { ...choice, delivery: 'rendered' };
  return readPackages({ packages: [rendered], bootstrap: choice.name }, kit).packages[0];
}

interface Explaining {
  readonly opened: Opened;
  readonly plan: PackagePlan;
  readonly component: string;
}

async function explainAll(from: Explaining, paths: readonly string[]): Promise<Result<readonly ExplainedValue[]>> {
  const { plan } = from;
  const w = ownWorld(from.opened.site);
  const values = await packageValues(plan, w);
  if (!values.ok) return values;
  const prepared = await prepareChart(plan, values.value, w);
  if (!prepared.ok) return prepared;
  const base = await objectsOf(from, plan, w);
  if (!base.ok) return base;
  const explained: ExplainedValue[] = [];
  for (const path of paths) {
    const layers = await layersOf(from, join(prepared.value.folder, 'values.yaml'), path, w);
    const effective = layers.at(-1)?.value;
    explained.push({ path, layers, ...(await probe(from, { path, effective, base: base.value }, w)) });
  }
  return ok(explained);
}

async function objectsOf({ opened }: Explaining, plan: PackagePlan, w: World): Promise<Result<readonly RenderedObject[]>> {
  const known = await knownImages(opened.site);
  const images = Object.fromEntries(
    imageNames(plan).flatMap((name) => {
      const image = known(name);
      return image === undefined ? [] : [[name, image]];
    }),
  );
  const built = await buildPackage(plan, { images, kubeVersion: versionOf(opened.spec) }, w);
  return built.ok ? ok(built.value.objects) : built;
}

/** Every file that sets the path, the weakest first. */
async function layersOf(from: Explaining, chartValues: string, path: string, w: World): Promise<readonly SettingLayer[]> {
  const { opened, plan, component } = from;
  const parts = path.split('.');
  const root = packageFolder(plan, w);
  const entry: readonly Part[] = ['spec', 'services', { named: component }, 'with', 'packages', { named: plan.name }, 'values'];
  const layers: SettingLayer[] = [];
  const look = (layer: SettingLayer['layer'], file: string, text: string | undefined, above: readonly Part[]): void => {
    const placed = text === undefined ? undefined : placeIn(text, file, [...above, ...parts]);
    if (placed !== undefined) layers.push({ layer, ...placed });
  };
  look('chart', chartValues, await textOf(chartValues, w), []);
  look('package', join(root, 'values.yaml'), await textOf(join(root, 'values.yaml'), w), []);
  const file = join(root, 'package.yaml');
  if (plan.size !== undefined) look('size', file, await textOf(file, w), ['spec', 'sizes', plan.size, 'values']);
  // The definition's own file comes before that of the environment.
  for (const [name, text] of inOrder(opened.sources)) look('definition', name, text, entry);
  return layers;
}

async function textOf(file: string, w: World): Promise<string | undefined> {
  const text = await w.read(file);
  return text.ok ? text.value : undefined;
}

interface Probing {
  readonly path: string;
  readonly effective: Json | undefined;
  readonly base: readonly RenderedObject[];
}

/** Renders with another value at the path; what differs is where the value lands. */
async function probe(
  from: Explaining,
  { path, effective, base }: Probing,
  w: World,
): Promise<Pick<ExplainedValue, 'lands' | 'read' | 'why'>> {
  const values = withValue(from.plan.values, path.split('.'), probeOf(effective));
  const other = await objectsOf(from, { ...from.plan, values: values as PackagePlan['values'] }, w); // a map, since the path has a part
  if (!other.ok) {
    // A chart that complains of another value has read this one, or checks it against its schema.
    return { lands: [], read: 'unknown', why: other.error.diagnostic.message };
  }
  const lands = landings(base, other.value);
  return { lands, read: lands.length > 0 ? 'yes' : 'no' };
}

const nameOf = ({ object }: RenderedObject): string =>
  `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`;

function landings(base: readonly RenderedObject[], other: readonly RenderedObject[]): readonly string[] {
  const after = new Map(other.map((one) => [nameOf(one), one.object]));
  const before = new Map(base.map((one) => [nameOf(one), one.object]));
  const changed = [...before].flatMap(([name, object]) => {
    const now = after.get(name);
    return now === undefined ? [`${name}: would be gone`] : differencesOf(object, now).map((path) => `${name}: ${path}`);
  });
  return [...changed, ...[...after.keys()].filter((name) => !before.has(name)).map((name) => `${name}: would be added`)];
}
