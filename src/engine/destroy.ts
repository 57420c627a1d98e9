import { ok, type Plan, type Result, type StepId } from '../model/index.js';
import { buildGraph } from './graph.js';
import { type PlanRequest, planOf } from './plan.js';
import { removals, removalSteps } from './removal.js';

/** What a destruction is planned from; nothing is observed before each step's own turn. */
export type DestroyRequest = Omit<PlanRequest, 'world' | 'concurrency' | 'offline'> & {
  /** Steps that were ever started: a killed step may have left something though it has no record. */
  readonly started: ReadonlySet<StepId>;
};

/** Plans the removal of all that was ever started, dependants first. */
export function planDestroy(request: DestroyRequest): Result<Plan> {
  const graph = buildGraph(request.steps);
  if (!graph.ok) return graph;
  const gone = removals(request.steps, request.former ?? [], request.records);
  if (!gone.ok) return gone;
  const { order, steps, after } = graph.value;
  const touched = order.filter((id) => request.records.has(id) || request.started.has(id));
  return ok(planOf(request, [...gone.value, ...removalSteps(steps, after, touched)]));
}
