import { sameVersion } from './version.js';

/** What is read of an object of Cluster API; kubectl's answers have this shape. */
export interface CapiObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** One condition of an object's status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Conditions of a status. */
export function conditionsOf({ status }: CapiObject): readonly Condition[] {
  const all = status?.conditions;
  return (Array.isArray(all) ? all : []).filter(isRecord).map(({ type, status: is, reason, message }) => ({
    type: text(type),
    status: text(is),
    reason: text(reason),
    message: text(message),
  }));
}

/**
 * Conditions that say a cluster stands, per version of the API: the names changed with v1beta2.
 * https://cluster-api.sigs.k8s.io/developer/providers/migrations/v1.10-to-v1.11
 */
const standing: Readonly<Record<string, readonly string[]>> = {
  v1beta1: ['Ready', 'ControlPlaneReady', 'InfrastructureReady'],
  v1beta2: ['Available', 'ControlPlaneAvailable', 'InfrastructureReady'],
};

/** What a cluster still lacks, one line each; empty where it stands as it is wanted. */
export function clusterLacks(api: 'v1beta1' | 'v1beta2', cluster: CapiObject): readonly string[] {
  const all = conditionsOf(cluster);
  const lacking = (standing[api] ?? []).flatMap((type) => {
    const found = all.find((one) => one.type === type);
    return found?.status === 'True' ? [] : [told(type, found)];
  });
  // Where the cluster comes from a class, what it has to become is worked out first.
  const reconciled = all.find((one) => one.type === 'TopologyReconciled');
  return reconciled === undefined || reconciled.status === 'True'
    ? lacking
    : [...lacking, told('TopologyReconciled', reconciled)];
}

const told = (type: string, found: Condition | undefined): string => {
  const why = [found?.reason, found?.message].filter((one) => one !== undefined && one !== '').join(': ');
  return why === '' ? `${type} is not True` : `${type} is ${found?.status}: ${why}`;
};

/** What the machines of a cluster still lack: how many there are, how they are, which version they carry. */
export function machinesLack(machines: readonly CapiObject[], count: number, version: string): readonly string[] {
  const late = machines.flatMap(({ metadata, spec, status }) => {
    const [phase, has] = [text(status?.phase), text(spec?.version)];
    if (!sameVersion(has, version)) return [`machine ${metadata.name} is at ${has || 'no version'}`];
    return phase === 'Running' ? [] : [`machine ${metadata.name} is ${phase || 'not started'}`];
  });
  return machines.length === count ? late : [`${machines.length} of ${count} machines are there`, ...late];
}

/** Label that ties machines to their cluster. */
export const clusterLabel = 'cluster.x-k8s.io/cluster-name';
