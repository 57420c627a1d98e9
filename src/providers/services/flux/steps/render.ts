import { join } from 'node:path';
import type {
  Action,
  Archive,
  Change,
  Digest,
  KubeObject,
  OciImage,
  ReadWorld,
  RenderedObject,
  Result,
  ToolArtefact,
  Tree,
  World,
} from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { createTarGz } from '../../../../tools/tar/index.js';
import { type ApplyUnit, arrange, type PlannedBuild } from '../../../../packages/arrange.js';
import { type BuildContext, type BuiltPackage, buildPackage, cachedPackage } from '../../../../packages/build.js';
import { dataMissing, type PackageProblem, packagesRefused, renderedInstead } from '../../../../packages/errors.js';
import type { ReleaseContext } from '../../../../packages/helm-release.js';
import { objectChanges, sealed } from '../../../../packages/object-changes.js';
import { imageNames, type PackagePlan } from '../../../../packages/packages.js';
import { orderRefused } from '../errors.js';
import { bootstrapPackage } from '../spec.js';

/** All that the tree is rendered from. */
export interface RenderWant {
  readonly component: string;
  /** Version of Kubernetes that charts are told. */
  readonly kubeVersion: string;
  readonly packages: readonly PackagePlan[];
  readonly images: Readonly<Record<string, OciImage>>;
  /** Toolchain artefacts whose files the packages take. */
  readonly data: Readonly<Record<string, ToolArtefact>>;
  /** Files of the catalog or the project that the packages take. */
  readonly trees: readonly Tree[];
  /** Problems found while planning; any refuses the step. */
  readonly problems: readonly PackageProblem[];
  /** Where packages come as Helm releases: how these are written down. */
  readonly releases?: ReleaseContext;
  /** Releases that nobody would install: they can be looked at, but not be brought into a cluster. */
  readonly uninstalled?: readonly PackageProblem[];
}

/** The rendered tree, on this machine. */
export interface Rendered {
  readonly component: string;
  /** Of the archive of all packages but the one that bootstraps. */
  readonly archive: Digest;
  /** Bytes of that archive. */
  readonly size: number;
  /** Of the folder of the package that bootstraps. */
  readonly bootstrap: Digest;
  /** Folders of the tree with the order they are to be applied in. */
  readonly units: readonly ApplyUnit[];
  /** Charts of releases that no registry or repository serves. */
  readonly charts: readonly Archive[];
}

/** What is there now; `stale` where it is not what is wanted. */
interface Seen extends Rendered {
  /** Never empty. */
  readonly stale?: readonly Change[];
}

/** Where the tree of a component lies: `tree/<package>/`, `bootstrap/`, `objects.json`, `tree.tar.gz`. */
export const renderFolder = (r: ReadWorld, component: string): string => join(r.paths.state, 'services', component);

/** The tree by path below `renderFolder`, and the order of its folders. */
interface RenderedTree {
  readonly files: ReadonlyMap<string, string>;
  readonly units: readonly ApplyUnit[];
  readonly charts: readonly Archive[];
  /** Without the values of Secrets. */
  readonly objects: readonly KubeObject[];
}

type Build = (plan: PackagePlan, context: BuildContext) => Promise<Result<BuiltPackage | undefined>>;

const nothing: RenderedTree = { files: new Map(), units: [], charts: [], objects: [] };

/** Builds all packages; `undefined` where one is not built yet and `build` may not. */
async function renderAll(want: RenderWant, r: ReadWorld, build: Build): Promise<Result<RenderedTree | undefined>> {
  const [first, ...rest] = want.problems;
  if (first !== undefined) return err(packagesRefused([first, ...rest]));
  const builds: PlannedBuild[] = [];
  for (const plan of want.packages) {
    const images = Object.fromEntries(Object.entries(want.images).filter(([name]) => imageNames(plan).includes(name)));
    const { kubeVersion, releases } = want;
    const built = await build(plan, { images, kubeVersion, ...(releases === undefined ? {} : { releases }) });
    if (!built.ok) return built;
    if (built.value === undefined) return ok(undefined);
    builds.push({ plan, built: built.value });
  }
  const arranged = arrange(builds, bootstrapPackage, r);
  const wrong = arranged.problems.filter((one) => one.severity === 'error');
  if (wrong.length > 0) return err(orderRefused(wrong));
  const files = new Map([...arranged.files].map(([path, text]) => [`tree/${path}`, text]));
  for (const [path, text] of bootstrapFiles(builds)) files.set(path, text);
  const objects = builds.flatMap(({ built }) => objectsOf(built).map(({ object }) => sealed(object)));
  const charts = builds.flatMap(({ built }) => built.installation?.archive ?? []);
  return ok({ files, units: arranged.units, charts, objects });
}

/** Of a release both: itself, and what Helm makes of it. */
const objectsOf = ({ installation, objects }: BuiltPackage): readonly RenderedObject[] => [
  ...(installation?.objects ?? []),
  ...objects,
];

function bootstrapFiles(builds: readonly PlannedBuild[]): readonly (readonly [string, string])[] {
  const own = builds.find(({ plan }) => plan.name === bootstrapPackage);
  return (own?.built.folders ?? []).flatMap(({ files }) =>
    Object.entries(files).map(([name, text]) => [`bootstrap/${name}`, text] as const),
  );
}

async function rendered(
  component: string,
  { units, charts }: Pick<RenderedTree, 'units' | 'charts'>,
  r: ReadWorld,
): Promise<Rendered | undefined> {
  const folder = renderFolder(r, component);
  const file = join(folder, 'tree.tar.gz');
  const archive = await r.digest(file);
  const bootstrap = await r.digest(join(folder, 'bootstrap'));
  const stat = await r.stat(file);
  return archive && bootstrap && stat ? { component, archive, size: stat.size, bootstrap, units, charts } : undefined;
}

/** Whether the files on disk are exactly these. */
async function isCurrent(folder: string, files: ReadonlyMap<string, string>, r: ReadWorld): Promise<boolean> {
  for (const [path, text] of files) {
    const there = await r.read(join(folder, path));
    if (!there.ok || there.value !== text) return false;
  }
  const packages = new Set([...files.keys()].filter((p) => p.startsWith('tree/')).map((p) => p.split('/')[1] ?? ''));
  const names = await r.list(join(folder, 'tree'));
  return names.length === packages.size && names.every((name) => packages.has(name));
}

const objectsFile = (folder: string): string => join(folder, 'objects.json');

/** Objects of the tree that is there; `undefined` where none are recorded. */
async function objectsThere(folder: string, r: ReadWorld): Promise<readonly KubeObject[] | undefined> {
  const text = await r.read(objectsFile(folder));
  if (!text.ok || text.value === undefined) return undefined;
  try {
    return JSON.parse(text.value) as readonly KubeObject[]; // written by `write`
  } catch {
    return undefined;
  }
}

const packageNames = (want: RenderWant): readonly Change[] => want.packages.map((p) => ({ what: 'package', to: p.name }));

/** How the tree that is there differs, by object where both sides are known, else by package. */
async function staleness(want: RenderWant, tree: RenderedTree | undefined, r: ReadWorld): Promise<readonly Change[]> {
  const there = tree && (await objectsThere(renderFolder(r, want.component), r));
  const changes = there === undefined ? packageNames(want) : objectChanges(there, tree?.objects ?? []);
  // Texts may differ where no object does: the archive is another one all the same.
  return changes.length > 0 ? changes : [{ what: 'files of the tree', to: 'written anew' }];
}

async function write(folder: string, { files, objects }: RenderedTree, w: World): Promise<Result<void>> {
  // The archive goes first and comes last: where it lies, the tree beside it is complete.
  const gone = await w.remove(folder);
  if (!gone.ok) return gone;
  for (const [path, text] of files) {
    const written = await w.write(join(folder, path), text);
    if (!written.ok) return written;
  }
  const listed = await w.write(objectsFile(folder), JSON.stringify(objects));
  if (!listed.ok) return listed;
  return w.makeDirectory(join(folder, 'tree'));
}

/** The packages become a folder of plain kustomizations, and an archive of it whose digest is its name. */
export const renderTree: Action<RenderWant, Seen> = {
  async observe(want, r) {
    const tree = await renderAll(want, r, (plan, context) => cachedPackage(plan, context, r));
    if (!tree.ok) return tree;
    const there = await rendered(want.component, tree.value ?? nothing, r);
    if (there === undefined) return ok(undefined);
    const current = tree.value !== undefined && (await isCurrent(renderFolder(r, want.component), tree.value.files, r));
    return ok(current ? there : { ...there, stale: await staleness(want, tree.value, r) });
  },
  diff(want, got) {
    const refused = (want.uninstalled ?? []).map(({ code, message }) => ({ what: code, to: message }));
    return [...refused, ...(got === undefined ? packageNames(want) : (got.stale ?? []))];
  },
  async apply(want, _got, w) {
    const [first, ...rest] = want.uninstalled ?? [];
    if (first !== undefined) return err(packagesRefused([first, ...rest]));
    for (const { name, notHelm = [] } of want.packages) if (notHelm.length > 0) w.note(renderedInstead(name, notHelm).message);
    const tree = await renderAll(want, w, (plan, context) => buildPackage(plan, context, w));
    if (!tree.ok) return tree;
    const made = tree.value ?? nothing;
    const folder = renderFolder(w, want.component);
    const written = await write(folder, made, w);
    if (!written.ok) return written;
    const archived = await createTarGz(w, join(folder, 'tree'), join(folder, 'tree.tar.gz'));
    if (!archived.ok) return archived;
    const there = await rendered(want.component, made, w);
    return there === undefined ? err(dataMissing(folder, 'tree.tar.gz')) : ok(there);
  },
  async remove(got, w) {
    return w.remove(renderFolder(w, got.component));
  },
};
