import type { Action, Change, Json, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { applyManifest, applyStatus, deleteObjects, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { member, text } from '../members.js';
import {
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
  const { kubeconfig, component } = want;
  return ok({ kubeconfig, component, source: want.source, ...announcedTree(announced), packages });
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
  const missing = want.packages.filter((p) => !got?.packages.includes(p.name)).map((p) => ({ what: 'package', to: p.name }));
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
    const object = sourceObject(want.source, want.component, want.tree, want.times.interval);
    const source = await applyManifest(w, want.kubeconfig, JSON.stringify(object));
    if (!source.ok) return source;
    if (want.source === 'external-artifact' && typeof object === 'object' && object !== null && !Array.isArray(object)) {
      const status = JSON.stringify({ ...object, spec: undefined, status: sourceStatus(want.tree, w.now()) });
      const announced = await applyStatus(w, want.kubeconfig, status);
      if (!announced.ok) return announced;
    }
    const list = { apiVersion: 'v1', kind: 'List', items: wantedObjects(want) };
    const told = await applyManifest(w, want.kubeconfig, JSON.stringify(list));
    if (!told.ok) return told;
    const { kubeconfig, component, tree } = want;
    return ok({
      kubeconfig,
      component,
      source: want.source,
      revision: tree.revision,
      url: tree.url,
      packages: want.packages.map((p) => p.name),
    });
  },
  async verify(_want, got) {
    return [{ claim: `Flux is told to apply ${got.packages.join(', ')} at ${got.revision}`, verdict: 'pass' }];
  },
  async remove(got, w) {
    const gone = await deleteObjects(w, got.kubeconfig, [resourceOf(got.source), got.component, '-n', fluxNamespace]);
    return gone.ok || gone.error.kind === 'not-ready' ? ok(undefined) : gone;
  },
};
