import { digestOf } from '../engine/index.js';
import { type Diagnostic, err, type KubeObject, ok, type Result, type Snapshot, type SnapshotNode } from '../model/index.js';
import { quantity } from '../packages/checks/index.js';
import { isSecret, type KubeClient, type Resource, secretShell, withoutNoise } from '../tools/kube-api/index.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import { forEach, openCluster } from './live/cluster.js';
import { type Trouble, troubleOf } from './trouble.js';

/** Which cluster to record. */
export interface SnapshotOptions extends PlatformRequest {
  /** Of another cluster than the environment's own. */
  readonly kubeconfig?: string;
}

/** What happens all the time, and what only repeats other objects. */
const leftOut = new Set(['Event', 'Lease', 'PodMetrics', 'NodeMetrics', 'ComponentStatus']);

/** Records a live cluster; changes nothing in it. */
export async function snapshot(options: SnapshotOptions): Promise<Result<Snapshot, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec } = opened.value;
  const cluster = await openCluster(site, spec, options.kubeconfig);
  if (!cluster.ok) return err(troubleOf(cluster.error));
  try {
    const recorded = await record(cluster.value.client);
    if (!recorded.ok) return err(troubleOf(recorded.error));
    const content = { platform: spec.platform, environment: spec.environment, ...recorded.value };
    return ok({ format: 'strata.dev/snapshot/v1', digest: digestOf(content), at: new Date().toISOString(), ...content });
  } finally {
    cluster.value.close();
  }
}

type Recorded = Pick<Snapshot, 'kubernetes' | 'nodes' | 'objects' | 'unread'>;

/** Reads every kind that can be listed, each in the version its group prefers. */
export async function record(client: KubeClient): Promise<Result<Recorded>> {
  const version = await client.version();
  if (!version.ok) return version;
  const resources = await client.resources();
  if (!resources.ok) return resources;
  const kinds = resources.value.filter((one) => one.preferred && one.verbs.includes('list') && !leftOut.has(one.kind));
  const read = await forEach(kinds, async (kind) => ({ kind, list: await client.list(kind) }));
  const objects: KubeObject[] = [];
  const unread: Snapshot['unread'][number][] = [];
  for (const { kind, list } of read) {
    if (list.ok) objects.push(...list.value.map(recordedOf));
    else unread.push(sayUnread(kind, list.error.diagnostic));
  }
  const nodes = objects.filter((one) => one.apiVersion === 'v1' && one.kind === 'Node').map(nodeOf);
  return ok({ kubernetes: version.value, nodes, objects: objects.sort(byName), unread });
}

const recordedOf = (object: KubeObject): KubeObject => (isSecret(object) ? secretShell(object) : withoutNoise(object));

const sayUnread = ({ apiVersion, kind }: Resource, { message }: Diagnostic): Snapshot['unread'][number] => ({
  apiVersion,
  kind,
  why: message,
});

const keyOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  [apiVersion, kind, metadata.namespace ?? '', metadata.name].join('\u0000');

function byName(a: KubeObject, b: KubeObject): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function nodeOf({ metadata, status }: KubeObject): SnapshotNode {
  const offered = (status as { allocatable?: Readonly<Record<string, unknown>> } | undefined)?.allocatable ?? {};
  const isControlPlane = metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined;
  return {
    name: metadata.name,
    role: isControlPlane ? 'control-plane' : 'worker',
    cpu: quantity(offered.cpu) ?? 0,
    memoryBytes: quantity(offered.memory) ?? 0,
    pods: quantity(offered.pods) ?? 0,
  };
}
