import { err, type Failure, type Result, type StepId } from '../model/index.js';
import type { Clock } from './clock.js';
import { cancelled, deadlinePassed } from './errors.js';

/** Waits between attempts, in milliseconds: doubled each time, spread by ±25 % so that steps do not march in step. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Half a second at first, ten at most. */
export const defaultBackoff: Backoff = { firstMs: 500, maxMs: 10_000 };

/** What repeats an attempt. */
export interface Retry {
  readonly step: StepId;
  /** Milliseconds from the first attempt; 0 = one attempt only. */
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly random: () => number;
  /** Between attempts is a safe place to stop. */
  readonly stop: AbortSignal;
}

/** Repeats while the failure is `not-ready` and the deadline is ahead; any other failure ends it. */
export async function retryNotReady<T>(retry: Retry, attempt: (number: number) => Promise<Result<T>>): Promise<Result<T>> {
  const end = retry.clock.now() + retry.deadlineMs;
  for (let number = 1; ; number += 1) {
    const result = await attempt(number);
    if (result.ok || result.error.kind !== 'not-ready' || retry.deadlineMs === 0) return result;
    const waitMs = pauseBefore(number, retry);
    if (retry.clock.now() + waitMs > end) return err(deadlinePassed(retry.step, retry.deadlineMs, result.error));
    await retry.clock.sleep(waitMs, retry.stop);
    if (retry.stop.aborted) return err(interrupted(retry.step, result.error));
  }
}

function pauseBefore(number: number, { backoff, random }: Retry): number {
  return Math.min(backoff.maxMs, backoff.firstMs * 2 ** (number - 1)) * (0.75 + random() / 2);
}

const interrupted = (step: StepId, cause: Failure): Failure => ({ ...cancelled(step), cause });
