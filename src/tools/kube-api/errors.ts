import { type ErrorPage, type Failure, failure, type HttpResponse } from '../../model/index.js';

/** The API server did not take or give an object; the words are its own. */
export function refused(answer: HttpResponse, what: string): Failure {
  const kind = answer.status === 401 || answer.status === 403 ? 'refused' : answer.status >= 500 ? 'not-ready' : 'invalid';
  return failure(kind, 'KUBE-API-REFUSED', `${what}: ${messageIn(answer.body)} (${answer.status})`, {
    say: 'Correct what the message names; `kubectl explain` shows the fields of a kind.',
  });
}

/** The API server asked to come back later, more often than is worth waiting for. */
export const stillBusy = (what: string, tries: number): Failure =>
  failure('not-ready', 'KUBE-API-BUSY', `${what}: the API server asked ${tries} times to come back later.`, {
    say: 'Try again when there is less load on it.',
  });

/** A kind that the API server does not serve. */
export const kindUnknown = (apiVersion: string, kind: string): Failure =>
  failure('not-ready', 'KUBE-API-KIND-UNKNOWN', `The API server serves no kind ${kind} in ${apiVersion}.`, {
    say: 'Bring in the package that defines the kind first.',
  });

/** An answer that is not what the API promises. */
export const answerUnreadable = (what: string): Failure =>
  failure('tool-failed', 'KUBE-API-UNREADABLE', `${what}: the answer is no object of the Kubernetes API.`, {
    say: 'Look whether the address in the kubeconfig is that of an API server.',
  });

/** A kubeconfig that cannot be used; values in it are never told. */
export const kubeconfigUnusable = (file: string, why: string): Failure =>
  failure('invalid', 'KUBE-CONFIG-UNUSABLE', `The kubeconfig ${file} cannot be used: ${why}.`, {
    say: 'Name one with a server, its certificate authority, and a client certificate or a token.',
    command: 'strata snapshot --kubeconfig FILE',
  });

function messageIn(body: string): string {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // Not JSON: the text itself is all there is.
  }
  return body.trim().slice(0, 500) || 'no reason was given';
}

export const pages: readonly ErrorPage[] = [
  {
    code: 'KUBE-CONFIG-UNUSABLE',
    title: 'A kubeconfig cannot be used',
    explanation:
      'Strata speaks to the API server itself and reads the current context of the kubeconfig: the server, its certificate authority, and a client certificate or a token. It starts no helper programs (`exec`), and it does not speak to a server whose certificate it cannot check.',
    remedy: 'Make a kubeconfig with a certificate or a token, for example one of a service account.',
  },
];
