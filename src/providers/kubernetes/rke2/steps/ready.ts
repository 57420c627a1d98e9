import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { condition, eventually, getObjects, waitReady } from '../../../../tools/kubectl/index.js';
import { kubeconfig, runningOf } from '../member-look.js';

/** A cluster others may rely on. */
export interface ReadyWant {
  readonly version: string;
  readonly nodes: readonly string[];
}

/** The cluster as it tells. */
export interface ReadyGot {
  readonly kubeconfig: SecretRef;
  readonly version: string;
  /** Names of nodes that are Ready and run the release, sorted. */
  readonly ready: readonly string[];
}

/** Changes nothing: waits for the nodes, and is what later layers depend on. */
export const readyCluster: Action<ReadyWant, ReadyGot> = {
  observe: async (want, w) => ((await w.holds(kubeconfig)) ? look(want, w) : ok(undefined)),
  diff: ({ nodes }, got) =>
    nodes.filter((name) => !got?.ready.includes(name)).map((name) => ({ what: `node ${name}`, to: 'Ready' })),
  async apply(want, _got, w) {
    const ready = await waitReady(w, kubeconfig, ['nodes'], want.nodes.length, { deadlineMs: 300_000, everyMs: 1_000 });
    return ready.ok ? look(want, w) : ready;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const all = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && want.nodes.every((name) => seen.value.ready.includes(name));
    });
    const claim = `${want.nodes.length} nodes are Ready with RKE2 ${want.version}: ${want.nodes.join(', ')}`;
    return [{ claim, verdict: all ? 'pass' : 'fail' }];
  },
};

async function look({ version }: ReadyWant, w: ReadWorld): Promise<Result<ReadyGot>> {
  const nodes = await getObjects(w, kubeconfig, ['nodes']);
  if (!nodes.ok) return nodes;
  const ready = nodes.value.filter((node) => condition(node, 'Ready') === 'True' && runningOf(node) === version);
  return ok({ kubeconfig, version, ready: ready.map(({ metadata }) => metadata.name).sort() });
}
