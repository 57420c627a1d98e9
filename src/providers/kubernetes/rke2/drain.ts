import { err, ok, type Result, type SecretRef, type World } from '../../../model/index.js';
import { command, kubectlFailed } from '../../../tools/kubectl/index.js';
import { drainStuck } from './errors.js';

/** Says on a node that Strata closed it: only such a node is opened again. */
export const closedMark = 'strata.dev/closed';

/** Closes a node and lets its pods go elsewhere, as their disruption budgets allow. */
export async function closeNode(w: World, kubeconfig: SecretRef, node: string, seconds: number): Promise<Result<void>> {
  const marked = await run(w, kubeconfig, ['annotate', 'node', node, `${closedMark}=upgrade`, '--overwrite'], 30_000);
  if (!marked.ok) return marked;
  const args = ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${seconds}s`];
  const gone = await run(w, kubeconfig, args, (seconds + 60) * 1000);
  return gone.ok ? gone : err({ ...drainStuck(node, gone.error.diagnostic.message), cause: gone.error });
}

/** Opens a node again that was closed here. */
export async function openNode(w: World, kubeconfig: SecretRef, node: string): Promise<Result<void>> {
  const open = await run(w, kubeconfig, ['uncordon', node], 30_000);
  return open.ok ? run(w, kubeconfig, ['annotate', 'node', node, `${closedMark}-`], 30_000) : open;
}

async function run(w: World, kubeconfig: SecretRef, args: readonly string[], deadlineMs: number): Promise<Result<void>> {
  const ran = await w.change({ ...command(w, kubeconfig, args), deadlineMs });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(kubectlFailed(`${args[0]} ${args.at(-1)}`, ran.value));
}
