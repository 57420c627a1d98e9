import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { parseVersion, sameVersion } from '../../../../tools/capi/index.js';
import { condition, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { classMissing, releaseMissing } from '../errors.js';

/** What the Supervisor has to have before a cluster is asked of it. */
export interface SupervisorWant {
  readonly kubeconfig: SecretRef;
  readonly class: string;
  readonly classNamespace: string;
  readonly version: string;
  /** Machines of the infrastructure layer; 0 where not known. */
  readonly idle: number;
}

/** What it has. */
export interface SupervisorGot {
  readonly class: string;
  /** The release, as it is listed. */
  readonly release: string;
}

/** Changes nothing: refuses a class or a release the Supervisor does not have before anything is asked of it. */
export const supervisorFit: Action<SupervisorWant, SupervisorGot> = {
  observe: look,
  diff: () => [],
  async apply(want, _got, w) {
    return look(want, w);
  },
  async verify({ idle }, { class: name, release }): Promise<readonly Claim[]> {
    const fits: Claim = { claim: `The Supervisor has ClusterClass ${name} and release ${release}`, verdict: 'pass' };
    const unused = `${idle} machines of the infrastructure layer are no nodes: the Supervisor makes its own`;
    return idle === 0 ? [fits] : [fits, { claim: unused, verdict: 'not-checked' }];
  },
};

async function look(want: SupervisorWant, w: ReadWorld): Promise<Result<SupervisorGot>> {
  const classes = await getObjects(w, want.kubeconfig, ['clusterclasses.cluster.x-k8s.io', '-n', want.classNamespace]);
  if (!classes.ok) return classes;
  const names = classes.value.map(({ metadata }) => metadata.name);
  if (!names.includes(want.class)) return err(classMissing(want.class, want.classNamespace, names));
  const releases = await releasesOf(want, w);
  if (!releases.ok) return releases;
  const found = releases.value.find((one) => sameVersion(one.version, want.version));
  if (found?.usable === true) return ok({ class: want.class, release: found.version });
  const why = found === undefined ? 'it has no release of that name' : 'the release is not ready or not compatible';
  return err(releaseMissing(want.version, why, nearest(want.version, releases.value)));
}

interface Release {
  readonly version: string;
  readonly usable: boolean;
}

/** Newer Supervisors list releases under another kind; a kind that is not served has no objects. */
async function releasesOf({ kubeconfig }: SupervisorWant, w: ReadWorld): Promise<Result<readonly Release[]>> {
  const found: KubeObject[] = [];
  for (const kind of ['kubernetesreleases.kubernetes.vmware.com', 'tanzukubernetesreleases.run.tanzu.vmware.com']) {
    const some = await getObjects(w, kubeconfig, [kind]);
    if (!some.ok) return some;
    found.push(...some.value);
  }
  return ok(
    found.map((one) => ({
      version: typeof one.spec?.version === 'string' ? one.spec.version : one.metadata.name,
      usable: ['Ready', 'Compatible'].every((type) => condition(one, type) !== 'False'),
    })),
  );
}

/** The usable release of the same minor version, else the newest one. */
function nearest(version: string, releases: readonly Release[]): string | undefined {
  const wanted = parseVersion(version);
  const usable = releases.filter((one) => one.usable).sort((a, b) => order(a.version, b.version));
  return (usable.filter((one) => parseVersion(one.version)?.minor === wanted?.minor).at(-1) ?? usable.at(-1))?.version;
}

function order(a: string, b: string): number {
  const [one, other] = [parseVersion(a), parseVersion(b)];
  if (one === undefined || other === undefined) return 0;
  return one.major - other.major || one.minor - other.minor || one.patch - other.patch;
}
