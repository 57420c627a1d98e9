import type { Action, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { askCluster, deleteObjects, getObjects } from '../../../../tools/kubectl/index.js';
import { packageBroken, packageNotGone, packageNotReady } from '../errors.js';
import { type KustomizationState, readState } from '../state.js';
import { fluxNamespace } from '../sync.js';
import { podTrouble } from '../trouble.js';
import { waitUntil } from '../wait.js';

/** One package in the cluster. */
export interface PackageWant {
  readonly kubeconfig: SecretRef;
  readonly name: string;
  /** Of the published tree. */
  readonly revision: string;
  readonly timeoutMs: number;
  /** Where it comes as a Helm release: the namespace of its objects. */
  readonly release?: { readonly namespace: string };
}

/** What the cluster says of it. */
export interface PackageThere {
  readonly kubeconfig: SecretRef;
  readonly name: string;
  /** Revision that was applied last and found healthy; empty where none was. */
  readonly revision: string;
  readonly ready: boolean;
  readonly objects: number;
}

const kustomizations = 'kustomizations.kustomize.toolkit.fluxcd.io';
const helmReleases = 'helmreleases.helm.toolkit.fluxcd.io';
/** Flux itself counts one `timeout` for applying and one for health; then it is given a little time to say so. */
const graceMs = 15_000;
/** Times that a package is looked at again while Flux is at it; half a second apart. */
const settleLooks = 20;

async function look(kubeconfig: SecretRef, name: string, r: ReadWorld): Promise<Result<KustomizationState | undefined>> {
  const found = await getObjects(r, kubeconfig, [kustomizations, name, '-n', fluxNamespace]);
  if (!found.ok) return found;
  const [object] = found.value;
  return ok(object === undefined ? undefined : readState(object));
}

/** Flux looks at each package again every interval, and is not ready for that moment: this says nothing about the package. */
async function lookSettled(want: PackageWant, r: ReadWorld): Promise<Result<KustomizationState | undefined>> {
  for (let looks = 0; ; looks += 1) {
    const seen = await look(want.kubeconfig, want.name, r);
    if (!seen.ok || seen.value === undefined || looks === settleLooks || r.signal.aborted) return seen;
    const { ready, applied, failure } = seen.value;
    if (ready || failure !== '' || applied !== want.revision) return seen;
    await r.pause(500);
  }
}

function there(want: PackageWant, state: KustomizationState): PackageThere {
  const { kubeconfig, name } = want;
  return { kubeconfig, name, revision: state.applied, ready: state.ready, objects: state.objects };
}

/** What Flux says, or how it failed before it tried again, and what its pods say. */
async function explain(want: PackageWant, state: KustomizationState | undefined, failed: string, w: ReadWorld): Promise<string> {
  if (state === undefined) return 'it is not in the cluster';
  if (state.waitsForOthers) return failed || state.message;
  const namespaces = want.release === undefined ? state.namespaces : [want.release.namespace];
  const pods = await podTrouble(w, want.kubeconfig, want.name, namespaces);
  return [failed || state.message, ...(await releaseTrouble(want, w)), ...pods].join('; ');
}

/** What helm-controller says of a release that is not ready: the Kustomization around it only says that it waits. */
async function releaseTrouble(want: PackageWant, r: ReadWorld): Promise<readonly string[]> {
  if (want.release === undefined) return [];
  const found = await getObjects(r, want.kubeconfig, [helmReleases, want.name, '-n', fluxNamespace]);
  const [object] = found.ok ? found.value : [];
  const state = object === undefined ? undefined : readState(object);
  return state === undefined || state.ready ? [] : [`HelmRelease: ${state.message}`];
}

/** Waits for the cluster's word instead of asking again and again; ends by itself after some seconds, for the notes. */
async function watch(want: PackageWant, applied: string, w: ReadWorld): Promise<void> {
  const change = applied === want.revision ? 'condition=Ready' : `jsonpath={.status.lastAppliedRevision}=${want.revision}`;
  const args = ['wait', `${kustomizations}/${want.name}`, '-n', fluxNamespace, `--for=${change}`, '--timeout=4s'];
  const told = await askCluster(w, want.kubeconfig, `watching ${want.name}`, args);
  if (!told.ok) await w.pause(200);
}

function waitArrived(want: PackageWant, w: World): Promise<Result<KustomizationState>> {
  const deadlineMs = want.timeoutMs + graceMs;
  let failed = '';
  let applied = '';
  const late = (why: string) => packageNotReady(want.name, Math.round(deadlineMs / 1000), why);
  return waitUntil(w, { deadlineMs, between: () => watch(want, applied, w), late }, async ({ last }) => {
    const seen = await look(want.kubeconfig, want.name, w);
    if (!seen.ok) return seen;
    const state = seen.value;
    if (state?.ready === true && state.applied === want.revision) return ok({ done: state });
    failed = state?.failure || failed;
    applied = state?.applied ?? '';
    if (state?.broken && state.attempted === want.revision) return err(packageBroken(want.name, state.message));
    return ok({ waiting: await explain(want, state, last ? failed : '', w) });
  });
}

async function waitGone(got: PackageThere, w: World): Promise<Result<void>> {
  const seconds = 120;
  const gone = await deleteObjects(
    w,
    got.kubeconfig,
    [kustomizations, got.name, '-n', fluxNamespace, `--timeout=${seconds}s`],
    (seconds + 10) * 1000,
  );
  // A cluster that does not answer is gone, or will come back to a definition without this package.
  if (gone.ok || gone.error.kind === 'not-ready') return ok(undefined);
  const left = await look(got.kubeconfig, got.name, w);
  return left.ok && left.value !== undefined ? err(packageNotGone(got.name, seconds)) : gone;
}

/** Flux applied this package at the published revision, and everything in it is healthy. */
export const awaitPackage: Action<PackageWant, PackageThere> = {
  async observe(want, r) {
    const seen = await lookSettled(want, r);
    if (!seen.ok) return seen;
    return ok(seen.value === undefined || seen.value.applied === '' ? undefined : there(want, seen.value));
  },
  diff(want, got) {
    if (got === undefined) return [{ what: 'revision', to: want.revision }];
    return [
      ...(got.revision === want.revision ? [] : [{ what: 'revision', from: got.revision, to: want.revision }]),
      ...(got.ready ? [] : [{ what: 'health', from: 'not ready', to: 'ready' }]),
    ];
  },
  async apply(want, _got, w) {
    const state = await waitArrived(want, w);
    return state.ok ? ok(there(want, state.value)) : state;
  },
  async verify(want, got) {
    return [
      {
        claim: `Package ${got.name}: ${got.objects} objects applied at ${got.revision} and healthy`,
        verdict: got.ready && got.revision === want.revision ? 'pass' : 'fail',
      },
    ];
  },
  remove: waitGone,
};
