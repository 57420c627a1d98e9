import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plan, PlannedStep, ReadWorld, Step } from '../model/index.js';
import {
  anyDigest,
  createPuppet,
  memoryJournal,
  must,
  planOnce,
  runOnce,
  textFrom,
  toy,
  toyFailure,
  toyId,
} from '../testkit/index.js';
import { digestOf } from './canonical.js';
import { planDestroy } from './destroy.js';
import { fold } from './fold.js';
import { openJournal } from './journal-writer.js';
import { planRun } from './plan.js';

const nothing = { state: fold([]), events: [] };
const verdicts = (plan: Plan): Readonly<Record<string, string>> =>
  Object.fromEntries(plan.steps.map((step) => [step.id.split('/').at(-1) ?? '', step.verdict]));
const find = (plan: Plan, name: string): PlannedStep | undefined => plan.steps.find((step) => step.id === toyId(name));

/** A machine and a journal on which these steps have run. */
async function after(steps: readonly Step[]) {
  const puppet = createPuppet();
  const journal = memoryJournal();
  const first = await runOnce({ steps, worlds: puppet, journal });
  const plan = async (
    next: readonly Step[],
    more: { readonly former?: readonly Step[]; readonly offline?: boolean } = {},
  ): Promise<Plan> =>
    must(
      await planOnce(
        { steps: next, worlds: puppet, ...(more.former && { former: more.former }) },
        first.state,
        first.events,
        more.offline,
      ),
    );
  return { puppet, journal, first, plan };
}

test('nothing stands: creations first in order, and unknown behind outputs that do not exist', async () => {
  const steps = [
    toy('b', { inputs: { from: textFrom('a') } }),
    toy('a', { inputs: { x: 1 } }),
    toy('c', { after: [toyId('a')] }),
  ];
  const plan = must(await planOnce({ steps, worlds: createPuppet() }, nothing.state, []));
  expect(verdicts(plan)).toEqual({ a: 'create', b: 'unknown', c: 'create' });
  expect(find(plan, 'b')).toMatchObject({ changes: [{ what: 'waits for', to: toyId('a') }], after: [toyId('a')] });
  expect(find(plan, 'b')).not.toHaveProperty('fingerprint');
  expect(find(plan, 'a')?.changes).toEqual([{ what: 'text', to: '{"x":1}' }]);
});

test('a step behind an unknown one is not observed', async () => {
  let looks = 0;
  const counted = toy('b', {
    inputs: { from: textFrom('a') },
    observe: () => {
      looks += 1;
      return undefined;
    },
  });
  await planOnce({ steps: [toy('a'), counted], worlds: createPuppet() }, nothing.state, []);
  expect(looks).toBe(0);
});

test('all stands: keep, online and offline alike', async () => {
  const steps = [toy('a', { inputs: { x: 1 } }), toy('b', { inputs: { from: textFrom('a') } })];
  const { plan } = await after(steps);
  expect(verdicts(await plan(steps))).toEqual({ a: 'keep', b: 'keep' });
  expect(verdicts(await plan(steps, { offline: true }))).toEqual({ a: 'keep', b: 'keep' });
});

test('a changed input is a change that names it, and what reads the step waits', async () => {
  const { plan } = await after([toy('a', { inputs: { x: 1, y: 1 } }), toy('b', { inputs: { from: textFrom('a') } })]);
  const next = [toy('a', { inputs: { x: 2, y: 1 } }), toy('b', { inputs: { from: textFrom('a') } })];
  const offline = await plan(next, { offline: true });
  expect(verdicts(offline)).toEqual({ a: 'change', b: 'unknown' });
  expect(find(offline, 'a')?.changes).toEqual([{ what: 'x', from: digestOf(1), to: digestOf(2) }]);
  const online = await plan(next);
  expect(find(online, 'a')?.changes.map((change) => change.what)).toEqual(['text', 'x']);
});

test('a changed input that looking cannot tell is still a change; one it names is not named twice', async () => {
  const blind = (x: number, differs = false): Step => {
    const made = toy('a', { inputs: { x } });
    const diff = () => (differs ? [{ what: 'x.deep', to: 'seen' }] : []);
    return { ...made, action: { ...made.action, diff: (want, got) => (got ? diff() : made.action.diff(want, got)) } };
  };
  const { plan } = await after([blind(1)]);
  expect(find(await plan([blind(2)]), 'a')).toMatchObject({ verdict: 'change', changes: [{ what: 'x' }] });
  expect(find(await plan([blind(2, true)]), 'a')?.changes).toEqual([{ what: 'x.deep', to: 'seen' }]);
});

test('what vanished is created again, what drifted is changed, what was found is kept', async () => {
  const steps = [toy('gone'), toy('drifted'), toy('same')];
  const { puppet, plan } = await after(steps);
  puppet.state.files.delete(`/state/toys/${toyId('gone')}`);
  puppet.state.files.set(`/state/toys/${toyId('drifted')}`, { body: 'else', mode: 0o644 });
  puppet.state.files.set(`/state/toys/${toyId('found')}`, { body: '{}', mode: 0o644 });
  const now = await plan([...steps, toy('found')]);
  expect(verdicts(now)).toEqual({ gone: 'create', drifted: 'change', same: 'keep', found: 'keep' });
  expect(verdicts(await plan([...steps, toy('found')], { offline: true }))).toEqual({
    gone: 'keep',
    drifted: 'keep',
    same: 'keep',
    found: 'create',
  });
});

test('what cannot be seen is unknown with the reason; a bug or a cancel ends planning', async () => {
  const world = createPuppet();
  const blind = must(
    await planOnce({ steps: [toy('a', { observe: () => toyFailure('network') })], worlds: world }, nothing.state, []),
  );
  expect(find(blind, 'a')).toMatchObject({
    verdict: 'unknown',
    changes: [{ what: 'cannot be observed yet', to: 'the toy broke' }],
  });
  for (const kind of ['bug', 'cancelled'] as const) {
    const ended = await planOnce(
      { steps: [toy('a', { observe: () => toyFailure(kind) }), toy('b')], worlds: world },
      nothing.state,
      [],
    );
    expect(ended).toMatchObject({ ok: false, error: { kind } });
  }
});

test('what a provider throws is a bug that names step and place, not a crash', async () => {
  const throws = (): never => {
    throw new Error('oops');
  };
  const a = toy('a');
  for (const [action, place] of [
    [{ ...a.action, observe: throws }, 'observe'],
    [{ ...a.action, diff: throws }, 'observe'],
  ] as const) {
    const result = await planOnce({ steps: [{ ...a, action }], worlds: createPuppet() }, nothing.state, []);
    expect(result).toMatchObject({ ok: false, error: { kind: 'bug', diagnostic: { code: 'ENGINE-THROWN' } } });
    expect(!result.ok && result.error.diagnostic.message).toContain(`${place} of toys/test/a threw: Error: oops`);
  }
  const notAList = { ...a.action, diff: () => Promise.resolve([]) as never };
  const offline = await planOnce({ steps: [{ ...a, action: notAList }], worlds: createPuppet() }, nothing.state, [], true);
  expect(offline).toMatchObject({ ok: false, error: { kind: 'bug' } });
  const odd = await planOnce({ steps: [toy('a', { inputs: { when: new Date() } })], worlds: createPuppet() }, nothing.state, []);
  expect(odd).toMatchObject({ ok: false, error: { kind: 'bug' } });
});

test('steps that cannot be ordered, or that read what is not there, are failures', async () => {
  const worlds = createPuppet();
  expect(await planOnce({ steps: [toy('a'), toy('a')], worlds }, nothing.state, [])).toMatchObject({
    ok: false,
    error: { kind: 'invalid' },
  });
  expect(await planOnce({ steps: [toy('a')], former: [toy('b'), toy('b')], worlds }, nothing.state, [])).toMatchObject({
    ok: false,
  });
  const steps = [toy('a'), toy('b', { inputs: { x: { $step: toyId('a'), $path: 'nothing.here' } } })];
  const { plan } = await after([toy('a')]);
  await expect(plan(steps)).rejects.toThrow('ENGINE-REF-MISSING');
});

test('what the definition no longer yields is removed, dependants first, through what stays', async () => {
  const former = [
    toy('base'),
    toy('mid', { inputs: { from: textFrom('base') } }),
    toy('top', { inputs: { from: textFrom('mid') }, after: [toyId('base')] }),
  ];
  const { plan } = await after([...former, toy('orphan')]);
  const now = await plan([toy('base')], { former });
  expect(
    now.steps.map((step) => `${step.verdict} ${step.id.split('/').at(-1)} after ${step.after.map((id) => id.split('/').at(-1))}`),
  ).toEqual(['remove top after base', 'remove mid after base,top', 'remove orphan after ', 'keep base after ']);
  expect(find(now, 'orphan')?.changes[0]?.what).toContain('only its record is dropped');
});

test('order holds across a step in the middle that stays', async () => {
  const former = [toy('low'), toy('mid', { after: [toyId('low')] }), toy('high', { after: [toyId('mid')] })];
  const { plan } = await after(former);
  const now = await plan([toy('mid')], { former });
  expect(find(now, 'low')?.after).toEqual([toyId('high')]);
});

test('what comes into a layer waits for what leaves it, but not for what leaves through it', async () => {
  const former = [
    toy('net/x/bridge'),
    toy('net/x/old', { after: [toyId('net/x/bridge')] }),
    toy('net/x/record', { permanent: true }),
  ];
  const { plan } = await after(former);
  const now = await plan([toy('net/x/bridge', { inputs: { wider: true } }), toy('net/y/new'), toy('apps/z/new')], { former });
  const edges = Object.fromEntries(now.steps.map((step) => [step.id, step.after]));
  expect(edges).toEqual({
    'net/x/record': [],
    'net/x/old': ['net/x/bridge'],
    'net/x/bridge': [],
    'net/y/new': ['net/x/old'],
    'apps/z/new': [],
  });
});

test('a destruction takes all that was ever started, in reverse', async () => {
  const steps = [
    toy('a'),
    toy('b', { inputs: { from: textFrom('a') } }),
    toy('c', { apply: () => toyFailure() }),
    toy('never', { after: [toyId('c')] }),
  ];
  const { first, journal, puppet } = await after(steps);
  const events = must(await openJournal({ store: journal })).decoded.events;
  const plan = must(await planOnce({ steps, worlds: puppet, mode: 'destroy' }, first.state, events));
  expect(plan.steps.map((step) => step.id)).toEqual(['b', 'c', 'a'].map(toyId));
  expect(plan.steps.every((step) => step.verdict === 'remove')).toBe(true);
  const request = {
    platform: 'p',
    environment: 'e',
    spec: anyDigest,
    steps,
    records: first.state.records,
    started: new Set<Step['id']>(),
  };
  expect(planDestroy({ ...request, steps: [toy('a'), toy('a')] })).toMatchObject({ ok: false });
  expect(planDestroy({ ...request, former: [toy('a'), toy('a')] })).toMatchObject({ ok: false });
});

test('the same world gives the same plan with the same id, whatever was expected of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 8 }),
      async (edges, concurrency) => {
        const steps = edges.map((to, index) => toy(`s${index}`, { inputs: index > 0 ? { x: textFrom(`s${to % index}`) } : {} }));
        const world = createPuppet().reader({ signal: new AbortController().signal, emit: () => {} });
        const request = { platform: 'p', environment: 'e', spec: anyDigest, steps, records: new Map(), world };
        const one = must(await planRun(request));
        const expected = new Map([[toyId('s0'), 1234]]);
        const two = must(await planRun({ ...request, concurrency, expected }));
        expect(two.id).toBe(one.id);
        expect(two.steps[0]?.expectedMs).toBe(1234);
      },
    ),
    { numRuns: 25 },
  );
});

test('no more is observed at once than allowed, and by a world without hands', async () => {
  let running = 0;
  let most = 0;
  let hands = false;
  const steps = Array.from({ length: 12 }, (_, index) => {
    const made = toy(`s${index}`);
    const observe = async (_: unknown, world: ReadWorld) => {
      running += 1;
      most = Math.max(most, running);
      hands ||= 'change' in world || 'write' in world || 'reveal' in world;
      await world.pause(1);
      running -= 1;
      return { ok: true as const, value: undefined };
    };
    return { ...made, action: { ...made.action, observe } };
  });
  const world = createPuppet().reader({ signal: new AbortController().signal, emit: () => {} });
  must(await planRun({ platform: 'p', environment: 'e', spec: anyDigest, steps, records: new Map(), world, concurrency: 3 }));
  expect([most, hands]).toEqual([3, false]);
});
