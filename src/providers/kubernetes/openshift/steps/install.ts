import type { Action, Claim, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { condition, getObjects } from '../../../../tools/kubectl/index.js';
import { agentWaitFor, type Milestone } from '../../../../tools/openshift-install/index.js';
import { notSeen } from '../errors.js';
import { assetsOf, installedOf } from '../folder.js';

/** A milestone of the installation. */
export interface MilestoneWant {
  readonly kubeconfig: SecretRef;
  readonly milestone: Milestone;
}

/** How far the cluster itself says it is. */
export interface MilestoneGot {
  readonly kubeconfig: SecretRef;
  readonly reached: boolean;
  /** Whether it is written down that nothing may be made anew from here. */
  readonly marked: boolean;
}

/** Waits with the installer, and believes the cluster. */
export const installed: Action<MilestoneWant, MilestoneGot> = {
  observe: (want, w) => look(want, w),
  diff({ milestone }, got) {
    if (got?.reached !== true) return [{ what: milestone }];
    return milestone === 'install-complete' && !got.marked ? [{ what: 'mark' }] : [];
  },
  async apply(want, got, w) {
    if (got?.reached !== true) {
      const waited = await agentWaitFor(w, assetsOf(w), want.milestone);
      if (!waited.ok) return waited;
    }
    const now = await look(want, w);
    if (!now.ok) return now;
    if (now.value?.reached !== true) return err(notSeen(want.milestone));
    const marked = want.milestone === 'install-complete' ? await mark(w) : ok(undefined);
    return marked.ok ? ok({ ...now.value, marked: true }) : marked;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const claim =
      want.milestone === 'install-complete' ? 'ClusterVersion is Available' : 'The control plane runs without its bootstrap';
    return [{ claim, verdict: seen.ok && seen.value?.reached === true ? 'pass' : 'fail' }];
  },
  async remove(_got, w) {
    w.note('OpenShift lives on its machines: it ends where the infrastructure layer removes them. Machines that stay run on.');
    return ok(undefined);
  },
};

const mark = (w: World): Promise<Result<void>> => w.write(installedOf(w), `${w.now().toISOString()}\n`);

async function look({ kubeconfig, milestone }: MilestoneWant, w: ReadWorld): Promise<Result<MilestoneGot | undefined>> {
  const marked = (await w.stat(installedOf(w))) !== undefined;
  // Once installed, the bootstrap is history, and whether the operators are well is the business of a later step.
  if (marked) return ok({ kubeconfig, reached: true, marked });
  const args =
    milestone === 'install-complete'
      ? ['clusterversions.config.openshift.io', 'version']
      : ['configmaps', 'bootstrap', '-n', 'kube-system'];
  const found = await getObjects(w, kubeconfig, args);
  // Before there is a cluster neither its name nor its address need exist: whatever kubectl says, it is not there yet.
  if (!found.ok) return ['tool-missing', 'cancelled'].includes(found.error.kind) ? found : ok(undefined);
  const [object] = found.value;
  if (object === undefined) return ok(undefined);
  const data: unknown = Reflect.get(object, 'data');
  const complete = typeof data === 'object' && data !== null && Reflect.get(data, 'status') === 'complete';
  const reached = milestone === 'install-complete' ? condition(object, 'Available') === 'True' : complete;
  return ok({ kubeconfig, reached, marked });
}
