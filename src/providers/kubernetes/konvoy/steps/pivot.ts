import type { Action, Claim, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { getObjects } from '../../../../tools/kubectl/index.js';
import { createComponents, deleteBootstrap, moveResources } from '../../../../tools/nkp/index.js';
import { unmanaged } from '../errors.js';
import { bootstrapKubeconfig, bootstrapRuns, managerOf } from '../manager.js';

/** A cluster that is to manage itself. */
export interface PivotWant {
  readonly name: string;
  readonly kubeconfig: SecretRef;
}

/** Who manages it now. */
export interface PivotGot {
  readonly kubeconfig: SecretRef;
  readonly by: 'self-managed' | 'managed';
  /** Whether the bootstrap cluster still runs. */
  readonly leftover: boolean;
}

/** Moves the cluster's objects into the cluster itself and removes the bootstrap cluster; each part is done once. */
export const selfManaged: Action<PivotWant, PivotGot> = {
  observe: look,
  diff(_want, got) {
    if (got?.by !== 'self-managed') return [{ what: 'management', to: 'the cluster itself' }];
    return got.leftover ? [{ what: 'bootstrap cluster', to: 'removed' }] : [];
  },
  async apply(want, got, w) {
    if (got === undefined) return err(unmanaged(want.name));
    const moved = got.by === 'self-managed' ? ok(undefined) : await move(want, w);
    if (!moved.ok) return moved;
    const gone = (await bootstrapRuns(w, want.name)) ? await deleteBootstrap(w, bootstrapKubeconfig) : ok(undefined);
    if (!gone.ok) return gone;
    const now = await look(want, w);
    if (!now.ok) return now;
    return now.value?.by === 'self-managed' ? ok(now.value) : err(unmanaged(want.name));
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const own = seen.ok && seen.value?.by === 'self-managed' && !seen.value.leftover;
    return [{ claim: `${want.name} manages itself, and no bootstrap cluster is left`, verdict: own ? 'pass' : 'fail' }];
  },
};

async function move({ kubeconfig }: PivotWant, w: World): Promise<Result<void>> {
  const there = await getObjects(w, kubeconfig, ['deployments', 'capi-controller-manager', '-n', 'capi-system']);
  if (!there.ok) return there;
  const ready = there.value.length > 0 ? ok(undefined) : await createComponents(w, kubeconfig);
  return ready.ok ? moveResources(w, bootstrapKubeconfig, kubeconfig) : ready;
}

async function look({ name, kubeconfig }: PivotWant, w: ReadWorld): Promise<Result<PivotGot | undefined>> {
  const manager = await managerOf(w, name);
  if (manager === undefined) return ok(undefined);
  return ok({ kubeconfig, by: manager.self, leftover: await bootstrapRuns(w, name) });
}
