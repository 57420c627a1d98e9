import type { Action, Change, Json, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { helmNotApplied, packagesRefused } from '../../../../packages/errors.js';
import { chartName } from '../../../../packages/helm-release.js';
import { applyManifest, applyStatus, deleteObjects, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { member, text } from '../members.js';
import type { PublishedChart } from './charts.js';
import {
  artifactObject,
  fluxNamespace,
  kustomizationObject,
  type PublishedTree,
  type SourceKind,
  sourceKindOf,
  sourceObject,
  sourceStatus,
  type SyncPackage,
  type SyncTimes,
} from '../sync.js';

/** What Flux is told. */
export interface DeployWant {
  readonly kubeconfig: SecretRef;
  readonly component: string;
  readonly source: SourceKind;
  readonly tree: PublishedTree;
  readonly packages: readonly SyncPackage[];
  readonly times: SyncTimes;
  /** Packages that come as Helm releases. */
  readonly releases?: readonly string[];
  /** Charts of theirs that Strata publishes. */
  readonly charts?: readonly PublishedChart[];
}

/** What Flux knows. */
export interface Deployed {
  readonly kubeconfig: SecretRef;
  readonly component: string;
  readonly source: SourceKind;
  /** Revision that the source announces. */
  readonly revision: string;
  /** Where the tree can be fetched. */
  readonly url: string;
  /** Packages told to Flux as wanted. */
  readonly packages: readonly string[];
  /** Revisions of the charts that are announced, by name of their package. */
  readonly charts: Readonly<Record<string, string>>;
}

const resources = { ExternalArtifact: 'externalartifacts', OCIRepository: 'ocirepositories' } as const;
const resourceOf = (source: SourceKind): string => `${resources[sourceKindOf(source)]}.source.toolkit.fluxcd.io`;
const kustomizations = 'kustomizations.kustomize.toolkit.fluxcd.io';

function wantedObjects(want: DeployWant): readonly Json[] {
  return want.packages.map((one) => kustomizationObject(want.source, want.component, one, want.times));
}

async function look(want: DeployWant, r: ReadWorld): Promise<Result<Deployed | undefined>> {
  const source = await getObjects(r, want.kubeconfig, [resourceOf(want.source), want.component, '-n', fluxNamespace]);
  if (!source.ok) return source;
  const [announced] = source.value;
  if (announced === undefined) return ok(undefined);
  const told = await getObjects(r, want.kubeconfig, [kustomizations, '-n', fluxNamespace]);
  if (!told.ok) return told;
  const packages = wantedObjects(want).flatMap((wanted) => nameIfThere(wanted, told.value));
  const charts = await announcedCharts(want, r);
  if (!charts.ok) return charts;
  const { kubeconfig, component } = want;
  return ok({
    kubeconfig,
    component,
    source: want.source,
    ...announcedTree(announced),
    packages,
    charts: charts.value,
  });
}

async function announcedCharts(want: DeployWant, r: ReadWorld): Promise<Result<Deployed['charts']>> {
  if ((want.charts ?? []).length === 0) return ok({});
  const found = await getObjects(r, want.kubeconfig, [resourceOf('external-artifact'), '-n', fluxNamespace]);
  if (!found.ok) return found;
  const charts = (want.charts ?? []).flatMap(({ name }) => {
    const object = found.value.find(({ metadata }) => metadata.name === chartName(name));
    return object === undefined ? [] : [[name, announcedTree(object).revision] as const];
  });
  return ok(Object.fromEntries(charts));
}

function announcedTree(object: KubeObject): { readonly revision: string; readonly url: string } {
  const artifact = member(object.status, 'artifact');
  return { revision: text(member(artifact, 'revision')), url: text(member(artifact, 'url')) };
}

function nameIfThere(wanted: Json, there: readonly KubeObject[]): readonly string[] {
  const name = member(member(wanted, 'metadata'), 'name');
  const found = there.find((object) => object.metadata.name === name);
  return typeof name === 'string' && found !== undefined && holds(found.spec, member(wanted, 'spec')) ? [name] : [];
}

/** Whether everything wanted is there; the cluster may have added defaults. */
function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(there) && there.length === wanted.length && wanted.every((w, i) => holds(there[i], w));
  if (typeof wanted === 'object' && wanted !== null)
    return Object.entries(wanted).every(([key, value]) => holds(member(there, key), value));
  return there === wanted;
}

function differences(want: DeployWant, got: Deployed | undefined): readonly Change[] {
  const missing = [
    ...(want.charts ?? [])
      .filter(({ name, chart }) => got?.charts[name] !== chart.revision)
      .map(({ name, chart }) => ({ what: `chart of ${name}`, to: chart.revision })),
    ...want.packages.filter((p) => !got?.packages.includes(p.name)).map((p) => ({ what: 'package', to: p.name })),
  ];
  if (got === undefined) return [{ what: 'source', to: want.tree.revision }, ...missing];
  // Where a source-controller fetches by itself, the revision is its own to announce.
  const stale = want.source === 'external-artifact' && (got.revision !== want.tree.revision || got.url !== want.tree.url);
  return stale ? [{ what: 'source', from: got.revision, to: want.tree.revision }, ...missing] : missing;
}

/** Flux is told where the tree is and which packages to apply from it; order and health are Flux's from here on. */
export const deployTree: Action<DeployWant, Deployed> = {
  observe: look,
  diff: differences,
  async apply(want, _got, w) {
    const installed = await hasInstaller(want, w);
    if (!installed.ok) return installed;
    // Charts first: a release must not come before what it is made of.
    for (const { name, chart } of want.charts ?? []) {
      const told = await announce(want.kubeconfig, artifactObject(chartName(name)), chart, w);
      if (!told.ok) return told;
    }
    const object = sourceObject(want.source, want.component, want.tree, want.times.interval);
    const tree = want.source === 'external-artifact' ? want.tree : undefined;
    const source = await announce(want.kubeconfig, object, tree, w);
    if (!source.ok) return source;
    const list = { apiVersion: 'v1', kind: 'List', items: wantedObjects(want) };
    const told = await applyManifest(w, want.kubeconfig, JSON.stringify(list));
    if (!told.ok) return told;
    const { kubeconfig, component } = want;
    return ok({
      kubeconfig,
      component,
      source: want.source,
      revision: want.tree.revision,
      url: want.tree.url,
      packages: want.packages.map((p) => p.name),
      charts: Object.fromEntries((want.charts ?? []).map(({ name, chart }) => [name, chart.revision])),
    });
  },
  async verify(_want, got) {
    return [{ claim: `Flux is told to apply ${got.packages.join(', ')} at ${got.revision}`, verdict: 'pass' }];
  },
  async remove(got, w) {
    const charts = Object.keys(got.charts ?? {}).map(chartName); // absent in what an earlier Strata wrote down
    const sources = [
      [resourceOf(got.source), got.component],
      ...(charts.length === 0 ? [] : [[resourceOf('external-artifact'), ...charts]]),
    ];
    for (const names of sources) {
      const gone = await deleteObjects(w, got.kubeconfig, [...names, '-n', fluxNamespace]);
      if (!gone.ok) return gone.error.kind === 'not-ready' ? ok(undefined) : gone;
    }
    return ok(undefined);
  },
};

/** Applies a source; where it announces what Strata published, with its status. */
async function announce(
  kubeconfig: SecretRef,
  object: Json,
  content: PublishedTree | undefined,
  w: World,
): Promise<Result<unknown>> {
  const applied = await applyManifest(w, kubeconfig, JSON.stringify(object));
  if (!applied.ok || content === undefined || typeof object !== 'object' || object === null || Array.isArray(object))
    return applied;
  return applyStatus(w, kubeconfig, JSON.stringify({ ...object, spec: undefined, status: sourceStatus(content, w.now()) }));
}

/** Releases are only told to a cluster in which somebody installs them. */
async function hasInstaller({ kubeconfig, releases = [] }: DeployWant, r: ReadWorld): Promise<Result<void>> {
  if (releases.length === 0) return ok(undefined);
  const found = await getObjects(r, kubeconfig, ['deployments', '--all-namespaces']);
  if (!found.ok) return found;
  if (found.value.some(({ metadata }) => metadata.name === 'helm-controller')) return ok(undefined);
  return err(packagesRefused([helmNotApplied(releases, 'the cluster has no Deployment of it')]));
}
