import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent, Step, StepId } from '../model/index.js';
import { createPuppet, memoryJournal, must, type Puppet, runOnce, textFrom, toy, toyFailure, toyId } from '../testkit/index.js';
import { fold } from './fold.js';
import { edgesOf } from './graph.js';
import { decodeJournal, encodeRecord, journalHeader } from './journal.js';

/** A random acyclic set of steps: to which earlier ones each is tied, by data or by order alone. */
interface Shape {
  readonly ties: readonly { readonly data: number; readonly order: number }[];
  /** Indices of steps that fail in the first run. */
  readonly failing: readonly number[];
  readonly seed: number;
  readonly concurrency: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  ties: fc.array(fc.record({ data: fc.nat(), order: fc.nat() }), { minLength: 1, maxLength: 10 }),
  failing: fc.array(fc.nat(9), { maxLength: 2 }),
  seed: fc.nat(),
  concurrency: fc.integer({ min: 1, max: 5 }),
});

function stepsOf({ ties, failing }: Shape, healed: boolean): readonly Step[] {
  return ties.map(({ data, order }, index) =>
    toy(`s${index}`, {
      inputs: { index, ...(index > 0 && data % 3 > 0 && { from: textFrom(`s${data % index}`) }) },
      after: index > 0 && order % 2 ? [toyId(`s${order % index}`)] : [],
      verify: () => [{ claim: 'made', verdict: 'pass' }],
      apply: () => (!healed && failing.includes(index) ? toyFailure() : undefined),
    }),
  );
}

/** No step started before all it waits for had finished; at most once per attempt. */
function inOrder(events: readonly RunEvent[], steps: readonly Step[]): void {
  const finished = new Set<StepId>();
  const attempts = new Set<string>();
  const edges = new Map(steps.map((step) => [step.id, edgesOf(step)]));
  for (const event of events) {
    if (event.type === 'step-finished') finished.add(event.step);
    if (event.type !== 'step-started') continue;
    for (const edge of edges.get(event.step) ?? []) expect(finished, `${event.step} waits for ${edge}`).toContain(edge);
    expect(attempts).not.toContain(`${event.step} ${event.attempt}`);
    attempts.add(`${event.step} ${event.attempt}`);
  }
}

/** How often each step's file was written. */
const writes = (puppet: Puppet, from = 0): readonly string[] =>
  puppet.state.deeds.slice(from).map((deed) => deed.what.replace('/state/toys/', ''));

test('whatever the graph, failures and order: no step before its inputs, failures only skip what depends on them', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async (given) => {
      const steps = stepsOf(given, false);
      const { events, run, state } = await runOnce({
        steps,
        worlds: createPuppet(),
        seed: given.seed,
        concurrency: given.concurrency,
      });
      inOrder(events, steps);
      const outcomes = must(run).outcomes;
      for (const [index, step] of steps.entries()) {
        const broken = edgesOf(step).some((edge) => outcomes.get(edge) !== 'ok');
        expect(outcomes.get(step.id)).toBe(broken ? 'skipped' : given.failing.includes(index) ? 'failed' : 'ok');
        if (broken) expect(outcomes.get(state.steps.get(step.id)?.because ?? step.id)).toBe('failed');
      }
    }),
    { numRuns: 60 },
  );
});

test('killed after any journal record and healed, the next run finishes and never applies again what had finished', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.nat(), async (given, cutAt) => {
      // The machine as it was when each record became known, so that a cut journal meets the machine of that moment.
      const puppet = createPuppet();
      const moments: Map<string, { readonly body?: string; readonly mode: number }>[] = [];
      const first = await runOnce({
        steps: stepsOf(given, false),
        worlds: puppet,
        seed: given.seed,
        concurrency: given.concurrency,
        listen: () => moments.push(new Map(puppet.state.files)),
      });
      const cut = cutAt % (first.events.length + 1);
      const left = Buffer.concat([journalHeader, ...first.events.slice(0, cut).map(encodeRecord)]);
      const machine = createPuppet();
      for (const [path, file] of moments[cut] ?? puppet.state.files) machine.state.files.set(path, file);

      const finished = fold(first.events.slice(0, cut)).records;
      const steps = stepsOf(given, true);
      const second = await runOnce({ steps, worlds: machine, journal: memoryJournal(left), seed: given.seed + 1 });
      expect(must(second.run).verdict).toBe('ok');
      inOrder(second.events, steps);
      for (const id of writes(machine)) expect(finished.has(id as StepId), `${id} had finished`).toBe(false);
      expect([...second.state.records.keys()].sort()).toEqual(steps.map((step) => step.id).sort());
      const third = await runOnce({
        steps,
        worlds: machine,
        journal: memoryJournal(Buffer.concat([left, ...second.events.map(encodeRecord)])),
      });
      expect(third.plan.steps.every((step) => step.verdict === 'keep')).toBe(true);
      expect(writes(machine, machine.state.deeds.length)).toEqual([]);
    }),
    { numRuns: 80 },
  );
});

test('killed right after any deed, with only what was synced left, the next run finishes without repeating a finished step', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 1, max: 10 }), async (given, deeds) => {
      const puppet = createPuppet();
      const journal = memoryJournal();
      const died = puppet.dieAfter(deeds);
      await Promise.race([
        runOnce({ steps: stepsOf(given, true), worlds: puppet, journal, seed: given.seed, concurrency: given.concurrency }),
        died,
      ]);
      const left = journal.durableBytes();
      const finished = fold(must(decodeJournal(left)).events).records;
      const before = puppet.state.deeds.length;
      const steps = stepsOf(given, true);
      const second = await runOnce({ steps, worlds: puppet.reborn(), journal: memoryJournal(left) });
      expect(must(second.run).verdict).toBe('ok');
      for (const id of writes(puppet, before)) expect(finished.has(id as StepId)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('a destruction after any partial run leaves nothing, dependants first', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async (given) => {
      const puppet = createPuppet();
      const journal = memoryJournal();
      const steps = stepsOf(given, false);
      await runOnce({ steps, worlds: puppet, journal, seed: given.seed });
      const { run, events, state } = await runOnce({
        steps,
        worlds: puppet,
        journal,
        mode: 'destroy',
        seed: given.seed,
        concurrency: given.concurrency,
      });
      expect(must(run).verdict).toBe('ok');
      expect([puppet.state.files.size, state.records.size]).toEqual([0, 0]);
      const order = events.flatMap((event) => (event.type === 'step-finished' ? [event.step] : []));
      for (const step of steps) {
        for (const edge of edgesOf(step)) {
          if (order.includes(step.id)) expect(order.indexOf(edge)).toBeGreaterThan(order.indexOf(step.id));
        }
      }
    }),
    { numRuns: 40 },
  );
});
