import { describe, expect, test } from 'vitest';
import type { Step } from '../model/index.js';
import { bench, fastClock, phasesOf, short, textFrom, toldOf, toy, toyFailure, toyId, verdictOf } from '../testkit/index.js';

describe('removing', () => {
  test('a destruction takes dependants first and leaves no record', async () => {
    const { run, puppet } = bench();
    const steps = [toy('a'), toy('b', { inputs: { x: textFrom('a') } }), toy('c', { permanent: true, after: [toyId('b')] })];
    await run(steps);
    const gone = await run(steps, { mode: 'destroy' });
    expect(phasesOf(gone)).toEqual({ a: 'removed', b: 'removed', c: 'removed' });
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
    expect(toldOf(gone.events, 'a')).toEqual(['step-started', 'step-note', 'step-finished']);
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
      expect([verdictOf(result), phasesOf(result)]).toEqual(['failed', { a: keepGoing ? 'removed' : 'skipped', b: 'failed' }]);
      expect([...result.state.records.keys()]).toEqual(keepGoing ? [toyId('b')] : ['a', 'b'].map(toyId));
    }
  });

  test('what the definition no longer yields goes, and only the record where no step knows it', async () => {
    const { run, puppet } = bench();
    await run([toy('stays'), toy('leaves', { inputs: { x: textFrom('stays') } }), toy('unknown')]);
    const former = [toy('stays'), toy('leaves', { inputs: { x: textFrom('stays') } })];
    const result = await run([toy('stays')], { former });
    expect(phasesOf(result)).toEqual({ stays: 'kept', leaves: 'removed', unknown: 'removed' });
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
