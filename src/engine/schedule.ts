import type { StepId } from '../model/index.js';
import { countDown, edgesAt, followersOf } from './graph.js';
import { shuffled } from './random.js';

/** How one step ended. `waiting` = never started, because the run was asked to stop. */
export type Outcome = 'ok' | 'failed' | 'cancelled' | 'skipped' | 'waiting';

/** Steps that load this machine, and steps that mostly wait for others: each has its own limit. */
export type Lane = 'local' | 'remote';

/** What the scheduler is told; it knows nothing of actions. */
export interface Schedule {
  readonly after: ReadonlyMap<StepId, readonly StepId[]>;
  readonly lane: (step: StepId) => Lane;
  /** Steps at once in each lane; at least 1. */
  readonly limits: Readonly<Record<Lane, number>>;
  /** Milliseconds a step is expected to take; 0 where nobody knows. */
  readonly expected: (step: StepId) => number;
  /** Orders siblings that are expected to bound the run equally. */
  readonly random: () => number;
  /** Runs one step; never rejects. */
  readonly run: (step: StepId) => Promise<'ok' | 'failed' | 'cancelled'>;
  /** A step that will not run because `because` failed. */
  readonly skip: (step: StepId, because: StepId) => void;
  /** Once true, nothing new is started; what runs may finish. */
  readonly draining: () => boolean;
}

/**
 * Starts each step as soon as all it waits for is finished and its lane is free, those with the longest expected way
 * behind them first; skips what depends on a failure; ends when nothing runs.
 */
export async function runSchedule(schedule: Schedule): Promise<ReadonlyMap<StepId, Outcome>> {
  const { after, run } = schedule;
  const board = createBoard(schedule);
  const running = new Map<StepId, Promise<void>>();
  const start = (id: StepId): void => {
    const ended = run(id).then((outcome) => {
      running.delete(id);
      board.finish(id, outcome);
    });
    running.set(id, ended);
  };
  const startReady = (): void => {
    for (let id = board.next(); id !== undefined; id = board.next()) start(id);
  };
  for (startReady(); running.size > 0; startReady()) await Promise.race(running.values());
  return new Map([...after.keys()].map((id) => [id, board.outcome(id)]));
}

/** Keeps account of what is open, ready, running and done. */
function createBoard({ after, lane, limits, expected, random, skip, draining }: Schedule) {
  const followers = followersOf(after);
  const weight = remainingTimes(after, followers, expected);
  const outcomes = new Map<StepId, Outcome>();
  const open = new Map([...after].map(([id, edges]) => [id, edges.filter((edge) => after.has(edge)).length]));
  const busy: Record<Lane, number> = { local: 0, remote: 0 };
  let ready: readonly StepId[] = [];
  const outcome = (id: StepId): Outcome => outcomes.get(id) ?? 'waiting';
  const makeReady = (ids: readonly StepId[]): void => {
    const rank = (id: StepId): number => weight.get(id) ?? 0;
    ready = [...ready, ...shuffled(ids, random)].sort((a, b) => rank(b) - rank(a));
  };
  const skipBehind = (failed: StepId): void => {
    const queue = [...edgesAt(followers, failed)];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      if (outcome(id) !== 'waiting') continue;
      outcomes.set(id, 'skipped');
      skip(id, failed);
      queue.push(...edgesAt(followers, id));
    }
  };
  makeReady([...after.keys()].filter((id) => open.get(id) === 0));
  return {
    outcome,
    next(): StepId | undefined {
      const id = draining() ? undefined : ready.find((one) => busy[lane(one)] < Math.max(1, limits[lane(one)]));
      if (id === undefined) return undefined;
      ready = ready.filter((one) => one !== id);
      busy[lane(id)] += 1;
      return id;
    },
    finish(id: StepId, ended: 'ok' | 'failed' | 'cancelled'): void {
      busy[lane(id)] -= 1;
      outcomes.set(id, ended);
      if (ended === 'failed') skipBehind(id);
      if (ended === 'ok')
        makeReady(edgesAt(followers, id).filter((one) => countDown(open, one) === 0 && outcome(one) === 'waiting'));
    },
  };
}

/** For each step, the longest expected time from its start to the end of all that depends on it. */
function remainingTimes(
  after: ReadonlyMap<StepId, readonly StepId[]>,
  followers: ReadonlyMap<StepId, readonly StepId[]>,
  expected: (step: StepId) => number,
): ReadonlyMap<StepId, number> {
  const times = new Map<StepId, number>();
  const open = new Map([...followers].map(([id, edges]) => [id, edges.length]));
  const queue = [...after.keys()].filter((id) => open.get(id) === 0);
  for (const id of queue) {
    const behind = edgesAt(followers, id).map((follower) => times.get(follower) ?? 0);
    times.set(id, expected(id) + Math.max(0, ...behind));
    for (const edge of edgesAt(after, id)) if (open.has(edge) && countDown(open, edge) === 0) queue.push(edge);
  }
  return times;
}
