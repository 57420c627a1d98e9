import {
  type Change,
  type Digest,
  ok,
  type Plan,
  type PlannedStep,
  type ReadWorld,
  type Result,
  type Step,
  type StepId,
  type StepRecord,
} from '../model/index.js';
import { digestOf } from './canonical.js';
import { changedInputs, type Fingerprint } from './fingerprint.js';
import { buildGraph, type Graph, refsIn } from './graph.js';
import { afterRemovals, removals } from './removal.js';
import { resolveInputs } from './resolve.js';
import { differenceFromNothing, look, printStep } from './seam.js';

/** Format of plans, saved ones included. */
export const planVersion = 'strata.dev/plan/v1';

/** What a plan is made from. */
export interface PlanRequest {
  readonly platform: string;
  readonly environment: string;
  /** Digest of the definition. */
  readonly spec: Digest;
  /** All steps the definition yields. */
  readonly steps: readonly Step[];
  /** What stands, folded from the journal. */
  readonly records: ReadonlyMap<StepId, StepRecord>;
  /** Steps the last applied definition yielded: those that stand and are no longer wanted are planned as `remove`. */
  readonly former?: readonly Step[];
  readonly world: ReadWorld;
  /** How many observations at once; 8 where absent. */
  readonly concurrency?: number;
  /** Decides from records and fingerprints alone; observes nothing. */
  readonly offline?: boolean;
  /** Milliseconds past runs took, by step. */
  readonly expected?: ReadonlyMap<StepId, number>;
}

/** One step as looked at while planning. */
interface Judged {
  readonly planned: PlannedStep;
  /** Outputs later steps may rely on; absent unless the step stands unchanged. */
  readonly outputs?: { readonly value: unknown };
}

/** Plans all steps: observes those whose inputs are known, in parallel, and changes nothing. */
export async function planRun(request: PlanRequest): Promise<Result<Plan>> {
  const graph = buildGraph(request.steps);
  if (!graph.ok) return graph;
  const judged = await judgeAll(request, graph.value);
  if (!judged.ok) return judged;
  const gone = removals(request.steps, request.former ?? [], request.records);
  if (!gone.ok) return gone;
  return ok(planOf(request, afterRemovals([...gone.value, ...judged.value], request.former ?? [])));
}

/** Puts steps into a plan and names it by its content. */
export function planOf(
  request: Pick<PlanRequest, 'spec' | 'platform' | 'environment' | 'expected'>,
  steps: readonly PlannedStep[],
): Plan {
  const { spec, platform, environment } = request;
  const timed = steps.map((step) => {
    const expectedMs = request.expected?.get(step.id);
    return expectedMs === undefined ? step : { ...step, expectedMs };
  });
  const content = { apiVersion: planVersion, spec, platform, environment, steps: timed };
  return { ...content, id: digestOf(planContent(content)) };
}

/** What a plan's id is the digest of: all but the id and how long past runs took. */
export function planContent({ apiVersion, spec, platform, environment, steps }: Omit<Plan, 'id'>): unknown {
  return { apiVersion, spec, platform, environment, steps: steps.map(({ expectedMs: _, ...step }) => step) };
}

async function judgeAll(request: PlanRequest, graph: Graph): Promise<Result<readonly PlannedStep[]>> {
  const slots = semaphore(request.concurrency ?? 8);
  const running = new Map<StepId, Promise<Result<Judged>>>();
  for (const id of graph.order) {
    const step = graph.steps.get(id);
    if (step) running.set(id, judgeAfterRefs(request, graph, step, { running, slots }));
  }
  const planned: PlannedStep[] = [];
  for (const id of graph.order) {
    const judged = await running.get(id);
    if (judged && !judged.ok) return judged;
    if (judged) planned.push(judged.value.planned);
  }
  return ok(planned);
}

interface Workers {
  readonly running: ReadonlyMap<StepId, Promise<Result<Judged>>>;
  readonly slots: Semaphore;
}

async function judgeAfterRefs(request: PlanRequest, graph: Graph, step: Step, workers: Workers): Promise<Result<Judged>> {
  const outputs = new Map<StepId, unknown>();
  const missing: StepId[] = [];
  for (const source of refsIn(step.inputs)) {
    const judged = await workers.running.get(source);
    if (judged?.ok && judged.value.outputs) outputs.set(source, judged.value.outputs.value);
    else missing.push(source);
  }
  const base = { id: step.id, title: step.title, after: graph.after.get(step.id) ?? [], effect: step.effect };
  if (missing.length > 0) return ok({ planned: { ...base, changes: waitsFor(missing), verdict: 'unknown' } });
  const want = resolveInputs(step.id, step.inputs, outputs);
  if (!want.ok) return want;
  const print = printStep(step, want.value);
  if (!print.ok) return print;
  const { fingerprint } = print.value;
  const subject = {
    base: { ...base, fingerprint },
    step,
    want: want.value,
    print: print.value,
    record: request.records.get(step.id),
  };
  return request.offline ? judgeOffline(subject) : workers.slots(() => judgeOnline(subject, request.world));
}

const waitsFor = (steps: readonly StepId[]): readonly Change[] => steps.map((to) => ({ what: 'waits for', to }));

interface Subject {
  readonly base: Omit<PlannedStep, 'changes' | 'verdict'>;
  readonly step: Step;
  readonly want: unknown;
  readonly print: Fingerprint;
  readonly record: StepRecord | undefined;
}

async function judgeOffline({ base, step, want, print, record }: Subject): Promise<Result<Judged>> {
  if (!record) {
    const changes = await differenceFromNothing(step, want);
    return changes.ok ? ok({ planned: { ...base, changes: changes.value, verdict: 'create' } }) : changes;
  }
  const changes = changedInputs(print, record);
  if (changes.length > 0) return ok({ planned: { ...base, changes, verdict: 'change' } });
  return ok({ planned: { ...base, changes, verdict: 'keep' }, outputs: { value: record.outputs } });
}

async function judgeOnline({ base, step, want, print, record }: Subject, world: ReadWorld): Promise<Result<Judged>> {
  const seen = await look(step, want, world);
  if (!seen.ok) {
    if (seen.error.kind === 'bug' || seen.error.kind === 'cancelled') return seen;
    // Not to be seen from here and now (an endpoint that is down, a tool that is still to come): said, not guessed.
    return ok({
      planned: { ...base, changes: [{ what: 'cannot be observed yet', to: seen.error.diagnostic.message }], verdict: 'unknown' },
    });
  }
  const { got } = seen.value;
  const changes = differences(seen.value.changes, print, got === undefined ? undefined : record);
  if (got === undefined) return ok({ planned: { ...base, changes, verdict: 'create' } });
  if (changes.length > 0) return ok({ planned: { ...base, changes, verdict: 'change' } });
  return ok({ planned: { ...base, changes, verdict: 'keep' }, outputs: { value: got } });
}

/** Observed differences, then inputs that changed since the record and that no observed difference names. */
export function differences(seen: readonly Change[], print: Fingerprint, record: StepRecord | undefined): readonly Change[] {
  if (!record) return seen;
  const named = new Set(seen.map((change) => change.what.split('.')[0]));
  return [...seen, ...changedInputs(print, record).filter((change) => !named.has(change.what))];
}

type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `limit` pieces of work run at once. */
export function semaphore(limit: number): Semaphore {
  let free = Math.max(1, limit);
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
