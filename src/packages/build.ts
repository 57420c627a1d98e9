import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { KnownImage, KubeObject, ReadWorld, RenderedObject, RenderedPackage, Result, Span, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { chartObjects, manifestOf } from './chart.js';
import { hashOf, modulesOf, packageFile, packageFolder } from './chart-source.js';
import { buildRelease } from './build-release.js';
import type { BuiltPackage, StageFolder } from './built.js';
import { notBuilt } from './errors.js';
import type { ReleaseContext } from './helm-release.js';
import { chartFile, packageLabel, renderPackage } from './kustomize.js';
import { parseManifests } from './manifests.js';
import { dataKey, readData, readOwn } from './package-texts.js';
import type { PackagePlan } from './packages.js';
import { secretObjects, withSecrets } from './secrets.js';
import { stageName, stages } from './stages.js';

export type { BuiltPackage, StageFolder } from './built.js';

/** What packages are built with. */
export interface BuildContext {
  /** Toolchain images, by name. */
  readonly images: Readonly<Record<string, KnownImage>>;
  /** Version of Kubernetes that charts are told. */
  readonly kubeVersion: string;
  /** Where and how Helm releases are told to the cluster; without it, none is made. */
  readonly releases?: ReleaseContext;
}

/** Changed whenever the same input is to give another result. */
const cacheVersion = 4;

/** The result of an earlier build of exactly this; `undefined` where there is none. Runs nothing. */
export async function cachedPackage(
  plan: PackagePlan,
  context: BuildContext,
  r: ReadWorld,
): Promise<Result<BuiltPackage | undefined>> {
  const key = await keyOf(plan, context, r);
  if (!key.ok) return key;
  return ok(await readCache(key.value, r));
}

/** Builds a package, or takes it from the cache. Writes nothing but the cache. */
export async function buildPackage(plan: PackagePlan, context: BuildContext, w: World): Promise<Result<BuiltPackage>> {
  const key = await keyOf(plan, context, w);
  if (!key.ok) return key;
  const cached = await readCache(key.value, w);
  if (cached !== undefined) return ok(cached);
  // Of this build alone: another process may be at the same package.
  const scratch = join(w.paths.cache, 'rendered', `${key.value}.${randomUUID()}`);
  const result = await buildIn(scratch, { plan, context }, w);
  const cleared = await w.remove(scratch);
  if (!result.ok) return result;
  if (!cleared.ok) return cleared;
  const kept = await w.write(cacheFile(key.value, w), JSON.stringify(result.value));
  return kept.ok ? result : kept;
}

interface Wanted {
  readonly plan: PackagePlan;
  readonly context: BuildContext;
}

async function buildIn(scratch: string, wanted: Wanted, w: World): Promise<Result<BuiltPackage>> {
  const { secrets = [], name } = wanted.plan;
  const built = await buildWhole(scratch, wanted, w);
  if (!built.ok || secrets.length === 0) return built;
  const folders = await withSecrets(built.value.folders, secrets, w);
  if (!folders.ok) return folders;
  const own = secretObjects(secrets, { [packageLabel]: name }, w.paths.project);
  const { installation, objects } = built.value;
  // Beside a release they are applied with it, not by Helm.
  if (installation === undefined) return ok({ folders: folders.value, objects: [...objects, ...own] });
  return ok({ folders: folders.value, objects, installation: { ...installation, objects: [...installation.objects, ...own] } });
}

async function buildWhole(scratch: string, { plan, context }: Wanted, w: World): Promise<Result<BuiltPackage>> {
  const folders = await foldersOf(plan, context, w);
  if (!folders.ok) return folders;
  const objects: RenderedObject[] = [];
  for (const folder of folders.value.folders) {
    const built = await buildFolder({ folder, at: join(scratch, folder.name), origins: folders.value.origins, plan }, w);
    if (!built.ok) return built;
    objects.push(...built.value);
  }
  if (plan.delivery !== 'helm' || context.releases === undefined) return ok({ folders: folders.value.folders, objects });
  return buildRelease({ plan, images: context.images, objects }, context.releases, w);
}

/** Its archive may have been cleared away since. */
async function readCache(key: string, r: ReadWorld): Promise<BuiltPackage | undefined> {
  const text = await r.read(cacheFile(key, r));
  const cached = text.ok && text.value !== undefined ? decode(text.value) : undefined;
  const archive = cached?.installation?.archive;
  return archive === undefined || (await r.stat(archive.file)) !== undefined ? cached : undefined;
}

const cacheFile = (key: string, r: ReadWorld): string => join(r.paths.cache, 'rendered', `${key}.json`);

function decode(text: string): BuiltPackage | undefined {
  try {
    return JSON.parse(text) as BuiltPackage; // written by buildPackage under a name that hashes its input
  } catch {
    return undefined;
  }
}

/** Everything a build depends on. Pinned programs and modules lie under paths that change with their content. */
async function keyOf(plan: PackagePlan, context: BuildContext, r: ReadWorld): Promise<Result<string>> {
  const source = plan.spec.source?.chart;
  const modules = source === undefined ? ok({}) : await modulesOf(source, r);
  if (!modules.ok) return modules;
  const data = await dataKey(plan, r);
  if (!data.ok) return data;
  const own = source === undefined ? await readOwn(plan, r) : ok(new Map<string, string>());
  if (!own.ok) return own;
  const tools = [await r.locate('kubectl'), source === undefined ? undefined : await r.locate('helm')];
  const { name, tree, spec, values, size, patches, files, secrets, sources } = plan;
  const { namespace, namespaceOwner, source: from, images, sizes, values: settings } = spec;
  const said = { namespace, namespaceOwner, from, images, sizes, settings };
  const input = {
    cacheVersion,
    name,
    tree,
    said,
    values,
    size,
    patches,
    files,
    modules: modules.value,
    tools,
    ...(secrets && { secrets, sources }),
  };
  const { images: known, kubeVersion, releases } = context;
  // Of an image only what is written into objects: the same whether it comes from a build or from what was built before.
  const pinned = Object.entries(known).map(([image, { ref, digest }]) => [image, { ref, digest }]);
  const told = { images: Object.fromEntries(pinned), kubeVersion };
  const release = plan.delivery === 'helm' ? { delivery: plan.delivery, releases, health: spec.health } : undefined;
  const texts = { data: data.value, own: [...own.value], context: told, root: packageFolder(plan, r), release };
  return ok(`${name}-${hashOf([input, texts])}`);
}

interface Folders {
  readonly folders: readonly StageFolder[];
  readonly origins: ReadonlyMap<string, Span>;
}

const originKey = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

async function foldersOf(plan: PackagePlan, context: BuildContext, w: World): Promise<Result<Folders>> {
  const own = await readOwn(plan, w);
  if (!own.ok) return own;
  const data = await readData(plan, w);
  if (!data.ok) return data;
  if (plan.spec.source === undefined) return plainFolder(plan, context, { own: own.value, data: data.value }, w);
  const objects = await chartObjects(plan, context.kubeVersion, w);
  if (!objects.ok) return objects;
  const origins = new Map(originsOf(packageFolder(plan, w), own.value, data.value));
  for (const { object, from } of objects.value) origins.set(originKey(object), from);
  const beside = own.value.has('kustomization.yaml') || data.value.size > 0 || objects.value.length === 0;
  const used = [...new Set([...objects.value.map((one) => one.stage), ...(beside ? [stages.main] : [])])].sort((a, b) => a - b);
  const last = used.at(-1) ?? stages.main;
  const folders: StageFolder[] = [];
  for (const stage of used) {
    const inMain = stage === stages.main;
    const texts = stageTexts(
      objects.value.filter((one) => one.stage === stage),
      inMain ? own.value : new Map(),
    );
    const files = renderPackage(plan, { images: context.images, own: texts, data: inMain ? data.value : new Map() });
    if (!files.ok) return files;
    folders.push({ name: stageName(plan.name, stage, last), stage, files: Object.fromEntries(files.value) });
  }
  return ok({ folders, origins });
}

/** Files of one stage of a chart: its objects, and beside them what the package itself brings with a kustomization. */
function stageTexts(objects: readonly RenderedObject[], own: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const texts = new Map([...own].filter(([name]) => name !== 'values.yaml'));
  const base = texts.get('kustomization.yaml') ?? 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
  texts.set('kustomization.yaml', base);
  if (objects.length > 0) texts.set(chartFile, manifestOf(objects));
  return texts;
}

async function plainFolder(
  plan: PackagePlan,
  context: BuildContext,
  { own, data }: { readonly own: ReadonlyMap<string, string>; readonly data: ReadonlyMap<string, string> },
  w: World,
): Promise<Result<Folders>> {
  const files = renderPackage(plan, { images: context.images, own, data });
  if (!files.ok) return files;
  const folders = [{ name: plan.name, stage: stages.kinds, files: Object.fromEntries(files.value) }];
  return ok({ folders, origins: originsOf(packageFolder(plan, w), own, data) });
}

/** Where each object is written: kustomize changes objects, but neither their kind nor, here, their name. */
function originsOf(root: string, own: ReadonlyMap<string, string>, data: ReadonlyMap<string, string>): ReadonlyMap<string, Span> {
  const origins = new Map<string, Span>();
  for (const [name, text] of [...data, ...[...own].map(([file, body]) => [join(root, file), body] as const)]) {
    if (name.endsWith('kustomization.yaml') || name.endsWith('values.yaml')) continue;
    const read = parseManifests(text, name);
    for (const { object, from } of read.ok ? read.value : [])
      if (!origins.has(originKey(object))) origins.set(originKey(object), from);
  }
  return origins;
}

interface Building {
  readonly folder: StageFolder;
  readonly at: string;
  readonly origins: ReadonlyMap<string, Span>;
  readonly plan: PackagePlan;
}

async function buildFolder({ folder, at, origins, plan }: Building, w: World): Promise<Result<readonly RenderedObject[]>> {
  for (const [name, text] of Object.entries(folder.files)) {
    const written = await w.write(join(at, name), text);
    if (!written.ok) return written;
  }
  const file = packageFile(plan, w);
  const built = await w.query({ tool: 'kubectl', args: ['kustomize', at] });
  if (!built.ok) return built;
  if (built.value.code !== 0) return err(notBuilt(file, built.value.stderr.trim()));
  const read = parseManifests(built.value.stdout, at, folder.stage);
  if (!read.ok) return err(notBuilt(file, read.error[0]?.message ?? 'it is no YAML'));
  return ok(read.value.map((one) => ({ ...one, from: origins.get(originKey(one.object)) ?? file })));
}

/** A built package with what its file says of it. */
export function describePackage(plan: PackagePlan, built: BuiltPackage, r: ReadWorld): RenderedPackage {
  const { spec } = plan;
  return {
    name: plan.name,
    ...(spec.version === undefined ? {} : { version: spec.version }),
    ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }),
    file: packageFile(plan, r),
    provides: spec.provides ?? [],
    requires: spec.requires ?? [],
    after: plan.after,
    objects: built.objects,
    ...(built.installation === undefined ? {} : { installation: built.installation }),
    health: spec.health ?? [],
    programs: spec.rehearse?.programs ?? [],
    plays: (spec.rehearse?.plays ?? []) as RenderedPackage['plays'], // a YAML document is plain data
  };
}
