import type { Node, ReadWorld, Result, World } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { resetScript } from '../../../tools/kubeadm/index.js';
import { deleteObjects } from '../../../tools/kubectl/index.js';
import { changeMachine } from '../../../tools/ssh/index.js';
import { kubeconfig, seeNodes } from './cluster-look.js';
import { drain } from './drain.js';
import { removeMember } from './etcd.js';

/** Lies in the environment's folder while the whole cluster goes: then nobody is moved, drained or counted. */
const markOf = (w: ReadWorld): string => `${w.paths.state}/kubernetes/leaving`;

/** Whether the whole cluster is going. */
export const isLeaving = async (w: ReadWorld): Promise<boolean> => (await w.stat(markOf(w))) !== undefined;

/** Says that the whole cluster goes. */
export const beginLeaving = (w: World): Promise<Result<void>> => w.write(markOf(w), 'The cluster is being taken down.\n');

/** The cluster stays after all. */
export const endLeaving = (w: World): Promise<Result<void>> => w.remove(markOf(w));

/** Milliseconds pods have to go elsewhere from a machine that leaves. */
const drainMs = 120_000;

/** Takes one machine out: its pods go elsewhere, etcd and the cluster forget it, and the machine forgets the cluster. */
export async function leave(w: World, node: Node): Promise<Result<void>> {
  if (!(await isLeaving(w)) && (await w.holds(kubeconfig))) {
    const out = await takeOut(w, node);
    if (!out.ok) return out;
  }
  const reset = await changeMachine(w, node, { what: 'kubeadm reset', script: resetScript(), deadlineMs: 120_000 });
  // A machine that is gone has forgotten the cluster already.
  if (!reset.ok && reset.error.kind !== 'network') return reset;
  return ok(undefined);
}

async function takeOut(w: World, node: Node): Promise<Result<void>> {
  const nodes = await seeNodes(w);
  if (!nodes.ok) {
    // A cluster that does not answer is going away with its machines.
    w.note(`${node.name} could not be taken out of the cluster: ${nodes.error.diagnostic.message}`);
    return nodes.error.kind === 'cancelled' ? nodes : ok(undefined);
  }
  const own = nodes.value.find(({ name }) => name === node.name);
  const others = nodes.value.filter(({ name }) => name !== node.name);
  // The last control plane ends the cluster: there is nobody to be taken out by.
  if (node.role === 'control-plane' && !others.some(({ controlPlane }) => controlPlane)) return ok(undefined);
  if (own?.ready) {
    const drained = await drain(w, node.name, drainMs);
    if (!drained.ok) return drained;
  }
  if (node.role === 'control-plane') {
    const gone = await removeMember(w, node);
    if (!gone.ok) return gone;
  }
  return own === undefined ? ok(undefined) : deleteObjects(w, kubeconfig, ['node', node.name, '--wait=false'], 30_000);
}
