import type { Action, Claim, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { clusterLabel, clusterLacks, machinesLack, nextMinor, versionStep } from '../../../../tools/capi/index.js';
import { differences, toYaml } from '../../../../tools/document/index.js';
import { applyManifest, deleteObjects, getManifest, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { clusterTaken, notStanding, stillThere, versionBack, versionSkips } from '../errors.js';
import { type ClusterFacts, clusterManifest, machineCount, ownerLabel } from '../manifest.js';

/** A cluster as it is asked of the Supervisor. */
export interface ClusterWant {
  readonly kubeconfig: SecretRef;
  readonly facts: ClusterFacts;
  readonly waitMinutes: number;
}

/** The cluster as the Supervisor tells. */
export interface ClusterGot {
  readonly kubeconfig: SecretRef;
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** Fields that are not as wanted. */
  readonly differs: readonly { readonly path: string; readonly from: string; readonly to: string }[];
  /** What it lacks to stand. */
  readonly lacks: readonly string[];
  /** Whose it is; empty where nobody says. */
  readonly owner: string;
}

/** Asks for the cluster and waits for it; the Supervisor does the work, so a killed run loses nothing. */
export const tanzuCluster: Action<ClusterWant, ClusterGot> = {
  observe: look,
  diff(_want, got) {
    if (got === undefined) return [{ what: 'cluster' }];
    return [...got.differs.map(({ path, from, to }) => ({ what: path, from, to })), ...got.lacks.map((what) => ({ what }))];
  },
  async apply(want, got, w) {
    const allowed = guard(want, got);
    if (!allowed.ok) return allowed;
    const made = clusterManifest({ ...want.facts, class: await classOf(want, w) });
    if (!made.ok) return made;
    if (got === undefined || got.differs.length > 0) {
      const applied = await applyManifest(w, want.kubeconfig, toYaml([made.value]));
      if (!applied.ok) return applied;
    }
    return standing(want, w);
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const stands = seen.ok && seen.value !== undefined && seen.value.lacks.length === 0 && seen.value.differs.length === 0;
    const claim = `Cluster ${want.facts.name} stands at ${want.facts.version} with ${machineCount(want.facts)} machines`;
    return [{ claim, verdict: stands ? 'pass' : 'fail' }];
  },
  async remove({ kubeconfig, name, namespace }, w) {
    const args = ['clusters.cluster.x-k8s.io', name, '-n', namespace];
    const asked = await deleteObjects(w, kubeconfig, [...args, '--wait=false']);
    if (!asked.ok) return asked;
    const minutes = 30;
    const end = w.now().getTime() + minutes * 60_000;
    for (;;) {
      const left = await getObjects(w, kubeconfig, args);
      if (!left.ok) return left;
      if (left.value.length === 0) return ok(undefined);
      if (w.now().getTime() >= end || w.signal.aborted) return err(stillThere(name, minutes));
      await w.pause(5_000);
    }
  },
};

function guard({ facts }: ClusterWant, got: ClusterGot | undefined): Result<void> {
  if (got === undefined) return ok(undefined);
  if (got.owner !== facts.owner) return err(clusterTaken(facts.name, facts.namespace, got.owner || 'somebody else'));
  const step = versionStep(got.version, facts.version);
  if (step === 'back') return err(versionBack(got.version, facts.version));
  return step === 'skips' ? err(versionSkips(got.version, facts.version, nextMinor(got.version))) : ok(undefined);
}

async function standing(want: ClusterWant, w: World): Promise<Result<ClusterGot>> {
  const end = w.now().getTime() + want.waitMinutes * 60_000;
  for (;;) {
    const seen = await look(want, w);
    if (!seen.ok && seen.error.kind !== 'not-ready') return seen;
    const lacks = seen.ok ? (seen.value?.lacks ?? ['it is not there']) : [seen.error.diagnostic.message];
    if (seen.ok && seen.value !== undefined && lacks.length === 0) return ok(seen.value);
    if (w.now().getTime() >= end || w.signal.aborted) return err(notStanding(want.facts.name, lacks, want.waitMinutes));
    await w.pause(5_000);
  }
}

async function look(want: ClusterWant, w: ReadWorld): Promise<Result<ClusterGot | undefined>> {
  const { kubeconfig, facts } = want;
  const found = await clusterIn(want, w);
  if (!found.ok) return found;
  const [cluster] = found.value;
  if (cluster === undefined) return ok(undefined);
  const wanted = clusterManifest({ ...facts, class: rolledForward(facts.class, classIn(cluster)) });
  if (!wanted.ok) return wanted;
  const machines = await getObjects(w, kubeconfig, [
    'machines.cluster.x-k8s.io',
    '-n',
    facts.namespace,
    '-l',
    `${clusterLabel}=${facts.name}`,
  ]);
  if (!machines.ok) return machines;
  const lacks = [...clusterLacks(facts.api, cluster), ...machinesLack(machines.value, machineCount(facts), facts.version)];
  return ok({
    kubeconfig,
    name: facts.name,
    namespace: facts.namespace,
    version: versionIn(cluster),
    differs: differences(spelled(wanted.value), spelled(cluster)),
    lacks,
    owner: cluster.metadata.labels?.[ownerLabel] ?? '',
  });
}

async function clusterIn({ kubeconfig, facts }: ClusterWant, w: ReadWorld): Promise<Result<readonly KubeObject[]>> {
  const made = clusterManifest(facts);
  return made.ok ? getManifest(w, kubeconfig, toYaml([made.value])) : made;
}

const topologyIn = (cluster: KubeObject): Record<string, unknown> => {
  const topology = cluster.spec?.topology;
  return typeof topology === 'object' && topology !== null ? { ...topology } : {};
};
const versionIn = (cluster: KubeObject): string => String(topologyIn(cluster).version ?? '');

function classIn(cluster: KubeObject): string {
  const { class: name, classRef } = topologyIn(cluster);
  if (typeof name === 'string') return name;
  const named = typeof classRef === 'object' && classRef !== null ? Reflect.get(classRef, 'name') : undefined;
  return typeof named === 'string' ? named : '';
}

async function classOf(want: ClusterWant, w: ReadWorld): Promise<string> {
  const found = await clusterIn(want, w);
  const [cluster] = found.ok ? found.value : [];
  return cluster === undefined ? want.facts.class : rolledForward(want.facts.class, classIn(cluster));
}

/** A Supervisor moves a cluster to the newest class of its family with an upgrade, and refuses the way back: the newer one is kept. */
function rolledForward(wanted: string, has: string): string {
  const [a, b] = [/^(.*-v)(\d+)\.(\d+)\.(\d+)$/.exec(wanted), /^(.*-v)(\d+)\.(\d+)\.(\d+)$/.exec(has)];
  if (a === null || b === null || a[1] !== b[1]) return wanted;
  const order = [2, 3, 4].map((at) => Number(b[at]) - Number(a[at])).find((one) => one !== 0) ?? 0;
  return order > 0 ? has : wanted;
}

/** A release's name and its version are two spellings of one thing. */
function spelled(object: unknown): unknown {
  return JSON.parse(JSON.stringify(object), (key, value: unknown) =>
    key === 'version' && typeof value === 'string' ? value.replace('---', '+') : value,
  );
}
