import type { Command, ReadWorld, Result, SecretRef, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { kubectlFailed, notJson, notYet, unknownKind } from './errors.js';
import { isReady, type KubeObject, objectsIn, stateOf } from './objects.js';

/** Who owns the fields Strata sets. */
export const fieldManager = 'strata';

/** The API server checks every field of an apply or a dry run itself; kubectl's own check would fetch the whole API description each time. */
export const unchecked = '--validate=false';

const base = (kubeconfig: SecretRef): Command['args'] => [
  '--kubeconfig',
  { $secretPath: kubeconfig.$secret },
  '--request-timeout=20s',
];

/** A kubectl call. Its cache would outlive Strata in the user's home; the environment's own folder goes with it. */
export function command(w: ReadWorld, kubeconfig: SecretRef, args: readonly string[]): Command {
  return { tool: 'kubectl', args: [...base(kubeconfig), `--cache-dir=${w.paths.state}/kubectl-cache`, ...args] };
}

export async function said(what: string, ran: ReturnType<ReadWorld['query']>): Promise<Result<string>> {
  const output = await ran;
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(output.value.stdout) : err(kubectlFailed(what, output.value));
}

/** Runs kubectl with arguments that change nothing; what it printed. */
export function askCluster(
  w: ReadWorld,
  kubeconfig: SecretRef,
  what: string,
  args: readonly string[],
  deadlineMs?: number,
): Promise<Result<string>> {
  return said(what, w.query({ ...command(w, kubeconfig, args), ...(deadlineMs === undefined ? {} : { deadlineMs }) }));
}

/** Objects behind `kubectl get` arguments, e.g. `['nodes']` or `['pods', '-n', 'kube-system', '-l', 'a=b']`; absent ones are left out. */
export async function getObjects(
  w: ReadWorld,
  kubeconfig: SecretRef,
  args: readonly string[],
): Promise<Result<readonly KubeObject[]>> {
  const what = `reading ${args[0] ?? 'objects'}`;
  const ran = await askCluster(w, kubeconfig, what, ['get', ...args, '--ignore-not-found', '-o', 'json']);
  return !ran.ok && unknownKind(ran.error) ? ok([]) : parse(what, ran);
}

/** The objects a manifest names, as they are in the cluster now; absent ones are left out. */
export async function getManifest(w: ReadWorld, kubeconfig: SecretRef, manifest: string): Promise<Result<readonly KubeObject[]>> {
  const what = 'reading the objects of a manifest';
  const cmd = command(w, kubeconfig, ['get', '--ignore-not-found', '-o', 'json', '-f', '-']);
  const ran = await said(what, w.query({ ...cmd, stdin: manifest }));
  if (!ran.ok && /no matches for kind|could not find the requested resource/.test(ran.error.diagnostic.message)) return ok([]);
  return parse(what, ran);
}

function parse(what: string, text: Result<string>): Result<readonly KubeObject[]> {
  if (!text.ok) return text;
  if (text.value.trim() === '') return ok([]);
  try {
    return ok(objectsIn(JSON.parse(text.value)));
  } catch {
    return err(notJson(what));
  }
}

/** Applies a manifest on the server's side; takes fields over that others set before. */
export async function applyManifest(w: World, kubeconfig: SecretRef, manifest: string | SecretRef): Promise<Result<void>> {
  const cmd = command(w, kubeconfig, [
    'apply',
    '--server-side',
    '--force-conflicts',
    `--field-manager=${fieldManager}`,
    unchecked,
    '-f',
    '-',
  ]);
  const done = await said('applying a manifest', w.change({ ...cmd, stdin: manifest, deadlineMs: 120_000 }));
  return done.ok ? ok(undefined) : done;
}

/** Merges fields into an object that is there, without owning them; `args` name it, e.g. `['application', 'hello', '-n', 'argocd']`. */
export async function patchObject(
  w: World,
  kubeconfig: SecretRef,
  args: readonly string[],
  patch: string,
): Promise<Result<void>> {
  const cmd = command(w, kubeconfig, ['patch', ...args, '--type=merge', `--field-manager=${fieldManager}`, '-p', patch]);
  const done = await said(`patching ${args.join(' ')}`, w.change(cmd));
  return done.ok ? ok(undefined) : done;
}

/** Deletes objects; absent = success. `args` as for `kubectl delete`, e.g. `['node', 'worker-2']`. */
export async function deleteObjects(
  w: World,
  kubeconfig: SecretRef,
  args: readonly string[],
  deadlineMs = 60_000,
): Promise<Result<void>> {
  const cmd = command(w, kubeconfig, ['delete', '--ignore-not-found', ...args]);
  const done = await said(`deleting ${args.join(' ')}`, w.change({ ...cmd, deadlineMs }));
  return done.ok || unknownKind(done.error) ? ok(undefined) : done;
}

/** How long to look, and how often. */
export interface Patience {
  /** Milliseconds; 120 000 where absent. */
  readonly deadlineMs?: number;
  /** Milliseconds between looks; 200 where absent. */
  readonly everyMs?: number;
}

/** Looks until all objects behind `args` are there (at least `atLeast`) and ready. */
export async function waitReady(
  w: ReadWorld,
  kubeconfig: SecretRef,
  args: readonly string[],
  atLeast: number,
  patience: Patience = {},
): Promise<Result<readonly KubeObject[]>> {
  return waitFor(w, args.join(' '), () => getObjects(w, kubeconfig, args), atLeast, patience);
}

/** Looks until `look` finds at least `atLeast` objects and all are ready; `not-ready` answers are looked through. */
export async function waitFor(
  w: ReadWorld,
  what: string,
  look: () => Promise<Result<readonly KubeObject[]>>,
  atLeast: number,
  { deadlineMs = 120_000, everyMs = 200 }: Patience,
): Promise<Result<readonly KubeObject[]>> {
  const end = w.now().getTime() + deadlineMs;
  for (;;) {
    const objects = await look();
    if (objects.ok && objects.value.length >= atLeast && objects.value.every(isReady)) return objects;
    if (!objects.ok && objects.error.kind !== 'not-ready') return objects;
    if (w.now().getTime() >= end || w.signal.aborted)
      return objects.ok ? err(notYet(what, statesOf(objects.value, atLeast), deadlineMs / 1000)) : objects;
    await w.pause(everyMs);
  }
}

function statesOf(objects: readonly KubeObject[], atLeast: number): string {
  const late = objects.filter((object) => !isReady(object)).map(stateOf);
  return late.length > 0 ? late.slice(0, 4).join('; ') : `${objects.length} of ${atLeast} are there`;
}

/** Looks again for a while before it says no: what has arrived may blink while the rest of the cluster starts. */
export async function eventually(
  w: ReadWorld,
  look: () => Promise<boolean>,
  { deadlineMs = 20_000, everyMs = 500 }: Patience = {},
): Promise<boolean> {
  const end = w.now().getTime() + deadlineMs;
  for (;;) {
    if (await look()) return true;
    if (w.now().getTime() >= end || w.signal.aborted) return false;
    await w.pause(everyMs);
  }
}
