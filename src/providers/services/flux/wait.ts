import type { Failure, ReadWorld, Result } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';

/** What one look found: it is there, or why not yet. */
export type Look<T> = { readonly done: T } | { readonly waiting: string };

/** How long to look, how often, and what to say when time is up. */
export interface Wait {
  readonly deadlineMs: number;
  /** What to do between looks, for a few seconds at most: a watch, or a pause. */
  readonly between: () => Promise<unknown>;
  readonly late: (why: string) => Failure;
}

/**
 * Looks until it is there, and tells the user whenever the reason for waiting changes.
 * `not-ready` failures are looked through: the API server may be away for a moment. `last` is true when no look follows.
 */
export async function waitUntil<T>(
  w: ReadWorld,
  wait: Wait,
  look: (turn: { readonly last: boolean }) => Promise<Result<Look<T>>>,
): Promise<Result<T>> {
  const end = w.now().getTime() + wait.deadlineMs;
  let told = '';
  for (;;) {
    const last = w.now().getTime() >= end || w.signal.aborted;
    const seen = await look({ last });
    if (seen.ok && 'done' in seen.value) return ok(seen.value.done);
    if (!seen.ok && seen.error.kind !== 'not-ready') return seen;
    const why = waitingFor(seen);
    if (last) return err(wait.late(why));
    if (why !== '' && why !== told) w.note(why);
    if (why !== '') told = why;
    await wait.between();
  }
}

function waitingFor(seen: Result<Look<unknown>>): string {
  if (!seen.ok) return seen.error.diagnostic.message;
  return 'waiting' in seen.value ? seen.value.waiting : '';
}
