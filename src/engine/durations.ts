import type { RunEvent, RunState, StepId } from '../model/index.js';

/** Milliseconds each step took when it was really applied, newest run last. */
export type DurationHistory = Readonly<Record<string, readonly number[]>>;

/** How many past runs are remembered: enough for a median that one slow day does not move. */
export const remembered = 9;

/** Adds a run's applied steps; kept and failed ones say nothing about how long applying takes. */
export function rememberDurations(history: DurationHistory, state: RunState): DurationHistory {
  const next: Record<string, readonly number[]> = { ...history };
  for (const { step, phase, durationMs } of state.steps.values()) {
    if (durationMs === undefined || (phase !== 'done' && phase !== 'removed')) continue;
    const key = durationKey(step, phase === 'removed' ? 'remove' : 'apply');
    next[key] = [...(next[key] ?? []), durationMs].slice(-remembered);
  }
  return next;
}

/** Removals are timed apart from applications. */
export const durationKey = (step: StepId, intent: 'apply' | 'remove'): string => (intent === 'remove' ? `remove:${step}` : step);

/** Median of past runs, by step. */
export function expectedDurations(
  history: DurationHistory,
  steps: Iterable<StepId>,
  intent: 'apply' | 'remove',
): ReadonlyMap<StepId, number> {
  const expected = new Map<StepId, number>();
  for (const step of steps) {
    const value = median(history[durationKey(step, intent)] ?? []);
    if (value !== undefined) expected.set(step, value);
  }
  return expected;
}

/** Middle value; the mean of the two middle ones where their number is even; `undefined` of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? undefined : Math.round((low + high) / 2);
}

/** Steps that any run in these events ever started and that were not removed since. */
export function startedSteps(events: Iterable<RunEvent>): ReadonlySet<StepId> {
  const started = new Set<StepId>();
  for (const event of events) {
    if (event.type === 'step-started') started.add(event.step);
    else if (event.type === 'step-finished' && event.verdict === 'removed') started.delete(event.step);
  }
  return started;
}
