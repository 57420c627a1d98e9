import { err, type Failure, type ReadWorld, type Result, type StepId, type World } from '../model/index.js';
import { cancelled } from './errors.js';
import { retryNotReady } from './retry.js';
import type { RunContext, Scope } from './run-contract.js';

/** One step's way through a run: what applying and removing have in common. */
export interface StepRun {
  readonly id: StepId;
  readonly startedMs: number;
  readonly reader: ReadWorld;
  readonly world: World;
  /** Announces an attempt; resolves once that is durable, before which no effect may begin. */
  begin(attempt: number): Promise<Result<void>>;
  /** Waits for an action; an interrupted one gets a grace, then is left behind. */
  within<T>(work: Promise<Result<T>>): Promise<Result<T>>;
  elapsedMs(): number;
}

/** Opens a step's scope: its worlds, its clock, its way to the journal. */
export function openStepRun(context: RunContext, id: StepId): StepRun {
  const { request, clock } = context;
  const startedMs = clock.now();
  const signal = ownSignal(request.cancel);
  const scope: Scope = {
    signal,
    emit: (event) => {
      request.journal.write({ ...event, step: id }, 'soon');
    },
  };
  return {
    id,
    startedMs,
    reader: request.worlds.reader(scope),
    world: request.worlds.world(scope),
    begin: (attempt) => request.journal.write({ type: 'step-started', step: id, attempt }, 'durable'),
    within: (work) => interruptible(context, { id, signal }, work),
    elapsedMs: () => Math.max(0, Math.round(clock.now() - startedMs)),
  };
}

/** Repeats attempts of a step as its deadline allows. */
export function attempts<T>(
  context: RunContext,
  id: StepId,
  deadlineMs: number,
  attempt: (number: number) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { clock, random, backoff } = context;
  const stop = ownSignal(context.stop);
  return retryNotReady({ step: id, deadlineMs, backoff, clock, random, stop }, attempt);
}

/** Writes a failure down and says how the step ended. */
export async function failStep(context: RunContext, run: StepRun, failure: Failure): Promise<'failed' | 'cancelled'> {
  const told =
    context.request.cancel.aborted && failure.kind !== 'cancelled' ? { ...cancelled(run.id), cause: failure } : failure;
  context.failures.push({ step: run.id, failure: told });
  await context.request.journal.write(
    { type: 'step-failed', step: run.id, failure: told, durationMs: run.elapsedMs() },
    'durable',
  );
  return told.kind === 'cancelled' ? 'cancelled' : 'failed';
}

/** One per step: listeners of many steps on one signal would look like a leak. */
const ownSignal = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);

async function interruptible<T>(
  { request, clock }: RunContext,
  { id, signal }: { readonly id: StepId; readonly signal: AbortSignal },
  work: Promise<Result<T>>,
): Promise<Result<T>> {
  const settled = new AbortController();
  const left = (async (): Promise<Result<T>> => {
    if (!signal.aborted) await aborted(signal, settled.signal);
    if (!settled.signal.aborted) await clock.sleep(request.cancelGraceMs ?? 5_000, settled.signal);
    return err(cancelled(id));
  })();
  try {
    return await Promise.race([work, left]);
  } finally {
    settled.abort();
  }
}

/** Resolves when either aborts, and leaves no listener behind. */
function aborted(first: AbortSignal, second: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      first.removeEventListener('abort', end);
      second.removeEventListener('abort', end);
      resolve();
    };
    first.addEventListener('abort', end);
    second.addEventListener('abort', end);
  });
}
