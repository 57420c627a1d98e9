import { expect, test } from 'vitest';
import type { Plan, Step } from '../model/index.js';
import { createPuppet, memoryJournal, must, planOnce, runOnce, textFrom, toy, toyId } from '../testkit/index.js';
import { explainStep } from './explain.js';
import { parsePlan, renderPlan } from './saved-plan.js';

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

test('a saved plan is read back, and refused once changed', async () => {
  const { plan } = await after([toy('a')]);
  const made = await plan([toy('a', { inputs: { x: 1 } }), toy('b')]);
  expect(must(parsePlan(renderPlan(made)))).toEqual(made);
  const forged = renderPlan(made).replace('"create"', '"keep"');
  expect(parsePlan(forged)).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  for (const text of [
    '',
    '[]',
    '{}',
    '{"steps":[]}',
    JSON.stringify({ ...made, steps: [1] }),
    JSON.stringify({ ...made, steps: [{ id: 'x' }] }),
  ]) {
    expect(parsePlan(text)).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  }
  expect(parsePlan(JSON.stringify({ ...made, apiVersion: 'strata.dev/plan/v9' }))).toMatchObject({
    ok: false,
    error: { kind: 'version' },
  });
});

test('explain tells why, by the record', async () => {
  const steps = [toy('same'), toy('input', { inputs: { x: 1 } }), toy('gone'), toy('drifted'), toy('old')];
  const { puppet, plan, first } = await after(steps);
  puppet.state.files.delete(`/state/toys/${toyId('gone')}`);
  puppet.state.files.set(`/state/toys/${toyId('drifted')}`, { body: 'else', mode: 0o644 });
  puppet.state.files.set(`/state/toys/${toyId('found')}`, { body: 'else', mode: 0o644 });
  const next = [
    toy('same'),
    toy('input', { inputs: { x: 2 } }),
    toy('gone'),
    toy('drifted'),
    toy('new'),
    toy('found'),
    toy('waits', { inputs: { x: textFrom('new') } }),
  ];
  const reasons = (await plan(next, { former: steps })).steps.map((step) => {
    const told = explainStep(step, first.state.records.get(step.id));
    return [step.id.split('/').at(-1), told.reason, told.fingerprint.recorded !== undefined, told.recordedAt !== undefined];
  });
  expect(Object.fromEntries(reasons.map(([name, ...rest]) => [name, rest]))).toEqual({
    same: ['up-to-date', true, true],
    input: ['inputs-changed', true, true],
    gone: ['absent', true, true],
    drifted: ['differs', true, true],
    new: ['never-ran', false, false],
    found: ['found', false, false],
    waits: ['waits', false, false],
    old: ['not-wanted', true, true],
  });
});
