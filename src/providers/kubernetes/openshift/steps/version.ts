import type { Action, Claim, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { condition, getObjects, type KubeObject, patchObject } from '../../../../tools/kubectl/index.js';
import { eusBetween, notRecommended, notSeen, notUpgradeable, releaseBack, releaseSkips, updateGoesOn } from '../errors.js';
import { parseRelease, releaseStep } from '../release.js';

/** The release a cluster is to have. */
export interface VersionWant {
  readonly kubeconfig: SecretRef;
  readonly version: string;
  /** E.g. `stable-4.20`. */
  readonly channel: string;
  /** Release image by digest, where no update service can be asked. */
  readonly image?: string | undefined;
}

/** The release it has, as its ClusterVersion tells. */
export interface VersionGot {
  readonly kubeconfig: SecretRef;
  readonly version: string;
  readonly channel: string;
  /** Being gone to; the same as `version` where nothing is under way. */
  readonly target: string;
  /** Why the next minor version must wait; empty where it need not. */
  readonly blocked: string;
  /** What it says of an update under way. */
  readonly state: string;
}

const minutes = 240;

/** Updates through ClusterVersion, one minor version at a time; the cluster does the work. */
export const clusterRelease: Action<VersionWant, VersionGot> = {
  async observe({ kubeconfig }, w) {
    const found = await clusterVersion(kubeconfig, w);
    return found.ok ? ok(found.value && told(found.value, kubeconfig)) : found;
  },
  diff(want, got) {
    if (got === undefined) return [{ what: 'version' }];
    return [
      ...(got.channel === want.channel ? [] : [{ what: 'channel', from: got.channel, to: want.channel }]),
      ...(got.version === want.version ? [] : [{ what: 'version', from: got.version, to: want.version }]),
    ];
  },
  async apply(want, got, w) {
    if (got === undefined) return err(notSeen('it has no ClusterVersion'));
    const allowed = guard(want, got);
    if (!allowed.ok) return allowed;
    const moved = got.channel === want.channel ? ok(undefined) : await patch(want, { channel: want.channel }, w);
    if (!moved.ok) return moved;
    if (got.version !== want.version && got.target !== want.version) {
      const asked = await askUpdate(want, w);
      if (!asked.ok) return asked;
    }
    return arrived(want, w);
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const found = await clusterVersion(want.kubeconfig, w);
    const at = found.ok && found.value !== undefined ? told(found.value, want.kubeconfig).version : '';
    return [{ claim: `ClusterVersion says ${want.version} is complete`, verdict: at === want.version ? 'pass' : 'fail' }];
  },
};

function guard({ version }: VersionWant, got: VersionGot): Result<void> {
  const step = releaseStep(got.version, version);
  if (step === 'back') return err(releaseBack(got.version, version));
  if (step === 'skips' || step === 'unreadable') return err(releaseSkips(got.version, version));
  if (step === 'eus') {
    const release = parseRelease(got.version);
    return err(eusBetween(got.version, version, `${release?.major ?? 0}.${(release?.minor ?? 0) + 1}`));
  }
  // An update under way is waited for: a second one on top of it is what breaks clusters.
  if (got.target !== got.version && got.target !== version) return err(updateGoesOn(got.target, got.state));
  return step === 'minor' && got.blocked !== '' ? err(notUpgradeable(got.blocked)) : ok(undefined);
}

async function askUpdate(want: VersionWant, w: World): Promise<Result<void>> {
  if (want.image !== undefined) return patch(want, { desiredUpdate: { image: want.image, force: false } }, w);
  const end = w.now().getTime() + 3 * 60_000;
  for (;;) {
    const found = await clusterVersion(want.kubeconfig, w);
    if (!found.ok) return found;
    const why = found.value === undefined ? 'it has no ClusterVersion' : unoffered(found.value, want.version);
    if (why === undefined) return patch(want, { desiredUpdate: { version: want.version } }, w);
    // After a change of channel the list is fetched anew.
    if (w.now().getTime() >= end || w.signal.aborted) return err(notRecommended(want.version, want.channel, why));
    await w.pause(10_000);
  }
}

const patch = ({ kubeconfig }: VersionWant, spec: object, w: World): Promise<Result<void>> =>
  patchObject(w, kubeconfig, ['clusterversions.config.openshift.io', 'version'], JSON.stringify({ spec }));

async function arrived(want: VersionWant, w: World): Promise<Result<VersionGot>> {
  const end = w.now().getTime() + minutes * 60_000;
  for (;;) {
    const found = await clusterVersion(want.kubeconfig, w);
    // The API server goes away for a moment with each control plane.
    if (!found.ok && found.error.kind !== 'not-ready') return found;
    const now = found.ok && found.value !== undefined ? told(found.value, want.kubeconfig) : undefined;
    if (now?.version === want.version) return ok(now);
    if (w.now().getTime() >= end || w.signal.aborted)
      return err(updateGoesOn(want.version, now?.state ?? 'the API does not answer'));
    await w.pause(20_000);
  }
}

async function clusterVersion(kubeconfig: SecretRef, w: ReadWorld): Promise<Result<KubeObject | undefined>> {
  const found = await getObjects(w, kubeconfig, ['clusterversions.config.openshift.io', 'version']);
  return found.ok ? ok(found.value[0]) : found;
}

/** Why a release may not be gone to; `undefined` where it may. https://github.com/openshift/api config/v1/types_cluster_version.go */
function unoffered({ status }: KubeObject, version: string): string | undefined {
  if (records(status?.availableUpdates).some((one) => one.version === version)) return undefined;
  const risky = records(status?.conditionalUpdates).find((one) => isRecord(one.release) && one.release.version === version);
  if (risky === undefined) return 'the update service does not name it';
  const reasons = records(risky.conditions).map((one) => text(one.message));
  return `it has known risks: ${reasons.filter((one) => one !== '').join('; ')}`;
}

function told(object: KubeObject, kubeconfig: SecretRef): VersionGot {
  const { spec, status } = object;
  const done = records(status?.history).find((one) => one.state === 'Completed');
  const conditions = records(status?.conditions);
  const said = (type: string): string => text(conditions.find((one) => one.type === type)?.message);
  const version = text(done?.version);
  return {
    kubeconfig,
    version,
    channel: text(spec?.channel),
    target: (isRecord(status?.desired) ? text(status.desired.version) : '') || version,
    blocked: condition(object, 'Upgradeable') === 'False' ? said('Upgradeable') || 'an operator says no' : '',
    state: said('Failing') || said('Progressing'),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const records = (value: unknown): readonly Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
