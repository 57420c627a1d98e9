import type { ReadWorld, Result, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { command, getObjects, type KubeObject, kubectlFailed } from '../../../tools/kubectl/index.js';
import { drainedMark, kubeconfig, patiently, seeNodes } from './cluster-look.js';
import { drainHeld } from './errors.js';

/** Closes a node to new pods and lets those that are there go elsewhere, as their disruption budgets allow. */
export async function drain(w: World, node: string, deadlineMs: number): Promise<Result<void>> {
  const nodes = await patiently(w, () => seeNodes(w, node));
  if (!nodes.ok) return nodes;
  // What somebody else closed is not ours to open again.
  if (nodes.value[0]?.schedulable) {
    const marked = await persist(w, `closing ${node}`, ['annotate', 'node', node, `${drainedMark}=upgrade`, '--overwrite']);
    if (!marked.ok) return marked;
  }
  const seconds = Math.max(1, Math.round(deadlineMs / 1000));
  const args = ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${seconds}s`];
  const gone = await run(w, `draining ${node}`, args, deadlineMs + 60_000);
  if (gone.ok) return gone;
  const held = await holding(w, node);
  return held.length === 0 ? gone : err(drainHeld(node, seconds, held));
}

/** Opens a node again that Strata closed. */
export async function reopen(w: World, node: string): Promise<Result<void>> {
  const nodes = await patiently(w, () => seeNodes(w, node));
  if (!nodes.ok) return nodes;
  if (!nodes.value[0]?.drained) return ok(undefined);
  const open = await persist(w, `opening ${node}`, ['uncordon', node]);
  return open.ok ? persist(w, `opening ${node}`, ['annotate', 'node', node, `${drainedMark}-`]) : open;
}

/** An API server that restarts is silent for a moment. */
const persist = (w: World, what: string, args: readonly string[]): Promise<Result<void>> =>
  patiently(w, () => run(w, what, args, 30_000));

async function run(w: World, what: string, args: readonly string[], deadlineMs: number): Promise<Result<void>> {
  const ran = await w.change({ ...command(w, kubeconfig, args), deadlineMs });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(kubectlFailed(what, ran.value));
}

/** Pods that are still there and why, as far as the cluster tells: a budget that allows nothing, or nobody who would make them again. */
async function holding(w: ReadWorld, node: string): Promise<readonly string[]> {
  const pods = await getObjects(w, kubeconfig, ['pods', '-A', '--field-selector', `spec.nodeName=${node}`]);
  const budgets = await getObjects(w, kubeconfig, ['poddisruptionbudgets', '-A']);
  if (!pods.ok) return [];
  const exhausted = (budgets.ok ? budgets.value : []).filter((budget) => budget.status?.disruptionsAllowed === 0);
  return pods.value.filter(mustGo).map((pod) => {
    const name = `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`;
    const budget = exhausted.find((one) => one.metadata.namespace === pod.metadata.namespace && covers(one, pod));
    if (budget !== undefined) return `${name} (disruption budget ${budget.metadata.name} allows no disruption)`;
    return ownersOf(pod).length === 0 ? `${name} (nothing would make it again)` : name;
  });
}

/** Pods of the machine itself and finished ones do not count. */
function mustGo(pod: KubeObject): boolean {
  const mirror = pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
  const phase = pod.status?.phase;
  return !mirror && phase !== 'Succeeded' && phase !== 'Failed' && !ownersOf(pod).includes('DaemonSet');
}

function ownersOf({ metadata }: KubeObject): readonly string[] {
  const owners: unknown = Reflect.get(metadata, 'ownerReferences');
  return Array.isArray(owners) ? owners.map((owner: unknown) => String(Object(owner).kind)) : [];
}

function covers(budget: KubeObject, pod: KubeObject): boolean {
  const selector: unknown = Reflect.get(Object(budget.spec?.selector), 'matchLabels');
  const wanted = Object.entries(Object(selector));
  return wanted.length > 0 && wanted.every(([key, value]) => pod.metadata.labels?.[key] === value);
}
