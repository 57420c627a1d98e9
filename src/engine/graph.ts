import { err, isRef, ok, type Result, type Step, type StepId } from '../model/index.js';
import { duplicateSteps, stepCycle, unknownSteps } from './errors.js';

/** Steps with their edges, known to be acyclic. */
export interface Graph {
  /** In topological order; among equals, in the order given. */
  readonly order: readonly StepId[];
  readonly steps: ReadonlyMap<StepId, Step>;
  /** What each step waits for: its Refs and `after`, sorted. */
  readonly after: ReadonlyMap<StepId, readonly StepId[]>;
}

/** Steps whose outputs these inputs read, at any depth, sorted. */
export function refsIn(inputs: unknown): readonly StepId[] {
  const found = new Set<StepId>();
  const walk = (value: unknown): void => {
    if (isRef(value)) found.add(value.$step);
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) walk(member);
  };
  walk(inputs);
  return [...found].sort();
}

/** Edges of one step; none where it has no entry. */
export const edgesAt = (edges: ReadonlyMap<StepId, readonly StepId[]>, id: StepId): readonly StepId[] => edges.get(id) ?? [];

/** All a step waits for. */
export const edgesOf = (step: Step): readonly StepId[] => [...new Set([...refsIn(step.inputs), ...(step.after ?? [])])].sort();

/** Orders steps; duplicate ids, edges to nowhere and cycles are failures that name the steps. */
export function buildGraph(steps: readonly Step[]): Result<Graph> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  if (byId.size < steps.length) return err(duplicateSteps(duplicates(steps.map((step) => step.id))));
  const after = new Map(steps.map((step) => [step.id, edgesOf(step)]));
  const lost = [...after].flatMap(([id, edges]) => edges.filter((edge) => !byId.has(edge)).map((edge) => `${id} → ${edge}`));
  if (lost.length > 0) return err(unknownSteps(lost));
  const order = topological([...byId.keys()], after);
  if (order.length < byId.size) return err(stepCycle(cycleAmong([...byId.keys()], after, new Set(order))));
  return ok({ order, steps: byId, after });
}

function duplicates(ids: readonly StepId[]): readonly StepId[] {
  const seen = new Set<StepId>();
  return [...new Set(ids.filter((id) => seen.size === seen.add(id).size))];
}

/** Kahn's algorithm; what is in a cycle, or behind one, is left out. */
function topological(ids: readonly StepId[], after: ReadonlyMap<StepId, readonly StepId[]>): readonly StepId[] {
  const waiting = new Map(ids.map((id) => [id, edgesAt(after, id).length]));
  const followers = followersOf(after);
  const position = new Map(ids.map((id, index) => [id, index]));
  const byPosition = (a: StepId, b: StepId): number => Number(position.get(a)) - Number(position.get(b));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  const order: StepId[] = [];
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(next);
    const freed: StepId[] = [];
    for (const follower of edgesAt(followers, next)) {
      if (countDown(waiting, follower) === 0) freed.push(follower);
    }
    ready.push(...freed.sort(byPosition));
  }
  return order;
}

/** One less to wait for; how many are left. */
export function countDown(waiting: Map<StepId, number>, id: StepId): number {
  const left = (waiting.get(id) ?? 1) - 1;
  waiting.set(id, left);
  return left;
}

/** The reverse of `after`: who waits for each step. */
export function followersOf(after: ReadonlyMap<StepId, readonly StepId[]>): ReadonlyMap<StepId, readonly StepId[]> {
  const followers = new Map<StepId, StepId[]>([...after.keys()].map((id) => [id, []]));
  for (const [id, edges] of after) for (const edge of edges) followers.get(edge)?.push(id);
  return followers;
}

function cycleAmong(
  ids: readonly StepId[],
  after: ReadonlyMap<StepId, readonly StepId[]>,
  ordered: ReadonlySet<StepId>,
): readonly StepId[] {
  const path: StepId[] = [];
  let at = ids.find((id) => !ordered.has(id));
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = edgesAt(after, at).find((edge) => !ordered.has(edge));
  }
  return at === undefined ? path : path.slice(path.indexOf(at));
}
