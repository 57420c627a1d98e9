import { describe, expect, test, vi } from 'vitest';
import type { Step } from '../model/index.js';
import {
  bench,
  createPuppet,
  must,
  outcomesOf,
  phasesOf,
  runOnce,
  short,
  toy,
  toyFailure,
  toyId,
  verdictOf,
} from '../testkit/index.js';
import { fold } from './fold.js';
import { openJournal } from './journal-writer.js';
import { runPlan } from './run.js';

describe('stopping', () => {
  test('the first wish drains: what runs finishes, nothing new starts, the run can be resumed', async () => {
    const { run } = bench();
    const drain = new AbortController();
    const a = toy('a', { apply: () => void drain.abort() });
    const steps = [a, toy('b', { after: [toyId('a')] })];
    const first = await run(steps, { drain: drain.signal });
    expect([verdictOf(first), outcomesOf(first)]).toEqual(['cancelled', { a: 'ok', b: 'waiting' }]);
    const second = await run(steps);
    expect([verdictOf(second), phasesOf(second)]).toEqual(['ok', { a: 'kept', b: 'done' }]);
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
    expect([verdictOf(result), outcomesOf(result)]).toEqual(['cancelled', { a: 'cancelled', b: 'waiting' }]);
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
    expect([verdictOf(result), outcomesOf(result)]).toEqual(['cancelled', { listens: 'cancelled', deaf: 'cancelled' }]);
    const kinds = must(result.run).failures.map(({ failure }) => [failure.kind, failure.cause?.kind]);
    expect(kinds).toContainEqual(['cancelled', 'tool-failed']);
    expect(kinds).toContainEqual(['cancelled', undefined]);
  });

  test('what a killed run left running is ended first; where that fails nothing is started', async () => {
    const order: string[] = [];
    const { puppet, run } = bench();
    const settle = async () => {
      order.push('settle');
      return { ok: true as const, value: undefined };
    };
    const steps = [toy('a', { apply: () => void order.push('apply') })];
    await run(steps, { worlds: { ...puppet, settle } });
    expect(order).toEqual(['settle', 'apply']);
    const stuck = await run([toy('b')], {
      worlds: { ...puppet, settle: async () => ({ ok: false, error: toyFailure('conflict') }) },
    });
    expect(stuck.run).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    expect(stuck.events).toEqual([]);
  });

  test('a wish from before the start starts nothing', async () => {
    const result = await bench().run([toy('a')], { cancel: AbortSignal.abort() });
    expect([verdictOf(result), outcomesOf(result)]).toEqual(['cancelled', { a: 'waiting' }]);
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
    expect(phasesOf(await run(steps.map((step) => toy(short(step.id), { after: step.after ?? [] }))))).toEqual({
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
