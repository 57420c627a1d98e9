import type { ReadWorld, Result, SecretRef, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { command, fieldManager, said, unchecked } from './client.js';
import { kubectlFailed } from './errors.js';

/** What the API server would do with an object. */
export interface Verdict {
  readonly admitted: boolean;
  /** Why not, or the warnings it gave; one line each. */
  readonly said: readonly string[];
}

/** Offers an object to the API server as a dry run: admission answers, nothing is kept. */
export async function offerObject(
  r: ReadWorld,
  kubeconfig: SecretRef,
  manifest: string,
  namespace: string,
): Promise<Result<Verdict>> {
  const cmd = command(r, kubeconfig, [
    'create',
    '--dry-run=server',
    unchecked,
    '--output=name',
    `--namespace=${namespace}`,
    '-f',
    '-',
  ]);
  const ran = await r.query({ ...cmd, stdin: manifest });
  if (!ran.ok) return ran;
  const lines = ran.value.stderr.split('\n').filter((line) => line.trim() !== '');
  if (ran.value.code === 0) return ok({ admitted: true, said: lines.map((line) => line.replace(/^Warning: /, '')) });
  // v1.37: `Error from server (Forbidden): error when creating "STDIN": admission webhook "x" denied the request: [rule] why`
  const refused = ran.value.stderr.indexOf('denied the request: ');
  if (refused < 0) return err(kubectlFailed('offering a sample', ran.value));
  const why = ran.value.stderr.slice(refused + 'denied the request: '.length);
  return ok({ admitted: false, said: why.split('\n').filter((line) => line.trim() !== '') });
}

/** Applies the status of objects: for kinds whose content is their status. */
export async function applyStatus(w: World, kubeconfig: SecretRef, manifest: string): Promise<Result<void>> {
  const args = [
    'apply',
    '--server-side',
    '--force-conflicts',
    `--field-manager=${fieldManager}`,
    unchecked,
    '--subresource=status',
    '-f',
    '-',
  ];
  const done = await said('applying a status', w.change({ ...command(w, kubeconfig, args), stdin: manifest }));
  return done.ok ? ok(undefined) : done;
}
