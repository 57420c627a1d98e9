import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { condition, eventually, getObjects, waitReady } from '../../../../tools/kubectl/index.js';
import { beginLeaving, endLeaving, isLeaving } from '../leave.js';

/** A cluster others may rely on: all machines are nodes. */
export interface ReadyWant {
  readonly kubeconfig: SecretRef;
  readonly version: string;
  readonly nodes: readonly string[];
}

/** The cluster as it tells. */
export interface ReadyGot {
  readonly kubeconfig: SecretRef;
  readonly version: string;
  /** Names of nodes that are Ready, sorted. */
  readonly ready: readonly string[];
  /** A removal of the whole cluster was begun and not ended. */
  readonly leaving: boolean;
}

/** Changes nothing: waits for the nodes, and is what later layers depend on. */
export const readyCluster: Action<ReadyWant, ReadyGot> = {
  observe: look,
  diff: ({ nodes }, got) => [
    ...nodes.filter((name) => !got?.ready.includes(name)).map((name) => ({ what: `node ${name}`, to: 'Ready' })),
    ...(got?.leaving ? [{ what: 'removal that was begun', to: 'called off' }] : []),
  ],
  async apply(want, _got, w) {
    const stays = await endLeaving(w);
    if (!stays.ok) return stays;
    const ready = await waitReady(w, want.kubeconfig, ['nodes'], want.nodes.length, { deadlineMs: 180_000, everyMs: 300 });
    return ready.ok ? look(want, w) : ready;
  },
  // It goes before all machines: where it stays, a machine that goes leaves a cluster behind.
  remove: (_got, w) => beginLeaving(w),
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const all = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && want.nodes.every((name) => seen.value.ready.includes(name));
    });
    return [{ claim: `${want.nodes.length} nodes are Ready: ${want.nodes.join(', ')}`, verdict: all ? 'pass' : 'fail' }];
  },
};

async function look({ kubeconfig, version }: ReadyWant, w: ReadWorld): Promise<Result<ReadyGot>> {
  const nodes = await getObjects(w, kubeconfig, ['nodes']);
  if (!nodes.ok) return nodes;
  const ready = nodes.value.filter((node) => condition(node, 'Ready') === 'True').map((node) => node.metadata.name);
  return ok({ kubeconfig, version, ready: ready.sort(), leaving: await isLeaving(w) });
}
