import {
  type Claim,
  err,
  ok,
  type PlannedStep,
  type Result,
  type RunState,
  type Step,
  type StepId,
  type StepRecord,
} from '../model/index.js';
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
  /** Its last try was killed, failed, or not proven. */
  readonly unsettled: boolean;
  /** Its last try was killed, though an earlier one had finished it. */
  readonly cutShort: boolean;
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
  return ok({
    step,
    planned,
    want: want.value,
    print: print.value,
    record: request.state.records.get(step.id),
    unsettled: isUnsettled(request.state, step.id),
    cutShort: request.state.steps.get(step.id)?.phase === 'running' && request.state.records.has(step.id),
  });
}

function isUnsettled({ steps, evidence }: RunState, id: StepId): boolean {
  const phase = steps.get(id)?.phase;
  return phase === 'running' || phase === 'failed' || evidence.some((one) => one.step === id && one.verdict === 'fail');
}

async function attempt(context: RunContext, run: StepRun, subject: Subject, number: number): Promise<Result<Made>> {
  const { step, want } = subject;
  const begun = run.begin(number); // becomes durable while we look; looking has no effect
  const seen = await run.within(look(step, want, run.reader));
  if (!seen.ok) return seen;
  const kept = await keep(context, run, subject, { seen: seen.value, number });
  if (kept) return ok(kept);
  const allowed = number > 1 ? ok(undefined) : withinPlan(context, subject, seen.value);
  if (!allowed.ok) return allowed;
  const durable = await begun;
  if (!durable.ok) return durable;
  const applied = await run.within(applyStep(step, want, seen.value.got, run.world));
  if (!applied.ok) return applied;
  const claims = await run.within(verifyStep(step, want, applied.value, run.reader));
  if (!claims.ok) return claims;
  writeDown(context, step, claims.value);
  const failed = claims.value.filter((claim) => claim.verdict === 'fail');
  return failed.length > 0 ? err(verifyFailed(step.id, failed)) : ok({ verdict: 'done', outputs: applied.value });
}

/**
 * What is true already is not applied. Where the journal does not vouch for it (no record, or its last try was cut
 * short or not proven), it is proven first; where it was made from other inputs, looking cannot tell and it is applied.
 */
async function keep(
  context: RunContext,
  run: StepRun,
  subject: Subject,
  { seen, number }: { readonly seen: Seen; readonly number: number },
): Promise<Made | undefined> {
  const { step, want, record, print, unsettled, cutShort } = subject;
  if (seen.got === undefined || seen.changes.length > 0) return undefined;
  if (record && record.fingerprint !== print.fingerprint) return undefined;
  if (record && !unsettled && number === 1) return { verdict: 'kept', outputs: seen.got };
  const claims = await run.within(verifyStep(step, want, seen.got, run.reader));
  if (!claims.ok || claims.value.some((claim) => claim.verdict === 'fail')) return undefined;
  writeDown(context, step, claims.value);
  // A step that had finished once and was only cut short while being looked at is kept, not done again.
  return { verdict: number > 1 || (unsettled && !cutShort) ? 'done' : 'kept', outputs: seen.got };
}

/**
 * A reviewed plan may only be weakened: what it keeps is not touched, what it creates must not be there already.
 * A step that an earlier try left half-way is exempt: that rest is its own.
 */
function withinPlan({ request }: RunContext, { step, planned, unsettled }: Subject, seen: Seen): Result<void> {
  if (!request.saved || unsettled || planned.verdict === 'unknown') return ok(undefined);
  const now = seen.got === undefined ? 'create' : 'change';
  const stronger = planned.verdict === 'keep' || (planned.verdict === 'create' && now === 'change');
  return stronger ? err(strongerThanPlanned(step.id, planned.verdict, now)) : ok(undefined);
}

function writeDown({ request, clock }: RunContext, step: Step, claims: readonly Claim[]): void {
  for (const claim of claims) {
    request.journal.write({ type: 'evidence', evidence: { ...claim, step: step.id, at: isoTime(clock) } }, 'soon');
  }
}

async function finish(context: RunContext, run: StepRun, { step, print, record }: Subject, made: Made): Promise<'ok' | 'failed'> {
  const outputs = plainOutputs(step, made.outputs);
  if (!outputs.ok) {
    await failStep(context, run, outputs.error);
    return 'failed';
  }
  const durationMs = run.elapsedMs();
  const unchanged = made.verdict === 'kept' && record !== undefined && digestOf(record.outputs) === digestOf(outputs.value);
  // Not waited for: whatever comes next has its own beginning made durable first, and this one with it.
  context.request.journal.write(
    {
      type: 'step-finished',
      step: step.id,
      verdict: made.verdict,
      durationMs,
      ...(!unchanged && { record: { ...print, outputs: outputs.value, durationMs } }),
    },
    unchanged ? 'soon' : 'durable',
  );
  context.outputs.set(step.id, outputs.value);
  return 'ok';
}
