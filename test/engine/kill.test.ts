import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeJournal, fold, startedSteps } from '../../src/engine/index.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-kill-'));
const program = join(folder, 'program.mjs');

/** A small program over the real engine and host: twelve steps, each of which appends its name to `applied` when it is applied. */
const source = `
  import { createHost, createJournalFile, acquireLock } from './src/host/index.js';
  import { fold, openJournal, planRun, runPlan } from './src/engine/index.js';
  const state = process.argv[2];
  const paths = { cache: state + '/cache', state, catalog: state, project: state };
  const step = (index) => ({
    id: 'toys/kill/s' + index, title: 'S' + index, effect: 'local', after: [],
    inputs: { index, ...(index > 2 && { from: { $step: 'toys/kill/s' + (index - 3), $path: 'text' } }) },
    action: {
      async observe(want, w) {
        const got = await w.read(state + '/out/' + index);
        return got.ok ? { ok: true, value: got.value === undefined ? undefined : { text: got.value } } : got;
      },
      diff: (want, got) => (got ? [] : [{ what: 'file' }]),
      async apply(want, got, w) {
        await w.change({ tool: process.execPath, args: ['-e', 'require("fs").appendFileSync(process.argv[1], "' + index + '\\\\n")', state + '/applied'] });
        await w.pause(15);
        const written = await w.write(state + '/out/' + index, 'text' + index);
        return written.ok ? { ok: true, value: { text: 'text' + index } } : written;
      },
    },
  });
  const steps = Array.from({ length: 12 }, (_, index) => step(index));
  const lock = await acquireLock(state + '/lock', 'test');
  if (!lock.ok) { console.log(lock.error.diagnostic.code); process.exit(7); }
  const host = await createHost({ paths });
  const store = createJournalFile(state + '/journal');
  const opened = await openJournal({ store });
  if (!opened.ok) { console.log(JSON.stringify(opened.error)); process.exit(4); }
  const before = fold(opened.value.decoded.events);
  const signal = new AbortController().signal;
  const plan = await planRun({ platform: 'p', environment: 'e', spec: 'sha256:0', steps, records: before.records, world: host.reader({ signal, emit() {} }) });
  const run = await runPlan({ plan: plan.value, steps, state: before, journal: opened.value.journal, worlds: host, mode: 'up', run: 'r' + before.lastSeq, seed: before.lastSeq, concurrency: 3, drain: signal, cancel: signal });
  await opened.value.journal.close();
  await store.close();
  await lock.value.release();
  process.exit(run.ok && run.value.verdict === 'ok' ? 0 : 1);
`;

beforeAll(() => {
  const built = buildSync({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, '..', '..') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  writeFileSync(program, built.outputFiles[0]?.text ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program; kills it with KILL after so many milliseconds. Resolves with its exit code, null where killed. */
function run(state: string, killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [program, state], { stdio: 'inherit' });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) =>
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    }),
  );
}

const events = (state: string) => {
  const path = join(state, 'journal');
  const decoded = decodeJournal(existsSync(path) ? readFileSync(path) : new Uint8Array());
  if (!decoded.ok) throw new Error(decoded.error.diagnostic.message);
  return decoded.value.events;
};
const applied = (state: string): readonly string[] =>
  existsSync(join(state, 'applied')) ? readFileSync(join(state, 'applied'), 'utf8').trim().split('\n').filter(Boolean) : [];

test('killed again and again, a run ends, and no step that had finished is applied again', async () => {
  const state = join(folder, 'state');
  let kills = 0;
  for (let killAfterMs = 150; killAfterMs < 600; killAfterMs += 40) {
    const finished = new Set([...fold(events(state)).records.keys()].map((id) => id.replace('toys/kill/s', '')));
    const before = applied(state).length;
    const code = await run(state, killAfterMs);
    const again = applied(state).slice(before);
    expect(again.filter((name) => finished.has(name))).toEqual([]);
    expect(events(state).at(-1)?.type === 'run-finished').toBe(code === 0);
    if (code === 0) break;
    kills += 1;
  }
  expect(kills).toBeGreaterThan(0);
  expect(await run(state)).toBe(0);
  expect(fold(events(state)).records.size).toBe(12);
  expect(startedSteps(events(state)).size).toBe(12);
  const before = applied(state).length;
  expect(await run(state)).toBe(0);
  expect(applied(state)).toHaveLength(before);
  expect([...fold(events(state)).steps.values()].every((step) => step.phase === 'kept')).toBe(true);
}, 60_000);

test('two at once: the second is refused, the first is not disturbed', async () => {
  const state = join(folder, 'twice');
  const first = run(state);
  while (!existsSync(join(state, 'lock'))) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await run(state)).toBe(7);
  expect(await first).toBe(0);
}, 60_000);
