import type { ReadWorld, SecretRef } from '../../../model/index.js';
import type { ApplicationState } from '../../../tools/argocd/index.js';
import { list, member, text } from '../../../tools/argocd/index.js';
import { getObjects } from '../../../tools/kubectl/index.js';

const mostTold = 3;

/** One thing that is wrong, and with which object. */
export interface Trouble {
  /** `Pod board/board-1` or `ReplicaSet board/board`. */
  readonly object: string;
  readonly what: string;
}

/**
 * Looks below what an Application lists, where the reason usually is: pods that do not start and controllers that may
 * not make any. Best effort: an explanation that cannot be had is no reason to fail differently.
 */
export async function podTroubles(r: ReadWorld, kubeconfig: SecretRef, state: ApplicationState): Promise<readonly string[]> {
  const namespaces = [...new Set(state.objects.map((object) => object.namespace).filter((name) => name !== ''))].sort();
  const found: Trouble[] = [];
  for (const namespace of namespaces) {
    const objects = await getObjects(r, kubeconfig, ['replicasets,pods', '-n', namespace]);
    if (objects.ok) found.push(...objects.value.flatMap(troubleOf));
  }
  return tellTroubles(found);
}

/** One line for each different trouble, however many objects have it. */
export function tellTroubles(troubles: readonly Trouble[]): readonly string[] {
  const kinds = [...new Set(troubles.map((trouble) => trouble.what))];
  return kinds.slice(0, mostTold).map((what) => {
    const [first, ...others] = troubles.filter((trouble) => trouble.what === what);
    return `${first?.object ?? ''}${others.length > 0 ? ` and ${others.length} more` : ''}: ${what}`;
  });
}

/** What keeps a ReplicaSet from making pods, or a pod from being ready; nothing where all is well. */
export function troubleOf(found: unknown): readonly Trouble[] {
  const kind = text(found, 'kind');
  const object = `${kind ?? ''} ${text(found, 'metadata', 'namespace') ?? ''}/${text(found, 'metadata', 'name') ?? ''}`;
  if (kind === 'ReplicaSet') {
    const refused = conditions(found).find((c) => c.type === 'ReplicaFailure' && c.status === 'True');
    return refused === undefined ? [] : [{ object, what: `may not make pods: ${refused.message}` }];
  }
  if (kind !== 'Pod') return [];
  const unscheduled = conditions(found).find((c) => c.type === 'PodScheduled' && c.status === 'False');
  if (unscheduled !== undefined) return [{ object, what: `finds no machine: ${unscheduled.message}` }];
  return list(found, 'status', 'containerStatuses').flatMap((container) => {
    const what = waitingContainer(container);
    return what === '' ? [] : [{ object, what }];
  });
}

function waitingContainer(container: unknown): string {
  if (member(container, 'ready') === true) return '';
  const reason = text(container, 'state', 'waiting', 'reason') ?? text(container, 'state', 'terminated', 'reason');
  const message = text(container, 'state', 'waiting', 'message') ?? text(container, 'state', 'terminated', 'message');
  const image = text(container, 'image') ?? '';
  if (reason === undefined) return `runs ${image} but is not ready`;
  // Kubernetes alternates between two words and nests the cause; the innermost part is the cause.
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    return `cannot pull image ${image}: ${message?.split(': ').at(-1) ?? reason}`;
  return `${reason}, image ${image}${message === undefined ? '' : ` (${message})`}`;
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
