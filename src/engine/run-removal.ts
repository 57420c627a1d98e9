import { ok, type PlannedStep, type Result, type Step } from '../model/index.js';
import { resolveInputs } from './resolve.js';
import type { RunContext } from './run-contract.js';
import { look, removeStep } from './seam.js';
import { attempts, failStep, openStepRun, type StepRun } from './step-run.js';

/** Takes one step away and drops its record. */
export async function runRemoval(
  context: RunContext,
  planned: PlannedStep,
  step: Step | undefined,
): Promise<'ok' | 'failed' | 'cancelled'> {
  const run = openStepRun(context, planned.id);
  const gone = goesWithin(context, step)
    ? await run.begin(1)
    : await attempts(context, run.id, step?.deadlineMs ?? 0, (number) => attemptRemoval(context, run, step, number));
  if (!gone.ok) return failStep(context, run, gone.error);
  // Not waited for: whatever comes next has its own beginning made durable first, and this one with it.
  context.request.journal.write(
    { type: 'step-finished', step: run.id, verdict: 'removed', durationMs: run.elapsedMs() },
    'durable',
  );
  context.outputs.delete(run.id);
  return 'ok';
}

/** What a step lives in is removed by this very plan, and takes it along. */
const goesWithin = ({ request }: RunContext, step: Step | undefined): boolean =>
  step?.within !== undefined && request.plan.steps.some(({ id, verdict }) => id === step.within && verdict === 'remove');

async function attemptRemoval(context: RunContext, run: StepRun, step: Step | undefined, number: number): Promise<Result<void>> {
  const begun = await run.begin(number);
  if (!begun.ok) return begun;
  if (!step?.action.remove) return ok(undefined); // nothing but a record stands for it
  const got = await whatStands(context, run, step);
  if (got === undefined) return ok(undefined);
  return run.within(removeStep(step, got, run.world));
}

/** What is seen now, else what the last run recorded; `undefined` where neither knows of anything. */
async function whatStands({ request, outputs }: RunContext, run: StepRun, step: Step): Promise<unknown> {
  const recorded = request.state.records.get(step.id)?.outputs;
  const want = resolveInputs(step.id, step.inputs, outputs);
  const seen = want.ok ? await run.within(look(step, want.value, run.reader)) : want;
  if (seen.ok) return seen.value.got ?? recorded;
  if (recorded === undefined) run.reader.note(`cannot be looked at, and nothing is recorded: ${seen.error.diagnostic.message}`);
  return recorded;
}
