import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { condition, eventually, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { notReady } from '../errors.js';

/** A cluster later layers may rely on. */
export interface ReadyWant {
  readonly kubeconfig: SecretRef;
  readonly nodes: number;
  readonly storageClass: string;
}

/** The cluster as it tells. */
export interface ReadyGot {
  readonly kubeconfig: SecretRef;
  /** Of Kubernetes, e.g. `v1.33.6`: the lowest of its kubelets. */
  readonly version: string;
  /** Operators and nodes that are not as they should be. */
  readonly late: readonly string[];
  readonly storage: boolean;
}

const patience = { deadlineMs: 900_000, everyMs: 10_000 };

/** Changes nothing: every operator Available and none Degraded, every machine a Ready node. */
export const readyCluster: Action<ReadyWant, ReadyGot> = {
  observe: look,
  diff: (_want, got) => (got?.late ?? ['cluster']).map((what) => ({ what })),
  async apply(want, _got, w) {
    await eventually(w, async () => isReady(await look(want, w)), patience);
    const seen = await look(want, w);
    return seen.ok && seen.value.late.length > 0 ? err(notReady(seen.value.late)) : seen;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const storage: Claim =
      seen.ok && seen.value.storage
        ? { claim: `StorageClass ${want.storageClass} is there`, verdict: 'pass' }
        : {
            claim: `StorageClass ${want.storageClass}: an operator has to bring it, it is not there yet`,
            verdict: 'not-checked',
          };
    const claim = `All cluster operators are Available and ${want.nodes} nodes are Ready`;
    return [{ claim, verdict: isReady(seen) ? 'pass' : 'fail' }, storage];
  },
};

const isReady = (seen: Result<ReadyGot>): boolean => seen.ok && seen.value.late.length === 0;

async function look({ kubeconfig, nodes: count, storageClass }: ReadyWant, w: ReadWorld): Promise<Result<ReadyGot>> {
  const operators = await getObjects(w, kubeconfig, ['clusteroperators.config.openshift.io']);
  if (!operators.ok) return operators;
  const nodes = await getObjects(w, kubeconfig, ['nodes']);
  if (!nodes.ok) return nodes;
  const classes = await getObjects(w, kubeconfig, ['storageclasses', storageClass]);
  if (!classes.ok) return classes;
  const ready = nodes.value.filter((node) => condition(node, 'Ready') === 'True').length;
  return ok({
    kubeconfig,
    version: nodes.value.map(kubeletOf).sort()[0] ?? '',
    late: [
      ...(operators.value.length === 0 ? ['there are no cluster operators'] : operators.value.flatMap(operatorLate)),
      ...(ready >= count ? [] : [`${ready} of ${count} nodes are Ready`]),
    ],
    storage: classes.value.length > 0,
  });
}

function operatorLate(operator: KubeObject): readonly string[] {
  const { name } = operator.metadata;
  if (condition(operator, 'Available') !== 'True') return [`operator ${name} is not Available`];
  return condition(operator, 'Degraded') === 'True' ? [`operator ${name} is Degraded`] : [];
}

function kubeletOf({ status }: KubeObject): string {
  const info = status?.nodeInfo;
  const version: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'kubeletVersion') : undefined;
  return typeof version === 'string' ? (version.split(/[+-]/)[0] ?? '') : '';
}
