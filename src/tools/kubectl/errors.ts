import type { Failure, FailureKind, Output } from '../../model/index.js';
import { failure } from '../../model/index.js';

const lastLine = (output: Output): string =>
  (output.stderr || output.stdout).trim().split('\n').slice(-3).join(' · ') || `exit ${output.code}`;

/** The API server does not answer (yet). */
const transient =
  /connection refused|was refused|i\/o timeout|no route to host|EOF|TLS handshake timeout|context deadline exceeded|connection reset|ServiceUnavailable|apiserver not ready|etcdserver: (?:leader changed|request timed out)|the server is currently unable/i;

/** Webhooks and resource kinds that are still coming up, and an API server that has not read its own roles yet. */
const early =
  /failed calling webhook|no endpoints available|ensure CRDs are installed first|no matches for kind|the server could not find the requested resource|being terminated|not yet ready|RBAC: .*clusterrole.* not found/i;

/** What a failed kubectl run means; text is looked at because its exit code is always 1 (messages of v1.37). */
export function kubectlFailed(what: string, output: Output): Failure {
  const said = lastLine(output);
  const kind: FailureKind = transient.test(output.stderr) || early.test(output.stderr) ? 'not-ready' : 'tool-failed';
  const code = kind === 'not-ready' ? 'KUBECTL-NOT-READY' : 'KUBECTL-FAILED';
  return failure(kind, code, `${what}: ${said}`, {
    say:
      kind === 'not-ready'
        ? 'Run again: the cluster was not ready yet.'
        : 'Read what the cluster said, correct it, and run again.',
    command: 'strata up',
  });
}

/** The cluster does not know the kind: so there is no object of it. */
export const unknownKind = (failed: Failure): boolean =>
  failed.diagnostic.message.includes("the server doesn't have a resource type");

/** kubectl printed something that is no JSON. */
export const notJson = (what: string): Failure =>
  failure('tool-failed', 'KUBECTL-OUTPUT', `${what}: kubectl printed no JSON.`, {
    say: 'Look whether another kubectl comes first on PATH.',
    command: 'strata doctor',
  });

/** An object did not get where it should in time. */
export const notYet = (what: string, state: string, seconds: number): Failure =>
  failure('not-ready', 'KUBECTL-WAIT', `${what} is not ready after ${seconds} s: ${state}`, {
    say: 'Look at its events.',
    command: 'kubectl get events -A --sort-by=.lastTimestamp',
  });
