import { describe, expect, test, vi } from 'vitest';
import type { Json, RunEvent, Step } from '../model/index.js';
import {
  createPuppet,
  memoryJournal,
  must,
  type Rig,
  type RigResult,
  runOnce,
  textFrom,
  toy,
  toyFailure,
  toyId,
} from '../testkit/index.js';
import type { Clock } from './clock.js';
import { fold } from './fold.js';
import { openJournal } from './journal-writer.js';
import { runPlan } from './run.js';

const short = (id: string): string => id.split('/').at(-1) ?? id;
const verdictOf = (result: RigResult): unknown => (result.run.ok ? result.run.value.verdict : result.run.error);
const outcomes = (result: RigResult): Readonly<Record<string, string>> =>
  Object.fromEntries([...must(result.run).outcomes].map(([id, outcome]) => [short(id), outcome]));
const phases = (result: RigResult): Readonly<Record<string, string>> =>
  Object.fromEntries([...result.state.steps].map(([id, step]) => [short(id), step.phase]));
const told = (events: readonly RunEvent[], name: string): readonly string[] =>
  events.flatMap((event) => ('step' in event && event.step === toyId(name) ? [event.type] : []));

/** Several runs on one machine and one journal. */
function bench() {
  const puppet = createPuppet();
  const journal = memoryJournal();
  return {
    puppet,
    journal,
    run: (steps: readonly Step[], more: Partial<Rig> = {}) => runOnce({ worlds: puppet, journal, ...more, steps }),
  };
}

/** Time that passes only by waiting, and never keeps anybody waiting. */
function fastClock(): Clock {
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

describe('applying', () => {
  test('outputs flow along the Refs and are recorded', async () => {
    const { run } = bench();
    const result = await run([toy('b', { inputs: { from: textFrom('a') } }), toy('a', { inputs: { x: 1 } })]);
    expect(verdictOf(result)).toBe('ok');
    expect(result.state.records.get(toyId('b'))).toMatchObject({ outputs: { text: '{"from":"{\\"x\\":1}"}' } });
    expect(must(result.run).outputs.get(toyId('a'))).toEqual({ text: '{"x":1}' });
    expect(told(result.events, 'a')).toEqual(['step-started', 'step-finished']);
    expect(phases(result)).toEqual({ a: 'done', b: 'done' });
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
    expect(phases(again)).toEqual({ a: 'kept', b: 'kept' });
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
      expect(phases(result)).toEqual({ a: phase });
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
    expect(phases(await run([blind(2)]))).toEqual({ a: 'done' });
    expect(puppet.state.deeds).toHaveLength(2);
    expect(phases(await run([blind(2)]))).toEqual({ a: 'kept' });
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
    expect(phases(again)).toEqual({ a: 'kept' });
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
    expect(phases(broken)).toEqual({ a: 'failed' });
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
    expect(outcomes(result)).toEqual({ bad: 'failed', behind: 'skipped', further: 'skipped', free: 'ok' });
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
    expect(phases(second)).toEqual({ a: 'done' });
    expect(second.state.evidence.map((one) => one.verdict)).toEqual(['pass']);
    expect(puppet.state.deeds).toHaveLength(2);
    expect(phases(await run(steps))).toEqual({ a: 'kept' });
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
    expect(phases(last)).toEqual({ gate: 'done', a: 'failed' });
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
    expect(told(result.events, 'b')).toEqual(['step-started', 'step-failed']);
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
    expect(phases(result)).toEqual({ a: 'done' });
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
      expect(told(result.events, 'a')).toEqual(['step-started', 'step-failed']);
    }
  });
});

describe('stopping', () => {
  test('the first wish drains: what runs finishes, nothing new starts, the run can be resumed', async () => {
    const { run } = bench();
    const drain = new AbortController();
    const a = toy('a', { apply: () => void drain.abort() });
    const steps = [a, toy('b', { after: [toyId('a')] })];
    const first = await run(steps, { drain: drain.signal });
    expect([verdictOf(first), outcomes(first)]).toEqual(['cancelled', { a: 'ok', b: 'waiting' }]);
    const second = await run(steps);
    expect([verdictOf(second), phases(second)]).toEqual(['ok', { a: 'kept', b: 'done' }]);
  });

  test('a wish to stop that comes when all is done changes nothing', async () => {
    const drain = new AbortController();
    const result = await bench().run([toy('a', { apply: () => void drain.abort() })], { drain: drain.signal });
    expect(verdictOf(result)).toBe('ok');
  });

  test('between attempts is a place to stop', async () => {
    const drain = new AbortController();
    const steps = [
      toy('a', { deadlineMs: 60_000, apply: () => drain.abort() ?? toyFailure('not-ready') }),
      toy('b', { after: [toyId('a')] }),
    ];
    const result = await bench().run(steps, { drain: drain.signal });
    expect([verdictOf(result), outcomes(result)]).toEqual(['cancelled', { a: 'cancelled', b: 'waiting' }]);
    expect(must(result.run).failures).toMatchObject([{ failure: { kind: 'cancelled', cause: { kind: 'not-ready' } } }]);
  });

  test('the second wish interrupts: a step that listens says so, one that does not is left behind', async () => {
    const cancel = new AbortController();
    const listens = toy('listens');
    const deaf = toy('deaf', { apply: () => new Promise(() => {}) });
    const listening: Step['action'] = {
      ...listens.action,
      apply: (_, __, world) =>
        new Promise((resolve) => {
          world.signal.addEventListener('abort', () => resolve({ ok: false, error: toyFailure('tool-failed') }));
          setImmediate(() => cancel.abort());
        }),
    };
    const result = await bench().run([{ ...listens, action: listening }, deaf], { cancel: cancel.signal, cancelGraceMs: 5 });
    expect([verdictOf(result), outcomes(result)]).toEqual(['cancelled', { listens: 'cancelled', deaf: 'cancelled' }]);
    const kinds = must(result.run).failures.map(({ failure }) => [failure.kind, failure.cause?.kind]);
    expect(kinds).toContainEqual(['cancelled', 'tool-failed']);
    expect(kinds).toContainEqual(['cancelled', undefined]);
  });

  test('a wish from before the start starts nothing', async () => {
    const result = await bench().run([toy('a')], { cancel: AbortSignal.abort() });
    expect([verdictOf(result), outcomes(result)]).toEqual(['cancelled', { a: 'waiting' }]);
  });

  test('a disk that fills up stops the run before any effect that could not be written down', async () => {
    const { run, journal, puppet } = bench();
    const steps = [
      toy('a', { apply: () => void journal.failWith(toyFailure('exhausted')) }),
      toy('b', { after: [toyId('a')] }),
      toy('c', { after: [toyId('b')] }),
    ];
    const result = await run(steps, { concurrency: 1 });
    expect(result.run).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
    expect(puppet.state.deeds.map((deed) => deed.what)).toEqual([`/state/toys/${toyId('a')}`]);
    journal.failWith(undefined);
    expect(phases(await run(steps.map((step) => toy(short(step.id), { after: step.after ?? [] }))))).toEqual({
      a: 'done',
      b: 'done',
      c: 'done',
    });
  });

  test('a disk that is full from the start, or just before an effect, is told', async () => {
    const { journal, puppet } = bench();
    const { plan } = await runOnce({ steps: [toy('a')], worlds: createPuppet() });
    const opened = must(await openJournal({ store: journal }));
    journal.failWith(toyFailure('exhausted'));
    const signal = new AbortController().signal;
    const request = {
      plan,
      steps: [toy('a')],
      state: fold([]),
      journal: opened.journal,
      worlds: puppet,
      mode: 'up',
      run: 'r',
      seed: 1,
      drain: signal,
      cancel: signal,
    } as const;
    expect(await runPlan(request)).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
    const late = bench();
    const result = await late.run([
      toy('a', { observe: (call) => void (call > 1 && late.journal.failWith(toyFailure('exhausted'))) }),
    ]);
    expect(result.run).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
  });

  test('a run that is silent for long says that it lives', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let finish = (): void => {};
      const steps = [
        toy('a', {
          apply: () =>
            new Promise<undefined>((resolve) => {
              finish = () => resolve(undefined);
            }),
        }),
      ];
      const under = bench().run(steps, { heartbeatMs: 600_000 });
      await new Promise((resolve) => setImmediate(resolve));
      for (let seconds = 0; seconds < 61; seconds += 1) await vi.advanceTimersByTimeAsync(1_000);
      finish();
      const beats = (await under).events.filter((event) => event.type === 'heartbeat');
      expect(beats).toMatchObject([{ running: [toyId('a')] }, { running: [toyId('a')] }]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('scheduling', () => {
  test('never more at once than allowed, and siblings in an order the seed repeats', async () => {
    const order = async (seed: number): Promise<readonly string[]> => {
      let running = 0;
      const starts: string[] = [];
      const steps = Array.from({ length: 9 }, (_, index) =>
        toy(`s${index}`, {
          apply: async () => {
            running += 1;
            expect(running).toBeLessThanOrEqual(2);
            starts.push(`s${index}`);
            await new Promise((resolve) => setImmediate(resolve));
            running -= 1;
            return undefined;
          },
        }),
      );
      await bench().run(steps, { seed, concurrency: 2 });
      return starts;
    };
    const [one, again, other] = [await order(7), await order(7), await order(8)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect([...other].sort()).toEqual([...one].sort());
  });
});

test('remote steps have a limit of their own, and the longest way goes first', async () => {
  const most = { local: 0, remote: 0 };
  const running = { local: 0, remote: 0 };
  const starts: string[] = [];
  const counted = (name: string, effect: 'local' | 'remote', after: readonly string[] = []): Step =>
    toy(name, {
      effect,
      after: after.map(toyId),
      apply: async () => {
        starts.push(name);
        running[effect] += 1;
        most[effect] = Math.max(most[effect], running[effect]);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running[effect] -= 1;
        return undefined;
      },
    });
  const steps = [
    ...Array.from({ length: 6 }, (_, index) => counted(`near${index}`, 'local')),
    ...Array.from({ length: 6 }, (_, index) => counted(`far${index}`, 'remote')),
    counted('long', 'local', ['first']),
    counted('first', 'local'),
  ];
  const made = await runOnce({ steps, worlds: createPuppet() });
  const plan = {
    ...made.plan,
    steps: made.plan.steps.map((step) => (step.id === toyId('long') ? { ...step, expectedMs: 9_000 } : step)),
  };
  starts.length = 0;
  await bench().run(steps, { plan, concurrency: 1 });
  expect(most.local).toBeLessThanOrEqual(4);
  expect(most.remote).toBe(6);
  expect(starts.filter((name) => !name.startsWith('far')).slice(0, 2)).toEqual(['first', 'long']);
});

describe('removing', () => {
  test('a destruction takes dependants first and leaves no record', async () => {
    const { run, puppet } = bench();
    const steps = [toy('a'), toy('b', { inputs: { x: textFrom('a') } }), toy('c', { permanent: true, after: [toyId('b')] })];
    await run(steps);
    const gone = await run(steps, { mode: 'destroy' });
    expect(phases(gone)).toEqual({ a: 'removed', b: 'removed', c: 'removed' });
    expect(puppet.state.deeds.filter((deed) => deed.member === 'remove').map((deed) => short(deed.what))).toEqual(['b', 'a']);
    expect([...gone.state.records.keys()]).toEqual([]);
    expect((await run(steps, { mode: 'destroy' })).plan.steps).toEqual([]);
  });

  test('a removal is given what is seen, else what was recorded', async () => {
    const given: unknown[] = [];
    const steps = (blind: boolean): readonly Step[] => {
      const made = toy('a', { observe: (call) => (blind && call > 0 ? toyFailure('network') : undefined) });
      return [
        {
          ...made,
          action: {
            ...made.action,
            remove: async (got) => {
              given.push(got);
              return { ok: true, value: undefined };
            },
          },
        },
      ];
    };
    for (const [blind, vanish] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const { run, puppet } = bench();
      await run(steps(false));
      if (vanish) puppet.state.files.clear();
      else puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: 'seen', mode: 0o644 });
      expect(verdictOf(await run(steps(blind), { mode: 'destroy' }))).toBe('ok');
    }
    expect(given).toEqual([{ text: 'seen' }, { text: '{}' }, { text: '{}' }]);
  });

  test('what never left a record and cannot be looked at is let go, and said', async () => {
    const { run } = bench();
    await run([toy('a', { apply: () => toyFailure() })]);
    const gone = await run([toy('a', { observe: () => toyFailure('network') })], { mode: 'destroy' });
    expect(verdictOf(gone)).toBe('ok');
    expect(told(gone.events, 'a')).toEqual(['step-started', 'step-note', 'step-finished']);
    const { run: other, puppet } = bench();
    await other([toy('b', { apply: () => toyFailure() })]);
    await other([toy('b')], { mode: 'destroy' });
    expect(puppet.state.deeds).toEqual([]);
  });

  test('a failed removal keeps what it stands on, unless the run must get as far as it can', async () => {
    for (const keepGoing of [false, true]) {
      const { run } = bench();
      await run([toy('a'), toy('b', { inputs: { x: textFrom('a') } })]);
      const stuck = [toy('a'), toy('b', { inputs: { x: textFrom('a') }, remove: () => toyFailure() })];
      const result = await run(stuck, { mode: 'destroy', keepGoing });
      expect([verdictOf(result), phases(result)]).toEqual(['failed', { a: keepGoing ? 'removed' : 'skipped', b: 'failed' }]);
      expect([...result.state.records.keys()]).toEqual(keepGoing ? [toyId('b')] : ['a', 'b'].map(toyId));
    }
  });

  test('what the definition no longer yields goes, and only the record where no step knows it', async () => {
    const { run, puppet } = bench();
    await run([toy('stays'), toy('leaves', { inputs: { x: textFrom('stays') } }), toy('unknown')]);
    const former = [toy('stays'), toy('leaves', { inputs: { x: textFrom('stays') } })];
    const result = await run([toy('stays')], { former });
    expect(phases(result)).toEqual({ stays: 'kept', leaves: 'removed', unknown: 'removed' });
    expect([...puppet.state.files.keys()].map(short).sort()).toEqual(['stays', 'unknown']);
  });

  test('a removal waits for not-ready, can be cancelled, and needs its disk', async () => {
    const waits = bench();
    await waits.run([toy('a')]);
    const patient = [toy('a', { deadlineMs: 1_000, remove: (call) => (call < 3 ? toyFailure('not-ready') : undefined) })];
    expect(verdictOf(await waits.run(patient, { mode: 'destroy', clock: fastClock() }))).toBe('ok');

    const stopped = bench();
    await stopped.run([toy('a')]);
    const cancel = new AbortController();
    const aborting = [toy('a', { remove: () => cancel.abort() ?? toyFailure() })];
    expect(verdictOf(await stopped.run(aborting, { mode: 'destroy', cancel: cancel.signal, cancelGraceMs: 1 }))).toBe(
      'cancelled',
    );

    for (const when of ['observe', 'remove'] as const) {
      const full = bench();
      await full.run([toy('a')]);
      const filling = [toy('a', { [when]: () => void full.journal.failWith(toyFailure('exhausted')) })];
      expect((await full.run(filling, { mode: 'destroy' })).run).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
    }
  });
});

describe('a saved plan', () => {
  const saved = async (steps: readonly Step[], earlier: readonly Step[] = []) => {
    const made = bench();
    if (earlier.length > 0) await made.run(earlier);
    const before = fold(must(await openJournal({ store: made.journal })).decoded.events);
    const { planOnce } = await import('../testkit/index.js');
    return { ...made, plan: must(await planOnce({ steps, worlds: made.puppet }, before, [])) };
  };
  const codes = (result: RigResult): readonly string[] => must(result.run).failures.map(({ failure }) => failure.diagnostic.code);

  test('may weaken from change to keep', async () => {
    const { run, plan, puppet } = await saved([toy('a')]);
    puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: '{}', mode: 0o644 });
    expect(phases(await run([toy('a')], { plan }))).toEqual({ a: 'kept' });
  });

  test('is refused where more would be done: kept things drifted, new things are there already', async () => {
    const drifted = await saved([toy('a')], [toy('a')]);
    drifted.puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: 'else', mode: 0o644 });
    expect(codes(await drifted.run([toy('a')], { plan: drifted.plan }))).toEqual(['ENGINE-PLAN-STRONGER']);
    expect(drifted.puppet.state.files.get(`/state/toys/${toyId('a')}`)?.body).toBe('else');
    const there = await saved([toy('a')]);
    there.puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: 'else', mode: 0o644 });
    expect(codes(await there.run([toy('a')], { plan: there.plan }))).toEqual(['ENGINE-PLAN-STRONGER']);
  });

  test('goes on with what its own killed run left half-way, and with further attempts', async () => {
    const half = await saved([toy('a')]);
    const breaks = toy('a', {
      apply: () => {
        half.puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: 'half', mode: 0o644 });
        return toyFailure();
      },
    });
    await half.run([breaks], { plan: half.plan });
    expect(phases(await half.run([toy('a')], { plan: half.plan }))).toEqual({ a: 'done' });
    const twice = await saved([toy('a')]);
    const retried = toy('a', {
      deadlineMs: 1_000,
      apply: (call) => {
        twice.puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: 'half', mode: 0o644 });
        return call < 2 ? toyFailure('not-ready') : undefined;
      },
    });
    expect(phases(await twice.run([retried], { plan: twice.plan }))).toEqual({ a: 'done' });
  });

  test('lets unknown steps be what they turn out to be', async () => {
    const steps = [toy('a'), toy('b', { inputs: { x: textFrom('a') } })];
    const { run, plan } = await saved(steps);
    expect(phases(await run(steps, { plan }))).toEqual({ a: 'done', b: 'done' });
  });

  test('is refused with other inputs, with steps it does not know, and with steps nobody knows', async () => {
    const { run, plan } = await saved([toy('a')]);
    expect(codes(await run([toy('a', { inputs: { x: 2 } })], { plan }))).toEqual(['ENGINE-PLAN-STALE']);
    expect((await run([toy('a'), toy('b')], { plan })).run).toMatchObject({
      ok: false,
      error: { diagnostic: { code: 'ENGINE-PLAN-STALE' } },
    });
    expect((await run([toy('b')], { plan })).run).toMatchObject({
      ok: false,
      error: { diagnostic: { code: 'ENGINE-PLAN-UNKNOWN-STEP' } },
    });
    expect((await run([toy('a'), toy('a')], { plan })).run).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });
});
