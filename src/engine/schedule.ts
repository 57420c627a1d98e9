import type { StepId } from '../model/index.js';
import { countDown, edgesAt, followersOf } from './graph.js';
import { shuffled } from './random.js';

/** How one step ended. `waiting` = never started, because the run was asked to stop. */
export type Outcome = 'ok' | 'failed' | 'cancelled' | 'skipped' | 'waiting';

/** What the scheduler is told; it knows nothing of actions. */
export interface Schedule {
  readonly after: ReadonlyMap<StepId, readonly StepId[]>;
  /** Steps at once; at least 1. */
  readonly concurrency: number;
  /** Orders siblings. */
  readonly random: () => number;
  /** Runs one step; never rejects. */
  readonly run: (step: StepId) => Promise<'ok' | 'failed' | 'cancelled'>;
  /** A step that will not run because `because` failed. */
  readonly skip: (step: StepId, because: StepId) => void;
  /** Once true, nothing new is started; what runs may finish. */
  readonly draining: () => boolean;
}

/** Starts each step as soon as all it waits for is finished; skips what depends on a failure; ends when nothing runs. */
export async function runSchedule(schedule: Schedule): Promise<ReadonlyMap<StepId, Outcome>> {
  const { after, concurrency, random, run, skip, draining } = schedule;
  const followers = followersOf(after);
  const outcomes = new Map<StepId, Outcome>([...after.keys()].map((id) => [id, 'waiting']));
  const open = new Map([...after].map(([id, edges]) => [id, edges.filter((edge) => after.has(edge)).length]));
  const ready: StepId[] = [
    ...shuffled(
      [...after.keys()].filter((id) => open.get(id) === 0),
      random,
    ),
  ];
  const running = new Map<StepId, Promise<void>>();

  const skipBehind = (failed: StepId): void => {
    const queue = [...edgesAt(followers, failed)];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      if (outcomes.get(id) !== 'waiting') continue;
      outcomes.set(id, 'skipped');
      skip(id, failed);
      queue.push(...edgesAt(followers, id));
    }
  };
  const finish = (id: StepId, outcome: 'ok' | 'failed' | 'cancelled'): void => {
    running.delete(id);
    outcomes.set(id, outcome);
    if (outcome === 'failed') skipBehind(id);
    if (outcome !== 'ok') return;
    const freed = edgesAt(followers, id).filter(
      (follower) => countDown(open, follower) === 0 && outcomes.get(follower) === 'waiting',
    );
    ready.push(...shuffled(freed, random));
  };
  const startReady = (): void => {
    while (!draining() && running.size < Math.max(1, concurrency)) {
      const id = ready.shift();
      if (id === undefined) return;
      running.set(
        id,
        run(id).then((outcome) => finish(id, outcome)),
      );
    }
  };

  for (startReady(); running.size > 0; startReady()) await Promise.race(running.values());
  return outcomes;
}
