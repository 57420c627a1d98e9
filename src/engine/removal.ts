import { ok, type PlannedStep, type Result, type Step, type StepId, type StepRecord } from '../model/index.js';
import { buildGraph, edgesAt, followersOf } from './graph.js';

/**
 * Steps that stand but that the definition no longer yields, dependants first.
 * A record that no known step explains is listed as well: its record is dropped, which the plan says.
 */
export function removals(
  steps: readonly Step[],
  former: readonly Step[],
  records: ReadonlyMap<StepId, StepRecord>,
): Result<readonly PlannedStep[]> {
  const wanted = new Set(steps.map((step) => step.id));
  const graph = buildGraph(former);
  if (!graph.ok) return graph;
  const gone = graph.value.order.filter((id) => records.has(id) && !wanted.has(id));
  const staying = (id: StepId): readonly StepId[] => edgesAt(graph.value.after, id).filter((edge) => wanted.has(edge));
  const orphans = [...records.keys()].filter((id) => !wanted.has(id) && !graph.value.steps.has(id)).sort();
  const going = removalSteps(graph.value.steps, graph.value.after, gone);
  // What it was built on and what stays is made right first: a removal goes through it (a machine, an API).
  const removal = going.map((step) => ({ ...step, after: [...new Set([...step.after, ...staying(step.id)])].sort() }));
  return ok([...removal, ...orphans.map(orphanRemoval)]);
}

/** Removal of these steps, in an order and with edges that are the reverse of how they were built. */
export function removalSteps(
  steps: ReadonlyMap<StepId, Step>,
  after: ReadonlyMap<StepId, readonly StepId[]>,
  order: readonly StepId[],
): readonly PlannedStep[] {
  const going = new Set(order);
  const followers = followersOf(after);
  return [...order].reverse().flatMap((id) => {
    const step = steps.get(id);
    if (!step) return [];
    const waits = goingFollowers(id, followers, going);
    return [{ id, title: step.title, after: waits, effect: step.effect, changes: [], verdict: 'remove' as const }];
  });
}

/** Nearest dependants that go as well; one that stays is looked through, so that order holds across it. */
function goingFollowers(
  id: StepId,
  followers: ReadonlyMap<StepId, readonly StepId[]>,
  going: ReadonlySet<StepId>,
): readonly StepId[] {
  const found = new Set<StepId>();
  const seen = new Set<StepId>();
  const queue = [...edgesAt(followers, id)];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (going.has(next)) found.add(next);
    else queue.push(...edgesAt(followers, next));
  }
  return [...found].sort();
}

const orphanRemoval = (id: StepId): PlannedStep => ({
  id,
  title: id,
  after: [],
  effect: 'none',
  changes: [{ what: 'no longer known: only its record is dropped' }],
  verdict: 'remove',
});

/**
 * Lets what is new in a layer wait for what leaves it, since both may want one address, port or name.
 * A removal that itself goes through the step is left alone.
 */
export function afterRemovals(planned: readonly PlannedStep[], former: readonly Step[]): readonly PlannedStep[] {
  const after = new Map(planned.map((step) => [step.id, new Set(step.after)]));
  const removable = new Set(former.filter((step) => step.action.remove).map((step) => step.id));
  const leaving = planned.filter((step) => step.verdict === 'remove' && removable.has(step.id));
  const coming = planned.filter((step) => step.verdict !== 'remove' && step.verdict !== 'keep');
  for (const { id } of leaving) {
    for (const step of coming) {
      if (layerOf(step.id) === layerOf(id) && !reaches(after, id, step.id)) after.get(step.id)?.add(id);
    }
  }
  return planned.map((step) => ({ ...step, after: [...(after.get(step.id) ?? [])].sort() }));
}

const layerOf = (id: StepId): string => id.split('/')[0] ?? id;

function reaches(after: ReadonlyMap<StepId, ReadonlySet<StepId>>, from: StepId, to: StepId): boolean {
  const seen = new Set<StepId>([from]);
  for (const id of seen) for (const edge of after.get(id) ?? []) seen.add(edge);
  return seen.has(to);
}
