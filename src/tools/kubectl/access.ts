import type { Failure, ReadWorld, Result, SecretRef } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { askCluster, command, said, unchecked } from './client.js';
import { notJson } from './errors.js';

/** One thing somebody may or may not do, in all namespaces. */
export interface AccessReview {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** Asks for each whether these credentials may do it. A review is answered and not stored: asking changes nothing. */
export async function reviewAccess(
  w: ReadWorld,
  kubeconfig: SecretRef,
  reviews: readonly AccessReview[],
): Promise<Result<readonly boolean[]>> {
  const what = 'asking what the credentials may do';
  const documents = reviews.map((resourceAttributes) =>
    JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }),
  );
  const args = ['create', unchecked, '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}'];
  const ran = await said(what, w.query({ ...command(w, kubeconfig, args), stdin: documents.join('\n---\n') }));
  if (!ran.ok) return ran;
  const lines = ran.value.split('\n').slice(0, reviews.length);
  return lines.length === reviews.length ? ok(lines.map((line) => line === 'true')) : err(notJson(what));
}

/** What the API server says it is, e.g. `v1.37.2`. */
export async function serverVersion(w: ReadWorld, kubeconfig: SecretRef): Promise<Result<string>> {
  const what = 'asking the API server for its version';
  const text = await askCluster(w, kubeconfig, what, ['get', '--raw', '/version'], 30_000);
  if (!text.ok) return text;
  const version = /"gitVersion":\s*"([^"]+)"/.exec(text.value)?.[1];
  return version === undefined ? err(notJson(what)) : ok(version);
}

/** Why a cluster could not be asked; text is looked at because kubectl's exit code is always 1 (messages of v1.37). */
export function accessTrouble({ diagnostic }: Failure): 'unreachable' | 'credentials' | 'authority' | 'forbidden' | undefined {
  const { message } = diagnostic;
  if (/certificate signed by unknown authority|certificate is valid for|certificate has expired/i.test(message))
    return 'authority';
  if (/must be logged in to the server|provide credentials|Unauthorized|tls: (?:expired|bad) certificate/i.test(message))
    return 'credentials';
  if (/\(Forbidden\)|is forbidden:|forbidden: User/i.test(message)) return 'forbidden';
  return /was refused|connection refused|no such host|no route to host|i\/o timeout|network is unreachable|deadline exceeded|Client\.Timeout/i.test(
    message,
  )
    ? 'unreachable'
    : undefined;
}
