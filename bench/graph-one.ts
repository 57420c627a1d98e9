// Our side of the graph benchmark, as a program of its own: reads the inputs, plans against the journal, looks at every
// output, and runs what is not as it should be.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestText, fold, openJournal, planRun, runPlan } from '../src/engine/index.js';
import { createHost, createJournalFile } from '../src/host/index.js';
import { err, failure, ok, type Result, type Step, type StepId } from '../src/model/index.js';

interface Wanted {
  readonly source: string;
  readonly needs: readonly string[];
}

interface Made {
  readonly content: string;
}

const folder = process.argv[2] ?? '.';
const uses = JSON.parse(readFileSync(join(folder, 'uses.json'), 'utf8')) as readonly (readonly number[])[];
const idOf = (i: number): StepId => `bench/graph/p${i}` as StepId;
const contentOf = ({ source, needs }: Wanted): string =>
  `${createHash('sha256').update(source).update(needs.join('')).digest('hex')}\n`;

function stepOf(needs: readonly number[], i: number): Step {
  const own = join(folder, 'packages', `p${i}`);
  const out = join(own, 'out.txt');
  return {
    id: idOf(i),
    title: `package ${i}`,
    effect: 'local',
    inputs: {
      source: readFileSync(join(own, 'in.txt'), 'utf8'),
      needs: needs.map((one) => ({ $step: idOf(one), $path: 'content' })),
    },
    action: {
      observe: async (_want: Wanted, w): Promise<Result<Made | undefined>> => {
        const read = await w.read(out);
        if (!read.ok) return read;
        return ok(read.value === undefined ? undefined : { content: read.value });
      },
      diff: (want: Wanted, got: Made | undefined) => (got?.content === contentOf(want) ? [] : [{ what: 'content' }]),
      apply: async (want: Wanted, _got, w): Promise<Result<Made>> => {
        const ran = await w.change({ tool: 'sh', args: ['build.sh'], cwd: own });
        if (!ran.ok) return ran;
        if (ran.value.code === 0) return ok({ content: contentOf(want) });
        return err(failure('tool-failed', 'BENCH-BUILD', ran.value.stderr, { say: 'Look at build.sh.' }));
      },
    },
  };
}

const paths = { cache: join(folder, '.own', 'cache'), state: join(folder, '.own', 'state'), catalog: folder, project: folder };
const host = await createHost({ paths });
const store = createJournalFile(join(folder, '.own', 'journal'));
const opened = await openJournal({ store });
if (!opened.ok) throw new Error(opened.error.diagnostic.message);
const state = fold(opened.value.decoded.events);
const steps = uses.map(stepOf);
const never = new AbortController().signal;
const world = host.reader({ signal: never, emit: () => undefined });
const spec = digestText('bench');
const plan = await planRun({ platform: 'bench', environment: 'bench', spec, steps, records: state.records, world });
if (!plan.ok) throw new Error(plan.error.diagnostic.message);
const ran = await runPlan({
  plan: plan.value,
  steps,
  state,
  journal: opened.value.journal,
  worlds: host,
  mode: 'up',
  run: `bench-${process.pid}-${Date.now()}`,
  seed: 1,
  drain: never,
  cancel: never,
});
await opened.value.journal.close();
await store.close();
if (!ran.ok || ran.value.verdict !== 'ok') throw new Error('the run failed');
