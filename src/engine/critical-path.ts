import type { RunState, StepId } from '../model/index.js';

/** One link of the chain that bounded a run. */
export interface CriticalStep {
  readonly id: StepId;
  readonly title: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Milliseconds between the end of what it waited for and its start: waiting for a free slot. */
  readonly waitedMs: number;
}

/** The chain of steps, first to last, none of which could have ended later without the run ending later. */
export interface CriticalPath {
  readonly steps: readonly CriticalStep[];
  /** From the start of the first to the end of the last. */
  readonly totalMs: number;
}

interface Timed {
  readonly id: StepId;
  readonly title: string;
  readonly startedAt: string;
  readonly start: number;
  readonly end: number;
}

/** Walks back from the step that ended last, each time to the dependency that ended last. */
export function criticalPath(state: RunState): CriticalPath {
  const timed = timedSteps(state);
  const after = new Map(state.plan.map((step) => [step.id, step.after]));
  const chain: CriticalStep[] = [];
  let at = lastOf([...timed.values()]);
  const end = at?.end ?? 0;
  let start = end;
  while (at) {
    const before = lastOf((after.get(at.id) ?? []).flatMap((id) => timed.get(id) ?? []));
    const { id, title, startedAt } = at;
    chain.unshift({
      id,
      title,
      startedAt,
      durationMs: at.end - at.start,
      waitedMs: before ? Math.max(0, at.start - before.end) : 0,
    });
    start = at.start;
    timed.delete(at.id); // a damaged plan with a cycle must not turn the walk into a loop
    at = before;
  }
  return { steps: chain, totalMs: end - start };
}

function timedSteps(state: RunState): Map<StepId, Timed> {
  const timed = new Map<StepId, Timed>();
  for (const { step, title, startedAt, durationMs } of state.steps.values()) {
    if (startedAt === undefined || durationMs === undefined) continue;
    const start = Date.parse(startedAt);
    timed.set(step, { id: step, title, startedAt, start, end: start + durationMs });
  }
  return timed;
}

function lastOf(steps: readonly Timed[]): Timed | undefined {
  return steps.reduce<Timed | undefined>((last, step) => (!last || step.end > last.end ? step : last), undefined);
}
