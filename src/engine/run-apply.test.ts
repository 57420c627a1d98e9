import { describe, expect, test } from 'vitest';
import type { Json, Step } from '../model/index.js';
import {
  bench,
  createPuppet,
  fastClock,
  must,
  outcomesOf,
  phasesOf,
  runOnce,
  textFrom,
  toldOf,
  toy,
  toyFailure,
  toyId,
  verdictOf,
} from '../testkit/index.js';

describe('applying', () => {
  test('outputs flow along the Refs and are recorded', async () => {
    const { run } = bench();
    const result = await run([toy('b', { inputs: { from: textFrom('a') } }), toy('a', { inputs: { x: 1 } })]);
    expect(verdictOf(result)).toBe('ok');
    expect(result.state.records.get(toyId('b'))).toMatchObject({ outputs: { text: '{"from":"{\\"x\\":1}"}' } });
    expect(must(result.run).outputs.get(toyId('a'))).toEqual({ text: '{"x":1}' });
    expect(toldOf(result.events, 'a')).toEqual(['step-started', 'step-finished']);
    expect(phasesOf(result)).toEqual({ a: 'done', b: 'done' });
  });

  test('what is true already is kept and nothing is done', async () => {
    const { run, puppet } = bench();
    const steps = [
      toy('a', { verify: () => [{ claim: 'works', verdict: 'pass' }] }),
      toy('b', { inputs: { from: textFrom('a') } }),
    ];
    await run(steps);
    const deeds = puppet.state.deeds.length;
    const again = await run(steps);
    expect(phasesOf(again)).toEqual({ a: 'kept', b: 'kept' });
    expect(puppet.state.deeds).toHaveLength(deeds);
    expect(again.state.evidence).toMatchObject([{ claim: 'works', verdict: 'pass', step: toyId('a') }]);
    expect(again.events.filter((event) => event.type === 'step-finished' && event.record)).toEqual([]);
  });

  test('what is found without a record is proven, kept and recorded; not proven, it is applied', async () => {
    for (const [verdict, phase, deeds] of [
      ['pass', 'kept', 0],
      ['fail', 'done', 1],
    ] as const) {
      const { run, puppet } = bench();
      puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: '{}', mode: 0o644 });
      const result = await run([toy('a', { verify: (call) => [{ claim: 'works', verdict: call === 1 ? verdict : 'pass' }] })]);
      expect(phasesOf(result)).toEqual({ a: phase });
      expect(puppet.state.deeds).toHaveLength(deeds);
      expect(result.state.records.has(toyId('a'))).toBe(true);
      expect(result.state.evidence.map((one) => one.verdict)).toEqual(['pass']);
    }
  });

  test('changed inputs are applied though looking cannot tell', async () => {
    const { run, puppet } = bench();
    const blind = (x: number): Step => {
      const made = toy('a', { inputs: { x } });
      return { ...made, action: { ...made.action, diff: (want, got) => (got ? [] : made.action.diff(want, got)) } };
    };
    await run([blind(1)]);
    expect(phasesOf(await run([blind(2)]))).toEqual({ a: 'done' });
    expect(puppet.state.deeds).toHaveLength(2);
    expect(phasesOf(await run([blind(2)]))).toEqual({ a: 'kept' });
  });

  test('outputs that looking finds changed are recorded anew, without applying', async () => {
    const { run } = bench();
    let value = 1;
    const made = toy('a');
    const action: Step['action'] = {
      ...made.action,
      observe: async () => ({ ok: true, value: { text: `${value}` } }),
      diff: () => [],
      apply: async () => ({ ok: true, value: { text: '1' } }),
    };
    await run([{ ...made, action }]);
    value = 2;
    const again = await run([{ ...made, action }]);
    expect(phasesOf(again)).toEqual({ a: 'kept' });
    expect(again.state.records.get(toyId('a'))?.outputs).toEqual({ text: '2' });
  });

  test('outputs are what the journal gives back; what is not plain data is a bug', async () => {
    const { run } = bench();
    const odd = (outputs: unknown): Step => {
      const made = toy('a');
      return { ...made, action: { ...made.action, apply: async () => ({ ok: true, value: outputs }) } };
    };
    const result = await run([odd({ b: 1, a: undefined })]);
    expect(must(result.run).outputs.get(toyId('a'))).toEqual({ b: 1 } satisfies Json);
    expect((await run([odd(undefined)])).state.records.get(toyId('a'))?.outputs).toBeNull();
    const broken = await run([odd({ f: () => 1 })]);
    expect(must(broken.run).failures).toMatchObject([{ failure: { kind: 'bug', diagnostic: { code: 'ENGINE-THROWN' } } }]);
    expect(phasesOf(broken)).toEqual({ a: 'failed' });
  });

  test('notes and output of a step are its events', async () => {
    const { run } = bench();
    const made = toy('a');
    const result = await run([
      {
        ...made,
        action: {
          ...made.action,
          apply: async (want, got, world) => {
            world.note('hello');
            return made.action.apply(want, got, world);
          },
        },
      },
    ]);
    expect(result.events).toContainEqual(expect.objectContaining({ type: 'step-note', step: toyId('a'), text: 'hello' }));
  });
});

describe('failing', () => {
  test('dependants are skipped because of it, independents go on', async () => {
    const { run } = bench();
    const result = await run([
      toy('bad', { apply: () => toyFailure() }),
      toy('behind', { inputs: { x: textFrom('bad') } }),
      toy('further', { after: [toyId('behind'), toyId('free')] }),
      toy('free'),
    ]);
    expect(verdictOf(result)).toBe('failed');
    expect(outcomesOf(result)).toEqual({ bad: 'failed', behind: 'skipped', further: 'skipped', free: 'ok' });
    expect(result.state.steps.get(toyId('further'))).toMatchObject({ phase: 'skipped', because: toyId('bad') });
    expect(must(result.run).failures).toMatchObject([{ step: toyId('bad'), failure: { kind: 'tool-failed' } }]);
  });

  test('a verification that says fail fails the step, and the next run proves it before keeping it', async () => {
    const { run, puppet } = bench();
    const claims = ['fail', 'fail', 'pass', 'pass'] as const;
    const steps = [toy('a', { verify: (call) => [{ claim: 'answers', verdict: claims[call - 1] ?? 'pass' }] })];
    const first = await run(steps);
    expect(must(first.run).failures).toMatchObject([
      { failure: { diagnostic: { code: 'ENGINE-VERIFY-FAILED', message: expect.stringContaining('answers') } } },
    ]);
    expect(first.state.evidence.map((one) => one.verdict)).toEqual(['fail']);
    const second = await run(steps);
    expect(phasesOf(second)).toEqual({ a: 'done' });
    expect(second.state.evidence.map((one) => one.verdict)).toEqual(['pass']);
    expect(puppet.state.deeds).toHaveLength(2);
    expect(phasesOf(await run(steps))).toEqual({ a: 'kept' });
  });

  test('what failed to be proven stays in doubt over a run that never reached it', async () => {
    const { run } = bench();
    let broken = false;
    const checked = (x: number) =>
      toy('a', {
        inputs: { x },
        after: [toyId('gate')],
        verify: () => [{ claim: 'answers', verdict: broken ? 'fail' : 'pass' }],
      });
    await run([toy('gate'), checked(1)]);
    broken = true;
    await run([
      toy('gate'),
      { ...checked(1), action: { ...checked(1).action, diff: (_, got) => (got ? [{ what: 'drift' }] : []) } },
    ]);
    await run([toy('gate', { inputs: { y: 2 }, apply: () => toyFailure() }), checked(1)]);
    const last = await run([toy('gate'), checked(1)]);
    expect(phasesOf(last)).toEqual({ gate: 'done', a: 'failed' });
  });

  test('what had finished and was killed while it was only looked at is kept', async () => {
    const { run, journal } = bench();
    await run([toy('a', { inputs: { x: 1 } })]);
    await run([toy('a', { inputs: { x: 1 } })]);
    const text = Buffer.from(journal.bytes()).toString('utf8');
    const finished = text.slice(0, text.lastIndexOf('"type":"step-finished"')).lastIndexOf('\n') + 1;
    await journal.truncate(finished);
    const last = await run([toy('a', { inputs: { x: 1 } })]);
    expect(phasesOf(last)).toEqual({ a: 'kept' });
  });

  test('thrown errors are bugs of the step, wherever they are thrown', async () => {
    const throws = (): never => {
      throw new Error('oops');
    };
    const made = toy('a');
    for (const [member, action] of Object.entries({
      observe: { ...made.action, observe: throws },
      apply: { ...made.action, apply: throws },
      verify: { ...made.action, verify: throws },
    })) {
      const { puppet, journal } = bench();
      const plan = (await runOnce({ steps: [made], worlds: createPuppet() })).plan;
      const result = await runOnce({ steps: [{ ...made, action }], worlds: puppet, journal, plan });
      expect(must(result.run).failures, member).toMatchObject([
        { failure: { kind: 'bug', diagnostic: { message: expect.stringContaining(`${member} of`) } } },
      ]);
    }
  });

  test('an output that is not as a Ref expects fails the reader as a bug', async () => {
    const { run } = bench();
    const result = await run(
      [
        toy('a'),
        toy('b', { inputs: { x: { $step: toyId('a'), $path: 'none' } } }),
        toy('c', { inputs: { bad: { when: new Date() } }, after: [toyId('a')] }),
      ].slice(0, 2),
    );
    expect(must(result.run).failures).toMatchObject([
      { step: toyId('b'), failure: { diagnostic: { code: 'ENGINE-REF-MISSING' } } },
    ]);
    expect(toldOf(result.events, 'b')).toEqual(['step-started', 'step-failed']);
  });
});

describe('waiting', () => {
  test('not-ready is tried again until it is ready, and each attempt is announced', async () => {
    const { run } = bench();
    const result = await run(
      [toy('a', { deadlineMs: 5_000, apply: (call) => (call < 4 ? toyFailure('not-ready') : undefined) })],
      { clock: fastClock() },
    );
    expect(verdictOf(result)).toBe('ok');
    expect(result.events.flatMap((event) => (event.type === 'step-started' ? [event.attempt] : []))).toEqual([1, 2, 3, 4]);
    expect(result.state.steps.get(toyId('a'))).toMatchObject({ phase: 'done', attempt: 4 });
  });

  test('what became true between attempts counts as done, once proven', async () => {
    const { run, puppet } = bench();
    const late = toy('a', {
      deadlineMs: 5_000,
      verify: () => [{ claim: 'works', verdict: 'pass' }],
      apply: () => {
        puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: '{}', mode: 0o644 });
        return toyFailure('not-ready');
      },
    });
    const result = await run([late], { clock: fastClock() });
    expect(phasesOf(result)).toEqual({ a: 'done' });
    expect(result.state.evidence).toHaveLength(1);
  });

  test('the deadline turns it into a timeout that says what it waited for', async () => {
    const { run } = bench();
    const result = await run(
      [toy('a', { deadlineMs: 50, observe: (call) => (call > 1 ? toyFailure('not-ready') : undefined) })],
      { clock: fastClock() },
    );
    expect(must(result.run).failures).toMatchObject([{ failure: { kind: 'timeout', cause: { kind: 'not-ready' } } }]);
  });

  test('without a deadline, and for any other failure, there is one attempt', async () => {
    for (const [deadlineMs, kind] of [
      [0, 'not-ready'],
      [5_000, 'tool-failed'],
    ] as const) {
      const { run } = bench();
      const result = await run([toy('a', { deadlineMs, apply: () => toyFailure(kind) })], { clock: fastClock() });
      expect(must(result.run).failures).toMatchObject([{ failure: { kind } }]);
      expect(toldOf(result.events, 'a')).toEqual(['step-started', 'step-failed']);
    }
  });
});
