import type { ReadWorld, SecretRef } from '../../../model/index.js';
import type { ApplicationState } from '../../../tools/argocd/index.js';
import { list, member, text } from '../../../tools/argocd/index.js';
import { getObjects } from '../../../tools/kubectl/index.js';

const mostTold = 3;

/**
 * Looks below what an Application lists, where the reason usually is: pods that do not start and controllers that may
 * not make any. Best effort: an explanation that cannot be had is no reason to fail differently.
 */
export async function podTroubles(r: ReadWorld, kubeconfig: SecretRef, state: ApplicationState): Promise<readonly string[]> {
  const namespaces = [...new Set(state.objects.map((object) => object.namespace).filter((name) => name !== ''))].sort();
  const found: string[] = [];
  for (const namespace of namespaces) {
    const objects = await getObjects(r, kubeconfig, ['replicasets,pods', '-n', namespace]);
    if (objects.ok) found.push(...objects.value.flatMap(troubleOf));
  }
  return found.slice(0, mostTold);
}

/** What keeps a ReplicaSet from making pods, or a pod from being ready; nothing where all is well. */
export function troubleOf(object: unknown): readonly string[] {
  const name = `${text(object, 'metadata', 'namespace') ?? ''}/${text(object, 'metadata', 'name') ?? ''}`;
  if (text(object, 'kind') === 'ReplicaSet') {
    const refused = conditions(object).find((c) => c.type === 'ReplicaFailure' && c.status === 'True');
    return refused === undefined ? [] : [`ReplicaSet ${name} may not make pods: ${refused.message}`];
  }
  if (text(object, 'kind') !== 'Pod') return [];
  const unscheduled = conditions(object).find((c) => c.type === 'PodScheduled' && c.status === 'False');
  if (unscheduled !== undefined) return [`Pod ${name} finds no machine: ${unscheduled.message}`];
  return list(object, 'status', 'containerStatuses').flatMap((container) => waitingContainer(name, container));
}

function waitingContainer(pod: string, container: unknown): readonly string[] {
  if (member(container, 'ready') === true) return [];
  const reason = text(container, 'state', 'waiting', 'reason') ?? text(container, 'state', 'terminated', 'reason');
  const message = text(container, 'state', 'waiting', 'message') ?? text(container, 'state', 'terminated', 'message');
  const image = text(container, 'image') ?? '';
  if (reason === undefined) return [`Pod ${pod} runs ${image} but is not ready`];
  return [`Pod ${pod}: ${reason}, image ${image}${message === undefined ? '' : ` (${message})`}`];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

const conditions = (object: unknown): readonly Condition[] =>
  list(object, 'status', 'conditions').map((c) => ({
    type: text(c, 'type') ?? '',
    status: text(c, 'status') ?? '',
    message: text(c, 'message') ?? '',
  }));
