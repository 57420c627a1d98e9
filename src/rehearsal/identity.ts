import { readText, writeAtomically } from '../host/index.js';
import { type KubeObject, ok, type RehearsedProgram, type Result } from '../model/index.js';
import type { KubeApi } from './api.js';

/** Where an identity comes from and goes to. */
export interface IdentityParts {
  readonly api: KubeApi;
  /** Kubeconfig of Strata itself, which may do everything. */
  readonly own: string;
  /** Where the program's is written. */
  readonly path: string;
}

/**
 * A program acts as the service account of the workload it stands for, so that a rule it lacks is missed here as well.
 * Where that workload is not in the cluster, there is nobody to act as but Strata.
 */
export async function identityFor(program: RehearsedProgram, { api, own, path }: IdentityParts): Promise<Result<string>> {
  const [kind = '', namespace = '', name = ''] = program.for.split('/');
  const workload = await api.get({ apiVersion: 'apps/v1', kind, namespace, name });
  if (!workload.ok) return workload;
  if (workload.value === undefined) return ok(own);
  const token = await api.token(namespace, serviceAccountOf(workload.value));
  if (!token.ok) return token;
  const text = await readText(own);
  if (!text.ok) return text;
  const config = JSON.parse(text.value ?? '{}') as object;
  const users = [{ name: 'strata', user: { token: token.value } }];
  const written = await writeAtomically(path, `${JSON.stringify({ ...config, users })}\n`, { mode: 0o600 });
  return written.ok ? ok(path) : written;
}

function serviceAccountOf({ spec }: KubeObject): string {
  const pod = (spec as { template?: { spec?: { serviceAccountName?: string } } } | undefined)?.template?.spec;
  return pod?.serviceAccountName ?? 'default';
}
