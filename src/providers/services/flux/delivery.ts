import { join } from 'node:path';
import type {
  Delivery,
  Diagnostic,
  Kit,
  KubeObject,
  RenderedDelivery,
  RenderedObject,
  RenderedPackage,
  RenderParts,
  Result,
  ServedTree,
  Span,
  Told,
  World,
} from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { parseManifests } from '../../../packages/manifests.js';
import { notBuilt } from './errors.js';
import { type PackagePlan, readPackages } from './packages.js';
import { renderPackage } from './render.js';
import type { FluxSpec } from './spec.js';
import { readData, readOwn } from './steps/render.js';
import { fluxNamespace, kustomizationObject, sourceObject, sourceStatus } from './sync.js';

/** The core services as objects, and what Flux is told of them. */
export function deliveryOf(spec: FluxSpec, kit: Kit): Delivery {
  const { bootstrap, packages, problems } = readPackages(spec, kit);
  const all = bootstrap === undefined ? packages : [bootstrap, ...packages];
  const isFolder = (from: string): boolean => from === 'catalog' || from === 'project';
  const data = all.flatMap((plan) => (plan.spec.data ?? []).map((one) => one.from)).filter((from) => !isFolder(from));
  return {
    tools: [...new Set(['kubectl', ...data])].sort(),
    problems: problems.map(({ code, message, remedy }) => ({ code, severity: 'error', message, remedies: [{ say: remedy }] })),
    render: (parts, w) => renderDelivery({ spec, bootstrap, packages, component: kit.component }, parts, w),
  };
}

interface Sources {
  readonly spec: FluxSpec;
  readonly bootstrap: PackagePlan | undefined;
  readonly packages: readonly PackagePlan[];
  readonly component: string;
}

async function renderDelivery(from: Sources, parts: RenderParts, w: World): Promise<Result<RenderedDelivery>> {
  const { spec, bootstrap, packages, component } = from;
  const files = new Map<string, string>();
  const problems: Diagnostic[] = [];
  const rendered: RenderedPackage[] = [];
  for (const plan of bootstrap === undefined ? packages : [bootstrap, ...packages]) {
    const one = await renderOne(plan, { component, parts, w });
    if (!one.ok) {
      problems.push(one.error.diagnostic);
      continue;
    }
    rendered.push(one.value.rendered);
    if (plan !== bootstrap) for (const [name, text] of one.value.files) files.set(`${plan.name}/${name}`, text);
  }
  const own = rendered.filter((one) => one.name === bootstrap?.name);
  return ok({
    packages: rendered.filter((one) => one.name !== bootstrap?.name),
    bootstrap: own,
    files,
    problems,
    tell: (tree, at) => tell(spec, component, packages, { tree, at }),
    reports: (name) => ({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: fluxNamespace, name }),
  });
}

interface Rendering {
  readonly component: string;
  readonly parts: RenderParts;
  readonly w: World;
}

interface One {
  readonly rendered: RenderedPackage;
  readonly files: ReadonlyMap<string, string>;
}

async function renderOne(plan: PackagePlan, { component, parts, w }: Rendering): Promise<Result<One>> {
  const own = await readOwn(plan, w);
  if (!own.ok) return own;
  const data = await readData(plan, w);
  if (!data.ok) return data;
  const names = (plan.spec.images ?? []).map((use) => use.image);
  const images = Object.fromEntries(names.flatMap((name) => entryOf(name, parts)));
  const files = renderPackage(plan, { images, own: own.value, data: data.value });
  if (!files.ok) return files;
  const folder = join(w.paths.cache, 'rendered', component, plan.name);
  for (const [name, text] of files.value) {
    const written = await w.write(join(folder, name), text);
    if (!written.ok) return written;
  }
  const root = join(w.paths[plan.tree.root], plan.tree.path);
  const origins = originsOf(root, own.value, data.value);
  const objects = await build(folder, origins, { file: join(root, 'package.yaml'), line: 1, column: 1 }, w);
  return objects.ok ? ok({ rendered: describe(plan, root, objects.value), files: files.value }) : objects;
}

function entryOf(
  name: string,
  parts: RenderParts,
): readonly (readonly [string, NonNullable<ReturnType<RenderParts['image']>>])[] {
  const image = parts.image(name);
  return image === undefined ? [] : [[name, image]];
}

function describe(plan: PackagePlan, root: string, objects: readonly RenderedObject[]): RenderedPackage {
  const { spec } = plan;
  return {
    name: plan.name,
    file: { file: join(root, 'package.yaml'), line: 1, column: 1 },
    provides: spec.provides ?? [],
    requires: spec.requires ?? [],
    after: plan.after,
    objects,
    health: spec.health ?? [],
    programs: spec.rehearse?.programs ?? [],
    plays: (spec.rehearse?.plays ?? []) as RenderedPackage['plays'],
  };
}

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

/** Where each object is written: kustomize changes objects, but neither their kind nor, here, their name. */
function originsOf(root: string, own: ReadonlyMap<string, string>, data: ReadonlyMap<string, string>): ReadonlyMap<string, Span> {
  const origins = new Map<string, Span>();
  for (const [name, text] of [...data, ...[...own].map(([file, body]) => [join(root, file), body] as const)]) {
    if (name.endsWith('kustomization.yaml')) continue;
    const read = parseManifests(text, name);
    for (const { object, from } of read.ok ? read.value : []) if (!origins.has(keyOf(object))) origins.set(keyOf(object), from);
  }
  return origins;
}

async function build(
  folder: string,
  origins: ReadonlyMap<string, Span>,
  file: Span,
  w: World,
): Promise<Result<readonly RenderedObject[]>> {
  const built = await w.query({ tool: 'kubectl', args: ['kustomize', folder] });
  if (!built.ok) return built;
  if (built.value.code !== 0) return err(notBuilt(file, built.value.stderr.trim()));
  const read = parseManifests(built.value.stdout, folder);
  if (!read.ok) return err(notBuilt(file, read.error[0]?.message ?? 'it is no YAML'));
  return ok(read.value.map((one) => ({ ...one, from: origins.get(keyOf(one.object)) ?? file })));
}

/** The source and its status, and one object for each package. */
function tell(
  { source, interval, retryInterval, timeout }: FluxSpec,
  component: string,
  packages: readonly PackagePlan[],
  { tree, at }: { readonly tree: ServedTree; readonly at: Date },
): readonly Told[] {
  const published = { repository: '', tag: '', ...tree };
  const announced = sourceObject(source, component, published, interval) as unknown as KubeObject;
  const times = { interval, retryInterval, timeout };
  return [
    { object: announced, status: sourceStatus(published, at) },
    ...packages.map(({ name, after, spec: { health = [] } }) => ({
      object: kustomizationObject(source, component, { name, after, health }, times) as unknown as KubeObject,
    })),
  ];
}
