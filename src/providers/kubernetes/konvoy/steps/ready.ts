import type { Action, Claim, Node, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { condition, eventually, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { nodesLate } from '../errors.js';

/** A cluster later layers may rely on. */
export interface ReadyWant {
  readonly kubeconfig: SecretRef;
  readonly nodes: readonly Node[];
  readonly storageClass: string;
}

/** The cluster as its own API tells. */
export interface ReadyGot {
  readonly kubeconfig: SecretRef;
  /** Lowest version of its kubelets, e.g. `v1.33.6`. */
  readonly version: string;
  readonly ready: number;
  readonly storage: boolean;
}

/** Changes nothing: every machine a Ready node, and volumes can be asked for. */
export const readyCluster: Action<ReadyWant, ReadyGot> = {
  observe: look,
  diff: ({ nodes, storageClass }, got) => [
    ...((got?.ready ?? 0) >= nodes.length ? [] : [{ what: 'nodes', from: String(got?.ready ?? 0), to: String(nodes.length) }]),
    ...(got?.storage === true ? [] : [{ what: `StorageClass ${storageClass}` }]),
  ],
  async apply(want, _got, w) {
    const patience = { deadlineMs: 600_000, everyMs: 5_000 };
    await eventually(
      w,
      async () => {
        const seen = await look(want, w);
        return seen.ok && seen.value.ready >= want.nodes.length && seen.value.storage;
      },
      patience,
    );
    const seen = await look(want, w);
    return seen.ok && seen.value.ready < want.nodes.length ? err(nodesLate(seen.value.ready, want.nodes.length)) : seen;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const [ready, storage] = seen.ok ? [seen.value.ready, seen.value.storage] : [0, false];
    return [
      { claim: `${want.nodes.length} nodes are Ready`, verdict: ready >= want.nodes.length ? 'pass' : 'fail' },
      { claim: `StorageClass ${want.storageClass} is there`, verdict: storage ? 'pass' : 'fail' },
    ];
  },
};

async function look({ kubeconfig, storageClass }: ReadyWant, w: ReadWorld): Promise<Result<ReadyGot>> {
  const nodes = await getObjects(w, kubeconfig, ['nodes']);
  if (!nodes.ok) return nodes;
  const classes = await getObjects(w, kubeconfig, ['storageclasses', storageClass]);
  if (!classes.ok) return classes;
  const versions = nodes.value.map(kubeletOf).sort();
  return ok({
    kubeconfig,
    version: versions[0] ?? '',
    ready: nodes.value.filter((node) => condition(node, 'Ready') === 'True').length,
    storage: classes.value.length > 0,
  });
}

/** `v1.33.6+vmware.1-fips` is the build of v1.33.6. */
function kubeletOf({ status }: KubeObject): string {
  const info = status?.nodeInfo;
  const version: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'kubeletVersion') : undefined;
  return typeof version === 'string' ? (version.split('+')[0] ?? '') : '';
}
