import type { Clock } from '../engine/index.js';
import type { RunEvent, Step } from '../model/index.js';
import { memoryJournal } from './memory-journal.js';
import { createPuppet } from './puppet-world.js';
import { must, type Rig, type RigResult, runOnce } from './rig.js';
import { toyId } from './toy.js';

/** One machine and one journal, for several runs in a row. */
export function bench() {
  const puppet = createPuppet();
  const journal = memoryJournal();
  return {
    puppet,
    journal,
    run: (steps: readonly Step[], more: Partial<Rig> = {}) => runOnce({ worlds: puppet, journal, ...more, steps }),
  };
}

/** Time that passes only by waiting, and never keeps anybody waiting; the heartbeat's long wait ends with the run. */
export function fastClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) return;
      const isHeartbeat = ms >= 20_000;
      if (isHeartbeat) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      else now += ms;
    },
  };
}

/** Last member of an id. */
export const short = (id: string): string => id.split('/').at(-1) ?? id;

/** The run's verdict, or why there is none. */
export const verdictOf = (result: RigResult): unknown => (result.run.ok ? result.run.value.verdict : result.run.error);

/** How each step ended, by the last member of its id. */
export const outcomesOf = (result: RigResult): Readonly<Record<string, string>> =>
  Object.fromEntries([...must(result.run).outcomes].map(([id, outcome]) => [short(id), outcome]));

/** What the folded journal says of each step, by the last member of its id. */
export const phasesOf = (result: RigResult): Readonly<Record<string, string>> =>
  Object.fromEntries([...result.state.steps].map(([id, step]) => [short(id), step.phase]));

/** Types of a toy's events, in order. */
export const toldOf = (events: readonly RunEvent[], name: string): readonly string[] =>
  events.flatMap((event) => ('step' in event && event.step === toyId(name) ? [event.type] : []));
