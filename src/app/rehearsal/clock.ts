import type { RehearsalReport } from '../../model/index.js';

/** How a rehearsal tells how it goes, and how it is stopped. */
export interface RehearseWatch {
  note(line: string): void;
  readonly signal: AbortSignal;
}

/** A stopwatch that names its stretches. */
export interface Clock {
  now(): number;
  phase<T>(name: string, work: () => Promise<T>): Promise<T>;
  phases(): RehearsalReport['phases'];
}

/** Starts it. */
export function startClock(): Clock {
  const begun = performance.now();
  const phases: RehearsalReport['phases'][number][] = [];
  const now = (): number => Math.round(performance.now() - begun);
  return {
    now,
    phases: () => phases,
    async phase(name, work) {
      const startMs = now();
      try {
        return await work();
      } finally {
        phases.push({ name, startMs, endMs: now() });
      }
    },
  };
}
