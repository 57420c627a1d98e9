import { fold, type Journal, openJournal, runPlan, type RunSummary, rememberDurations, startFolding } from '../engine/index.js';
import { acquireLock } from '../host/index.js';
import { err, failure, ok, type Plan, type Result, type RunEvent, type RunState, type Step } from '../model/index.js';
import type { Site } from './site.js';

/** What a run tells while it runs, and how it is asked to stop. */
export interface RunWatch {
  /** Sees every event in order. */
  readonly listen: (event: RunEvent) => void;
  /** First wish to stop: running steps finish, nothing new starts. */
  readonly drain: AbortSignal;
  /** Second wish: what runs is interrupted. */
  readonly cancel?: AbortSignal;
}

/** An environment held by this process: nobody else writes to it. */
export interface Held {
  readonly site: Site;
  readonly journal: Journal;
  /** Every event so far, those of this process included. */
  readonly events: readonly RunEvent[];
  state(): RunState;
}

/** Takes the lock, repairs and opens the journal, does the work, and lets go whatever happened. */
export async function holding<T>(
  site: Site,
  command: string,
  watch: RunWatch,
  work: (held: Held) => Promise<Result<T>>,
): Promise<Result<T>> {
  const lock = await acquireLock(site.lockPath, command);
  if (!lock.ok) return lock;
  try {
    const events: RunEvent[] = [];
    const opened = await openJournal({
      store: site.journal,
      redact: site.host.redact,
      listen: (event) => {
        events.push(event);
        watch.listen(event);
      },
    });
    if (!opened.ok) return opened;
    events.unshift(...opened.value.decoded.events);
    const done = await work({ site, journal: opened.value.journal, events, state: () => fold(events) });
    const closed = await opened.value.journal.close();
    return closed.ok || !done.ok ? done : closed;
  } finally {
    await site.journal.close();
    await lock.value.release();
  }
}

/** What to run. */
export interface Work {
  readonly plan: Plan;
  readonly steps: readonly Step[];
  readonly former?: readonly Step[];
  readonly mode: 'up' | 'destroy';
  readonly saved?: boolean;
}

/** How a run ended, with the state folded after it. */
export interface Ran {
  readonly summary: RunSummary;
  /** Of this run alone. */
  readonly state: RunState;
}

/** Runs a plan and remembers how long its steps took. */
export async function runHeld(held: Held, work: Work, watch: RunWatch): Promise<Result<Ran>> {
  const { site, journal } = held;
  const before = held.events.length;
  const ran = await runPlan({
    ...work,
    state: held.state(),
    journal,
    worlds: site.host,
    run: `${work.mode}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`,
    seed: Math.floor(Math.random() * 2 ** 31),
    keepGoing: work.mode === 'destroy',
    // Most local steps wait for a download, a machine or their turn at the compiler; the toolchain limits what is costly itself.
    concurrency: 12,
    drain: watch.drain,
    cancel: watch.cancel ?? new AbortController().signal,
  });
  if (!ran.ok) return ran;
  const folding = startFolding();
  for (const event of held.events.slice(before)) folding.add(event);
  const state = folding.state();
  const history = site.history(work.plan.platform);
  await history.keepDurations(rememberDurations(await history.durations(), state)); // lost history costs an estimate, no more
  return ok({ summary: ran.value, state });
}

/** A world for what a use case itself writes. */
export const ownWorld = (site: Site) => site.host.world({ signal: new AbortController().signal, emit: () => undefined });

/** A run that did not end well, as one failure that leads to the others. */
export function failureOf(summary: RunSummary, resume: string): Result<void> {
  if (summary.verdict === 'ok') return ok(undefined);
  if (summary.verdict === 'cancelled')
    return err(
      failure('cancelled', 'RUN-CANCELLED', 'The run was stopped; what was finished stands.', {
        say: 'Go on where it was.',
        command: resume,
      }),
    );
  const first = summary.failures[0];
  const message = `${summary.failures.length} step(s) failed, the first was ${first?.step ?? 'unknown'}.`;
  return err({
    ...failure('tool-failed', 'RUN-FAILED', message, {
      say: 'Mend the cause and go on: finished steps are not redone.',
      command: resume,
    }),
    ...(first && { cause: first.failure }),
  });
}
