import type { ReadWorld, SecretRef } from '../../../model/index.js';
import { getObjects, isReady, type KubeObject } from '../../../tools/kubectl/index.js';
import { list, member, shorten, text } from './members.js';
import { packageLabel } from '../../../packages/kustomize.js';

/**
 * Why pods of a package in these namespaces are not ready, one line each, at most four: what Flux's own message leaves out.
 * Empty where all are ready or nothing can be seen.
 */
export async function podTrouble(
  r: ReadWorld,
  kubeconfig: SecretRef,
  name: string,
  namespaces: readonly string[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const namespace of namespaces) {
    const pods = await getObjects(r, kubeconfig, ['pods', '-n', namespace]);
    if (pods.ok) lines.push(...pods.value.filter((pod) => isOf(pod, name) && !isReady(pod)).map(explainPod));
  }
  return lines.slice(0, 4);
}

/** Packages may share a namespace; a pod that names no package may be any's. */
function isOf(pod: KubeObject, name: string): boolean {
  const named = pod.metadata.labels?.[packageLabel];
  return named === undefined || named === name;
}

/** `Pod ns/name: container x: ImagePullBackOff: …`, or its phase where no container says more. */
export function explainPod(pod: KubeObject): string {
  const name = `Pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
  const containers = [...list(pod.status?.initContainerStatuses), ...list(pod.status?.containerStatuses)];
  const waiting = containers.map(explainContainer).find((line) => line !== '');
  if (waiting !== undefined) return `${name}: ${waiting}`;
  const condition = list(pod.status?.conditions).find(
    (c) => member(c, 'status') === 'False' && text(member(c, 'message')) !== '',
  );
  return `${name}: ${text(pod.status?.phase) || 'Unknown'}${condition === undefined ? '' : `: ${text(member(condition, 'message'))}`}`;
}

function explainContainer(status: unknown): string {
  const state = member(status, 'state');
  const waiting = member(state, 'waiting');
  const ended = member(state, 'terminated') ?? member(member(status, 'lastState'), 'terminated');
  const name = text(member(status, 'name'));
  const reason = text(member(waiting, 'reason'));
  // The message of a crash loop only counts seconds; the last words of the container say why.
  const message = reason === 'CrashLoopBackOff' ? '' : text(member(waiting, 'message'));
  const parts = [reason, shorten(message, 300)].filter((part) => part !== '');
  if (waiting !== undefined && parts.length > 0) return `container ${name}: ${parts.join(': ')}${lastWords(ended)}`;
  if (member(status, 'ready') === false && ended !== undefined) return `container ${name} ended${lastWords(ended)}`;
  return '';
}

function lastWords(ended: unknown): string {
  if (ended === undefined) return '';
  const code = member(ended, 'exitCode');
  const message = text(member(ended, 'message')).trim().split('\n').at(-1) ?? '';
  return ` (last exit ${typeof code === 'number' ? code : '?'}${message === '' ? '' : `: ${shorten(message, 300)}`})`;
}
