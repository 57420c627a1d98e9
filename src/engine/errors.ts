import { type Evidence, type Failure, failure, type StepId } from '../model/index.js';

const report = { say: 'This is a defect of Strata or of a provider: please report it with the journal of the run.' };

/** Two steps claim one id. */
export const duplicateSteps = (ids: readonly StepId[]): Failure =>
  failure('invalid', 'ENGINE-DUPLICATE-STEP', `more than one step is called ${ids.join(', ')}`, {
    say: 'Give each component of a layer its own name.',
  });

/** Edges that lead nowhere, each as `from → to`. */
export const unknownSteps = (edges: readonly string[]): Failure =>
  failure('invalid', 'ENGINE-UNKNOWN-STEP', `steps wait for steps that do not exist: ${edges.join(', ')}`, {
    say: 'Add the component that provides the missing step, or remove the one that needs it.',
  });

/** The steps of one cycle, in order. */
export const stepCycle = (ids: readonly StepId[]): Failure =>
  failure('invalid', 'ENGINE-STEP-CYCLE', `steps wait for each other: ${[...ids, ids[0]].join(' → ')}`, {
    say: 'Remove one of these dependencies.',
  });

/** An output has no such member. */
export const refMissing = (step: StepId, source: StepId, path: string): Failure =>
  failure('bug', 'ENGINE-REF-MISSING', `${step} reads "${path}" of ${source}, whose output has no such member`, report);

/** An action threw. */
export const thrown = (step: StepId, during: string, error: unknown): Failure =>
  failure(
    'bug',
    'ENGINE-THROWN',
    `${during} of ${step} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    report,
  );

/** Verification said no. */
export const verifyFailed = (step: StepId, claims: readonly Pick<Evidence, 'claim'>[]): Failure =>
  failure('tool-failed', 'ENGINE-VERIFY-FAILED', `${step} was applied but not proven: ${claims.map((c) => c.claim).join('; ')}`, {
    say: 'Read the evidence of the step; run again once the cause is gone.',
    command: `strata explain ${step}`,
  });

/** Retries ran into the step's deadline. */
export function deadlinePassed(step: StepId, deadlineMs: number, last: Failure): Failure {
  const made = failure(
    'timeout',
    'ENGINE-STEP-DEADLINE',
    `${step} was not ready within ${Math.round(deadlineMs / 1000)} s: ${last.diagnostic.message}`,
    ...last.diagnostic.remedies,
  );
  return { ...made, cause: last };
}

/** The user asked to stop. */
export const cancelled = (step: StepId): Failure =>
  failure('cancelled', 'ENGINE-CANCELLED', `${step} was interrupted`, { say: 'Go on where it stopped.', command: 'strata up' });

/** The world moved on since the plan was saved. */
export const strongerThanPlanned = (step: StepId, planned: string, now: string): Failure =>
  failure('refused', 'ENGINE-PLAN-STRONGER', `the saved plan says "${planned}" for ${step}, but now it would be "${now}"`, {
    say: 'Make a new plan and review it.',
    command: 'strata plan',
  });

/** A saved plan was made from other inputs. */
export const planStale = (step: StepId): Failure =>
  failure('refused', 'ENGINE-PLAN-STALE', `the inputs of ${step} are not the ones the saved plan was made from`, {
    say: 'Make a new plan and review it.',
    command: 'strata plan',
  });

/** A plan names a step the definition does not yield. */
export const planUnknownStep = (ids: readonly StepId[]): Failure =>
  failure('refused', 'ENGINE-PLAN-UNKNOWN-STEP', `the plan names steps that the definition does not yield: ${ids.join(', ')}`, {
    say: 'Make a new plan from the present definition.',
    command: 'strata plan',
  });

/** Bytes inside the journal do not match their checksum. */
export const journalCorrupt = (offset: number, what: string): Failure =>
  failure('corrupt', 'ENGINE-JOURNAL-CORRUPT', `the journal is damaged at byte ${offset}: ${what}`, {
    say: 'Restore the journal from a backup; or move it away: the next run then observes every step anew.',
  });

/** A newer Strata wrote the journal. */
export const journalVersion = (version: number, known: number): Failure =>
  failure('version', 'ENGINE-JOURNAL-VERSION', `the journal has format ${version}; this Strata reads up to ${known}`, {
    say: 'Use the Strata that wrote it, or a newer one.',
  });

/** The journal could not be written, so nothing more is started. */
export const journalClosed: Failure = failure(
  'bug',
  'ENGINE-JOURNAL-CLOSED',
  'an event came after the journal was closed',
  report,
);

/** A saved plan is not what it was. */
export const planDamaged = (what: string): Failure =>
  failure('corrupt', 'ENGINE-PLAN-DAMAGED', `the saved plan cannot be used: ${what}`, {
    say: 'Make a new plan.',
    command: 'strata plan',
  });

/** A saved plan of another format. */
export const planVersionUnknown = (found: string, known: string): Failure =>
  failure('version', 'ENGINE-PLAN-VERSION', `the saved plan has format ${found}; this Strata knows ${known}`, {
    say: 'Make a new plan.',
    command: 'strata plan',
  });
