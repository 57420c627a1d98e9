import type { Action, Claim, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { clusterLabel, sameVersion, versionStep } from '../../../../tools/capi/index.js';
import { getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { updateControlPlane, updateNodePool } from '../../../../tools/nkp/index.js';
import { versionBack, versionSkips } from '../errors.js';
import { namespace, poolOf } from '../inventory.js';

/** The version a cluster is to have. */
export interface VersionWant {
  readonly name: string;
  readonly kubeconfig: SecretRef;
  readonly version: string;
}

/** Versions of its machines; each once, sorted. */
export interface VersionGot {
  readonly kubeconfig: SecretRef;
  readonly controlPlane: readonly string[];
  readonly workers: readonly string[];
}

/** Brings the control plane to a version, then the workers: a kubelet must never be newer than its API server. */
export const clusterVersion: Action<VersionWant, VersionGot> = {
  observe: look,
  diff: ({ version }, got) => [
    ...stale(got?.controlPlane ?? [], version).map((from) => ({ what: 'control plane', from, to: version })),
    ...stale(got?.workers ?? [], version).map((from) => ({ what: 'workers', from, to: version })),
  ],
  async apply(want, got, w) {
    for (const from of [...(got?.controlPlane ?? []), ...(got?.workers ?? [])]) {
      const step = versionStep(from, want.version);
      if (step === 'back') return err(versionBack(from, want.version));
      if (step === 'skips' || step === 'unreadable') return err(versionSkips(from, want.version));
    }
    const updated = await update(want, got, w);
    return updated.ok ? look(want, w) : updated;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const all = seen.ok ? [...seen.value.controlPlane, ...seen.value.workers] : [];
    const arrived = all.length > 0 && stale(all, want.version).length === 0;
    return [{ claim: `Every machine is at ${want.version}`, verdict: arrived ? 'pass' : 'fail' }];
  },
};

const stale = (versions: readonly string[], wanted: string): readonly string[] =>
  versions.filter((one) => !sameVersion(one, wanted));

async function update({ name, kubeconfig, version }: VersionWant, got: VersionGot | undefined, w: World): Promise<Result<void>> {
  const cluster = { name, namespace };
  const planes =
    stale(got?.controlPlane ?? [], version).length > 0
      ? await updateControlPlane(w, cluster, version, kubeconfig)
      : ok(undefined);
  if (!planes.ok) return planes;
  if (stale(got?.workers ?? [], version).length === 0) return ok(undefined);
  return updateNodePool(w, { ...cluster, pool: poolOf(name) }, version, kubeconfig);
}

async function look({ name, kubeconfig }: VersionWant, w: ReadWorld): Promise<Result<VersionGot>> {
  const found = await getObjects(w, kubeconfig, ['machines.cluster.x-k8s.io', '-n', namespace, '-l', `${clusterLabel}=${name}`]);
  if (!found.ok) return found;
  const isPlane = ({ metadata }: KubeObject): boolean => metadata.labels?.['cluster.x-k8s.io/control-plane'] !== undefined;
  const versions = (some: readonly KubeObject[]): readonly string[] =>
    [...new Set(some.map(({ spec }) => String(spec?.version ?? '')))].sort();
  return ok({
    kubeconfig,
    controlPlane: versions(found.value.filter(isPlane)),
    workers: versions(found.value.filter((one) => !isPlane(one))),
  });
}
