import { describe, expect, test } from 'vitest';
import type { Step } from '../model/index.js';
import { bench, must, phasesOf, planOnce, type RigResult, textFrom, toy, toyFailure, toyId } from '../testkit/index.js';
import { fold } from './fold.js';
import { openJournal } from './journal-writer.js';

describe('a saved plan', () => {
  const saved = async (steps: readonly Step[], earlier: readonly Step[] = []) => {
    const made = bench();
    if (earlier.length > 0) await made.run(earlier);
    const before = fold(must(await openJournal({ store: made.journal })).decoded.events);
    return { ...made, plan: must(await planOnce({ steps, worlds: made.puppet }, before, [])) };
  };
  const codes = (result: RigResult): readonly string[] => must(result.run).failures.map(({ failure }) => failure.diagnostic.code);

  test('may weaken from change to keep', async () => {
    const { run, plan, puppet } = await saved([toy('a')]);
    puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: '{}', mode: 0o644 });
    expect(phasesOf(await run([toy('a')], { plan }))).toEqual({ a: 'kept' });
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
    expect(phasesOf(await half.run([toy('a')], { plan: half.plan }))).toEqual({ a: 'done' });
    const twice = await saved([toy('a')]);
    const retried = toy('a', {
      deadlineMs: 1_000,
      apply: (call) => {
        twice.puppet.state.files.set(`/state/toys/${toyId('a')}`, { body: 'half', mode: 0o644 });
        return call < 2 ? toyFailure('not-ready') : undefined;
      },
    });
    expect(phasesOf(await twice.run([retried], { plan: twice.plan }))).toEqual({ a: 'done' });
  });

  test('lets unknown steps be what they turn out to be', async () => {
    const steps = [toy('a'), toy('b', { inputs: { x: textFrom('a') } })];
    const { run, plan } = await saved(steps);
    expect(phasesOf(await run(steps, { plan }))).toEqual({ a: 'done', b: 'done' });
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
