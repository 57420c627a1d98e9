import { type Claim, err, ok, type PlannedStep, type Result, type Step, type StepRecord } from '../model/index.js';
import { digestOf } from './canonical.js';
import { isoTime } from './clock.js';
import { planStale, planUnknownStep, strongerThanPlanned, verifyFailed } from './errors.js';
import type { Fingerprint } from './fingerprint.js';
import { resolveInputs } from './resolve.js';
import type { RunContext } from './run-contract.js';
import { applyStep, look, plainOutputs, printStep, type Seen, verifyStep } from './seam.js';
import { attempts, failStep, openStepRun, type StepRun } from './step-run.js';

/** One step with what it wants, known. */
interface Subject {
  readonly step: Step;
  readonly planned: PlannedStep;
  readonly want: unknown;
  readonly print: Fingerprint;
  /** What the last run left, whatever its fingerprint. */
  readonly record: StepRecord | undefined;
  /** A killed or failed run was in the middle of it. */
  readonly interrupted: boolean;
}

/** How an attempt made the step true. */
interface Made {
  readonly verdict: 'done' | 'kept';
  readonly outputs: unknown;
}

/** Makes one step true, or finds that it is. */
export async function runStep(
  context: RunContext,
  planned: PlannedStep,
  step: Step | undefined,
): Promise<'ok' | 'failed' | 'cancelled'> {
  const run = openStepRun(context, planned.id);
  const subject = subjectOf(context, planned, step);
  if (!subject.ok) {
    await run.begin(1);
    return failStep(context, run, subject.error);
  }
  const made = await attempts(context, run.id, step?.deadlineMs ?? 0, (number) => attempt(context, run, subject.value, number));
  if (!made.ok) return failStep(context, run, made.error);
  return finish(context, run, subject.value, made.value);
}

function subjectOf({ request, outputs }: RunContext, planned: PlannedStep, step: Step | undefined): Result<Subject> {
  if (!step) return err(planUnknownStep([planned.id]));
  const want = resolveInputs(step.id, step.inputs, outputs);
  if (!want.ok) return want;
  const print = printStep(step, want.value);
  if (!print.ok) return print;
  if (request.saved && planned.fingerprint && planned.fingerprint !== print.value.fingerprint) return err(planStale(step.id));
  const phase = request.state.steps.get(step.id)?.phase;
  return ok({
    step,
    planned,
    want: want.value,
    print: print.value,
    record: request.state.records.get(step.id),
    interrupted: phase === 'running' || phase === 'failed',
  });
}

async function attempt(context: RunContext, run: StepRun, subject: Subject, number: number): Promise<Result<Made>> {
  const { step, want, record, print } = subject;
  const begun = run.begin(number); // becomes durable while we look; looking has no effect
  const seen = await run.within(look(step, want, run.reader));
  if (!seen.ok) return seen;
  const known = record?.fingerprint === print.fingerprint;
  if (isTrue(seen.value) && known) return ok({ verdict: 'kept', outputs: seen.value.got });
  if (isTrue(seen.value) && !record) {
    const adopted = await prove(context, run, subject, seen.value.got);
    if (adopted.ok) return ok({ verdict: number > 1 || subject.interrupted ? 'done' : 'kept', outputs: seen.value.got });
  }
  const allowed = withinPlan(context, subject, seen.value);
  if (!allowed.ok) return allowed;
  const durable = await begun;
  if (!durable.ok) return durable;
  const applied = await run.within(applyStep(step, want, seen.value.got, run.world));
  if (!applied.ok) return applied;
  const proven = await prove(context, run, subject, applied.value);
  return proven.ok ? ok({ verdict: 'done', outputs: applied.value }) : proven;
}

const isTrue = (seen: Seen): boolean => seen.got !== undefined && seen.changes.length === 0;

/**
 * A reviewed plan may only be weakened: what it keeps is not touched, what it creates must not be there already.
 * A step that an earlier try left half-way is exempt: that rest is its own.
 */
function withinPlan({ request }: RunContext, { step, planned, interrupted }: Subject, seen: Seen): Result<void> {
  if (!request.saved || interrupted || planned.verdict === 'unknown') return ok(undefined);
  const now = seen.got === undefined ? 'create' : 'change';
  const stronger = planned.verdict === 'keep' || (planned.verdict === 'create' && now === 'change');
  return stronger ? err(strongerThanPlanned(step.id, planned.verdict, now)) : ok(undefined);
}

/** Verifies and writes the evidence down; any `fail` is a failure. */
async function prove({ request, clock }: RunContext, run: StepRun, { step, want }: Subject, got: unknown): Promise<Result<void>> {
  const claims = await run.within(verifyStep(step, want, got, run.reader));
  if (!claims.ok) return claims;
  for (const claim of claims.value) {
    request.journal.write({ type: 'evidence', evidence: { ...claim, step: step.id, at: isoTime(clock) } }, 'soon');
  }
  const failed: readonly Claim[] = claims.value.filter((claim) => claim.verdict === 'fail');
  return failed.length > 0 ? err(verifyFailed(step.id, failed)) : ok(undefined);
}

async function finish(context: RunContext, run: StepRun, { step, print, record }: Subject, made: Made): Promise<'ok' | 'failed'> {
  const outputs = plainOutputs(step, made.outputs);
  if (!outputs.ok) {
    await failStep(context, run, outputs.error);
    return 'failed';
  }
  const durationMs = run.elapsedMs();
  const unchanged = made.verdict === 'kept' && record !== undefined && digestOf(record.outputs) === digestOf(outputs.value);
  const told = await context.request.journal.write(
    {
      type: 'step-finished',
      step: step.id,
      verdict: made.verdict,
      durationMs,
      ...(!unchanged && { record: { ...print, outputs: outputs.value, durationMs } }),
    },
    unchanged ? 'soon' : 'durable',
  );
  if (!told.ok) return 'failed';
  context.outputs.set(step.id, outputs.value);
  return 'ok';
}
