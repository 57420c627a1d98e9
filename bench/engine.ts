// What the engine adds to a step: trivial steps through the real journal with fsync, against the bare append and fsync
// that any durable step must pay twice (before and after its effect).
import { mkdtempSync, openSync, closeSync, writeSync, fdatasyncSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { digestText, fold, openJournal, planRun, runPlan } from '../src/engine/index.js';
import { createHost, createJournalFile } from '../src/host/index.js';
import type { Step, StepId } from '../src/model/index.js';
import { machine, rounded, spread } from './measure.js';

const count = 500;
const rounds = 10;

function chain(): readonly Step[] {
  return Array.from({ length: count }, (_, i): Step => {
    const state: { done?: number } = {};
    return {
      id: `bench/chain/${i}` as StepId,
      title: `step ${i}`,
      effect: 'local',
      inputs: i === 0 ? { value: 0 } : { value: { $step: `bench/chain/${i - 1}` as StepId, $path: 'value' } },
      action: {
        observe: async () => ({ ok: true, value: state.done === undefined ? undefined : { value: state.done } }),
        diff: (_want, got) => (got === undefined ? [{ what: 'value' }] : []),
        apply: async () => {
          state.done = i;
          return { ok: true, value: { value: i } };
        },
      },
    };
  });
}

async function engineRound(folder: string): Promise<{ readonly perStep: number; readonly again: number }> {
  const paths = { cache: join(folder, 'cache'), state: join(folder, 'state'), catalog: folder, project: folder };
  const host = await createHost({ paths });
  const store = createJournalFile(join(folder, `journal-${Math.random()}`));
  const opened = await openJournal({ store });
  if (!opened.ok) throw new Error(opened.error.diagnostic.message);
  const steps = chain();
  const never = new AbortController().signal;
  const once = async (state: ReturnType<typeof fold>): Promise<number> => {
    const plan = await planRun({
      platform: 'bench',
      environment: 'bench',
      spec: digestText('bench'),
      steps,
      records: state.records,
      world: host.reader({ signal: never, emit: () => undefined }),
      offline: true,
    });
    if (!plan.ok) throw new Error(plan.error.diagnostic.message);
    const began = performance.now();
    const ran = await runPlan({
      plan: plan.value,
      steps,
      state,
      journal: opened.value.journal,
      worlds: host,
      mode: 'up',
      run: 'bench',
      seed: 1,
      drain: never,
      cancel: never,
    });
    if (!ran.ok || ran.value.verdict !== 'ok') throw new Error('the benchmark run failed');
    return (performance.now() - began) / count;
  };
  const perStep = await once(fold([]));
  const again = await once(fold([]));
  await store.close();
  return { perStep, again };
}

/** Two appends of a typical record, each synced: what no durable step can avoid. */
function floorRound(folder: string): number {
  const file = openSync(join(folder, `floor-${Math.random()}`), 'a');
  const record = Buffer.alloc(400, 'x');
  const began = performance.now();
  for (let i = 0; i < count; i += 1) {
    for (let sync = 0; sync < 2; sync += 1) {
      writeSync(file, record);
      fdatasyncSync(file);
    }
  }
  closeSync(file);
  return (performance.now() - began) / count;
}

// On the disk that journals live on, not on a temporary file system in memory.
const folder = mkdtempSync(join(homedir(), '.strata-bench-'));
try {
  const applied: number[] = [];
  const kept: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(floorRound(folder));
    const { perStep, again } = await engineRound(folder);
    applied.push(perStep);
    kept.push(again);
  }
  const ratio = rounded(spread(applied).median / spread(floor).median);
  console.log(
    JSON.stringify(
      {
        benchmark: 'engine',
        machine: machine(),
        steps: count,
        rounds,
        msPerStep: { applied: spread(applied), kept: spread(kept), floorTwoSyncs: spread(floor) },
        ratioToFloor: ratio,
        peakMemoryMiB: rounded(process.resourceUsage().maxRSS / 1024),
      },
      null,
      2,
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
