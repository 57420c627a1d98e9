import {
  err,
  type Failure,
  ok,
  type PlannedStep,
  type Result,
  type RunEventBody,
  type Step,
  type StepId,
} from '../model/index.js';
import { type Clock, systemClock } from './clock.js';
import { planStale, planUnknownStep } from './errors.js';
import { buildGraph } from './graph.js';
import { seededRandom } from './random.js';
import { defaultBackoff } from './retry.js';
import type { RunContext, RunRequest, RunSummary } from './run-contract.js';
import { runStep } from './run-step.js';
import { runRemoval } from './run-removal.js';
import { type Outcome, runSchedule } from './schedule.js';

/** Runs a plan to its end. A failed step is part of the summary; an error here means the run itself could not be. */
export async function runPlan(request: RunRequest): Promise<Result<RunSummary>> {
  const steps = checkedSteps(request);
  if (!steps.ok) return steps;
  const settled = await request.worlds.settle?.();
  if (settled?.ok === false) return settled;
  const clock = request.clock ?? systemClock;
  const random = seededRandom(request.seed);
  const halt = new AbortController();
  const context: RunContext = {
    request,
    clock,
    random,
    backoff: request.backoff ?? defaultBackoff,
    stop: AbortSignal.any([request.drain, request.cancel, halt.signal]),
    outputs: new Map([...request.state.records].map(([id, record]) => [id, record.outputs])),
    failures: [],
  };
  const begun = await request.journal.write(runStarted(request), 'durable');
  if (!begun.ok) return begun;
  const outcomes = await scheduleSteps(context, steps.value, halt);
  const verdict = verdictOf(outcomes, context.failures);
  const ended = await request.journal.write({ type: 'run-finished', verdict }, 'durable');
  if (!ended.ok) return ended;
  return ok({ verdict, outcomes, failures: context.failures, outputs: context.outputs });
}

/** The steps the plan names, of the definition or of the former one. */
function checkedSteps({ plan, steps, former = [], saved }: RunRequest): Result<ReadonlyMap<StepId, Step>> {
  const graph = buildGraph(steps);
  if (!graph.ok) return graph;
  const known = new Map([...former, ...steps].map((step) => [step.id, step]));
  const lost = plan.steps.filter((planned) => planned.verdict !== 'remove' && !graph.value.steps.has(planned.id));
  if (lost.length > 0) return err(planUnknownStep(lost.map((planned) => planned.id)));
  const planned = new Set(plan.steps.map((one) => one.id));
  const extra = saved ? steps.find((step) => !planned.has(step.id)) : undefined;
  return extra ? err(planStale(extra.id)) : ok(known);
}

const runStarted = ({ plan, mode, run, seed }: RunRequest): RunEventBody => ({
  type: 'run-started',
  run,
  plan: plan.id,
  mode,
  platform: plan.platform,
  environment: plan.environment,
  seed,
  steps: plan.steps.map(({ id, title, after, verdict, expectedMs }) => ({
    id,
    title,
    after,
    intent: verdict === 'remove' ? 'remove' : 'apply',
    ...(expectedMs !== undefined && { expectedMs }),
  })),
});

async function scheduleSteps(context: RunContext, steps: ReadonlyMap<StepId, Step>, halt: AbortController) {
  const { request, clock } = context;
  const planned = new Map(request.plan.steps.map((one) => [one.id, one]));
  const running = new Set<StepId>();
  const ended = new AbortController();
  const beats = beat(request, clock, running, ended.signal);
  const outcomes = await runSchedule({
    after: new Map(request.plan.steps.map((one) => [one.id, one.after])),
    lane: (id) => (planned.get(id)?.effect === 'remote' ? 'remote' : 'local'),
    limits: { local: request.concurrency ?? 4, remote: request.remoteConcurrency ?? Math.max(16, request.concurrency ?? 0) },
    // Where nothing is known every step counts alike: those with the longest chain behind them still go first.
    expected: (id) => planned.get(id)?.expectedMs ?? 1000,
    random: context.random,
    draining: () => context.stop.aborted,
    skip: (step, because) => {
      request.journal.write({ type: 'step-skipped', step, because }, 'soon');
    },
    run: async (id) => {
      running.add(id);
      const outcome = await runOne(context, planned.get(id), steps.get(id));
      running.delete(id);
      if (request.journal.broken) halt.abort();
      return outcome;
    },
  });
  ended.abort();
  await beats;
  return outcomes;
}

async function runOne(
  context: RunContext,
  planned: PlannedStep | undefined,
  step: Step | undefined,
): Promise<'ok' | 'failed' | 'cancelled'> {
  if (!planned) return 'ok';
  const outcome = planned.verdict === 'remove' ? await runRemoval(context, planned, step) : await runStep(context, planned, step);
  return outcome === 'failed' && planned.verdict === 'remove' && context.request.keepGoing ? 'ok' : outcome;
}

/** Says what runs, so that a silent run can be told from a dead one. */
async function beat(
  { journal, heartbeatMs = 20_000 }: RunRequest,
  clock: Clock,
  running: ReadonlySet<StepId>,
  ended: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(Math.min(heartbeatMs, 30_000), ended);
    if (ended.aborted) return;
    journal.write({ type: 'heartbeat', running: [...running].sort() }, 'soon');
  }
}

function verdictOf(
  outcomes: ReadonlyMap<StepId, Outcome>,
  failures: readonly { readonly failure: Failure }[],
): RunSummary['verdict'] {
  if (failures.some(({ failure }) => failure.kind !== 'cancelled')) return 'failed';
  const all = [...outcomes.values()];
  return all.some((outcome) => outcome === 'cancelled' || outcome === 'waiting') ? 'cancelled' : 'ok';
}
