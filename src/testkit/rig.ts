import {
  type Clock,
  fold,
  type JournalStore,
  openJournal,
  planDestroy,
  planRun,
  type RunSummary,
  runPlan,
  startedSteps,
  type Worlds,
} from '../engine/index.js';
import type { Digest, Plan, Result, RunEvent, RunState, Step } from '../model/index.js';
import { memoryJournal } from './memory-journal.js';

/** What a test sets up to run the engine. */
export interface Rig {
  readonly steps: readonly Step[];
  readonly former?: readonly Step[];
  readonly worlds: Worlds;
  readonly journal?: JournalStore;
  readonly mode?: 'up' | 'destroy';
  readonly seed?: number;
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly drain?: AbortSignal;
  readonly cancel?: AbortSignal;
  readonly cancelGraceMs?: number;
  readonly heartbeatMs?: number;
  /** Runs this plan instead of a new one, as a saved one. */
  readonly plan?: Plan;
  readonly keepGoing?: boolean;
  readonly listen?: (event: RunEvent) => void;
  readonly redact?: (text: string) => string;
}

/** What came of it. */
export interface RigResult {
  readonly plan: Plan;
  readonly run: Result<RunSummary>;
  /** Of this run alone. */
  readonly events: readonly RunEvent[];
  /** Folded from the whole journal. */
  readonly state: RunState;
}

/** Any digest; tests of the engine have no definition. */
export const anyDigest = `sha256:${'0'.repeat(64)}` as Digest; // a constant of the right form

const never = new AbortController().signal;

/** Plans, runs, closes: what the program does, on a store in memory. A journal or plan that cannot be made is thrown. */
export async function runOnce(rig: Rig): Promise<RigResult> {
  const store = rig.journal ?? memoryJournal();
  const events: RunEvent[] = [];
  const opened = await openJournal({
    store,
    listen: (event) => {
      events.push(event);
      rig.listen?.(event);
    },
    ...(rig.clock && { clock: rig.clock }),
    ...(rig.redact && { redact: rig.redact }),
  });
  const { journal, decoded } = must(opened);
  const before = fold(decoded.events);
  const plan = rig.plan ?? must(await planOnce(rig, before, decoded.events));
  const run = await runPlan({
    plan,
    steps: rig.steps,
    ...(rig.former && { former: rig.former }),
    state: before,
    journal,
    worlds: rig.worlds,
    mode: rig.mode ?? 'up',
    run: `run-${before.lastSeq}`,
    seed: rig.seed ?? 1,
    concurrency: rig.concurrency ?? 4,
    saved: rig.plan !== undefined,
    keepGoing: rig.keepGoing ?? false,
    drain: rig.drain ?? never,
    cancel: rig.cancel ?? never,
    backoff: { firstMs: 1, maxMs: 4 },
    ...(rig.clock && { clock: rig.clock }),
    ...(rig.cancelGraceMs !== undefined && { cancelGraceMs: rig.cancelGraceMs }),
    ...(rig.heartbeatMs !== undefined && { heartbeatMs: rig.heartbeatMs }),
  });
  await journal.close();
  return { plan, run, events, state: fold([...decoded.events, ...events]) };
}

/** Plans from what the journal tells. */
export async function planOnce(rig: Rig, state: RunState, events: readonly RunEvent[], offline?: boolean): Promise<Result<Plan>> {
  const request = {
    platform: 'test',
    environment: 'test',
    spec: anyDigest,
    steps: rig.steps,
    records: state.records,
    ...(rig.former && { former: rig.former }),
  };
  if (rig.mode === 'destroy') return planDestroy({ ...request, started: startedSteps(events) });
  const world = rig.worlds.reader({ signal: never, emit: () => {} });
  return planRun({ ...request, world, offline: offline ?? false });
}

/** The value, or the test ends here. */
export function must<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
}
