import type { Failure, ReadWorld, Result, SecretRef } from '../../../model/index.js';
import { ok, secretRef } from '../../../model/index.js';
import { askCluster, condition, getObjects, type KubeObject } from '../../../tools/kubectl/index.js';

/** The cluster's administrator; kept from its first control plane. */
export const kubeconfig: SecretRef = secretRef('kubeconfig');

/** One node as the cluster tells. */
export interface SeenNode {
  readonly name: string;
  /** Version of its kubelet. */
  readonly kubelet: string;
  readonly ready: boolean;
  /** New pods may come. */
  readonly schedulable: boolean;
  /** Strata drained it, so Strata opens it again. */
  readonly drained: boolean;
  readonly controlPlane: boolean;
}

/** Marks a node that Strata closed; one that somebody else closed is left closed. */
export const drainedMark = 'strata.dev/drained';

/** The administrator may do everything: an API server that says otherwise has started a moment ago and read no roles yet. */
const readsRoles = ({ diagnostic }: Failure): boolean => /is forbidden: User "kubernetes-admin"/.test(diagnostic.message);

/** Objects, asked for again while the API server reads its roles. */
async function objectsOf(w: ReadWorld, args: readonly string[]): ReturnType<typeof getObjects> {
  for (let round = 0; ; round += 1) {
    const objects = await getObjects(w, kubeconfig, args);
    if (objects.ok || !readsRoles(objects.error) || round === 30 || w.signal.aborted) return objects;
    await w.pause(1_000);
  }
}

/** Does again what an API server that restarts has not answered, or refused for want of roles. */
export async function patiently<T>(w: ReadWorld, work: () => Promise<Result<T>>): Promise<Result<T>> {
  for (let round = 0; ; round += 1) {
    const done = await work();
    if (done.ok || round === 30 || w.signal.aborted) return done;
    if (done.error.kind !== 'not-ready' && !readsRoles(done.error)) return done;
    await w.pause(2_000);
  }
}

/** All nodes; empty where the cluster has none of that name. */
export async function seeNodes(w: ReadWorld, name?: string): Promise<Result<readonly SeenNode[]>> {
  const objects = await objectsOf(w, name === undefined ? ['nodes'] : ['node', name]);
  return objects.ok ? ok(objects.value.map(seen)) : objects;
}

function seen(node: KubeObject): SeenNode {
  const info: unknown = node.status?.nodeInfo;
  const version: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'kubeletVersion') : '';
  return {
    name: node.metadata.name,
    kubelet: typeof version === 'string' ? version : '',
    ready: condition(node, 'Ready') === 'True',
    schedulable: node.spec?.unschedulable !== true,
    drained: node.metadata.annotations?.[drainedMark] !== undefined,
    controlPlane: node.metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined,
  };
}

/** Version of the API server that answers; empty where none does. */
export async function serverVersion(w: ReadWorld): Promise<string> {
  if (!(await w.holds(kubeconfig))) return '';
  const said = await askCluster(w, kubeconfig, 'asking the API server for its version', ['get', '--raw', '/version'], 10_000);
  return (said.ok && /"gitVersion":\s*"([^"]+)"/.exec(said.value)?.[1]) || '';
}

/** Versions of the API servers by node, from the tags of their images. */
export async function apiServers(w: ReadWorld): Promise<Result<ReadonlyMap<string, string>>> {
  const pods = await objectsOf(w, ['pods', '-n', 'kube-system', '-l', 'component=kube-apiserver']);
  if (!pods.ok) return pods;
  return ok(new Map(pods.value.flatMap((pod) => [[nodeOf(pod), tagOf(pod)] as const])));
}

/** The node a pod is on. */
export const nodeOf = (pod: KubeObject): string => (typeof pod.spec?.nodeName === 'string' ? pod.spec.nodeName : '');

function tagOf(pod: KubeObject): string {
  const containers: unknown = pod.spec?.containers;
  const first: unknown = Array.isArray(containers) ? containers[0] : undefined;
  const image: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'image') : '';
  return typeof image === 'string' ? (/:(v[^:@]+)(?:@|$)/.exec(image)?.[1] ?? '') : '';
}
