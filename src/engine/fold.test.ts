import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent, RunEventBody, RunState } from '../model/index.js';
import { anyDigest, createPuppet, runOnce, textFrom, toy, toyFailure, toyId } from '../testkit/index.js';
import { criticalPath } from './critical-path.js';
import { expectedDurations, median, rememberDurations, startedSteps } from './durations.js';
import { fold, startFolding } from './fold.js';

const [a, b, c] = [toyId('a'), toyId('b'), toyId('c')];
const at = (ms: number): string => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const numbered = (bodies: readonly (RunEventBody & { readonly ms?: number })[]): readonly RunEvent[] =>
  bodies.map(({ ms, ...body }, index) => ({ seq: index + 1, at: at(ms ?? index), ...body }));
const started = (steps: readonly string[], after: Readonly<Record<string, readonly string[]>> = {}): RunEventBody => ({
  type: 'run-started',
  run: 'r',
  plan: anyDigest,
  mode: 'up',
  platform: 'p',
  environment: 'e',
  seed: 1,
  steps: steps.map((id) => ({ id: toyId(id), title: id, after: (after[id] ?? []).map(toyId), intent: 'apply' })),
});
const record = (text: string) => ({ fingerprint: anyDigest, inputs: {}, outputs: { text }, durationMs: 1 });
const evidence = (step: typeof a, verdict: 'pass' | 'fail'): RunEventBody => ({
  type: 'evidence',
  evidence: { step, claim: 'x', verdict, at: at(0) },
});

test('nothing happened: an empty state', () => {
  expect(fold([])).toEqual({ steps: new Map(), plan: [], records: new Map(), evidence: [], lastSeq: 0 });
});

test('records stand over runs until they are removed; steps are those of the last run', () => {
  const events = numbered([
    started(['a', 'b']),
    { type: 'step-started', step: a, attempt: 1 },
    { type: 'step-finished', step: a, verdict: 'done', record: record('1'), durationMs: 5 },
    { type: 'step-finished', step: b, verdict: 'done', record: record('b'), durationMs: 5 },
    { type: 'run-finished', verdict: 'ok' },
    started(['a', 'c']),
    { type: 'step-started', step: a, attempt: 1 },
    { type: 'step-output', step: a, stream: 'out', text: 'x' },
    { type: 'heartbeat', running: [a] },
    { type: 'step-note', step: a, text: 'x' },
    { type: 'step-finished', step: a, verdict: 'kept', durationMs: 1 },
    { type: 'step-failed', step: c, failure: toyFailure(), durationMs: 2 },
  ]);
  const state = fold(events);
  expect([...state.records]).toEqual([
    [a, { ...record('1'), at: at(2) }],
    [b, { ...record('b'), at: at(3) }],
  ]);
  expect([...state.steps.values()].map((step) => step.phase)).toEqual(['kept', 'failed']);
  expect(state).toMatchObject({ run: 'r', mode: 'up', startedAt: at(5), lastSeq: 12 });
  expect(state).not.toHaveProperty('verdict');
  const gone = fold([...events, ...numbered([{ type: 'step-finished', step: a, verdict: 'removed', durationMs: 1 }])]);
  expect([...gone.records.keys()]).toEqual([b]);
});

test('evidence of an attempt replaces the older of its step; a kept step keeps its own; a removed one has none', () => {
  const run = (bodies: readonly RunEventBody[]): RunState => fold(numbered([started(['a', 'b']), ...bodies]));
  const first: readonly RunEventBody[] = [
    { type: 'step-started', step: a, attempt: 1 },
    evidence(a, 'fail'),
    { type: 'step-failed', step: a, failure: toyFailure(), durationMs: 1 },
    evidence(b, 'pass'),
    evidence(b, 'pass'),
  ];
  expect(run(first).evidence.map((one) => [one.step, one.verdict])).toEqual([
    [a, 'fail'],
    [b, 'pass'],
    [b, 'pass'],
  ]);
  const again: readonly RunEventBody[] = [...first, { type: 'step-started', step: a, attempt: 1 }, evidence(a, 'pass')];
  const done: readonly RunEventBody[] = [...again, { type: 'step-finished', step: a, verdict: 'done', durationMs: 1 }];
  expect(
    run(done)
      .evidence.filter((one) => one.step === a)
      .map((one) => one.verdict),
  ).toEqual(['pass']);
  const kept: readonly RunEventBody[] = [
    ...done,
    { type: 'step-started', step: a, attempt: 1 },
    { type: 'step-finished', step: a, verdict: 'kept', durationMs: 1 },
  ];
  expect(run(kept).evidence).toHaveLength(3);
  const removed: readonly RunEventBody[] = [...kept, { type: 'step-finished', step: a, verdict: 'removed', durationMs: 1 }];
  expect(run(removed).evidence.map((one) => one.step)).toEqual([b, b]);
});

test('total: any events in any order have a state, and folding piece by piece gives the same', () => {
  const step = fc.constantFrom(a, b, c);
  const body: fc.Arbitrary<RunEventBody> = fc.oneof(
    fc.constant(started(['a', 'b'])),
    fc.record({ type: fc.constant('step-started' as const), step, attempt: fc.nat() }),
    fc.record({
      type: fc.constant('step-finished' as const),
      step,
      verdict: fc.constantFrom('done' as const, 'kept' as const, 'removed' as const),
      durationMs: fc.nat(),
    }),
    fc.record({ type: fc.constant('step-failed' as const), step, failure: fc.constant(toyFailure()), durationMs: fc.nat() }),
    fc.record({ type: fc.constant('step-skipped' as const), step, because: step }),
    step.map((one) => evidence(one, 'pass')),
    fc.constant({ type: 'run-finished' as const, verdict: 'ok' as const }),
  );
  fc.assert(
    fc.property(fc.array(body, { maxLength: 40 }), (bodies) => {
      const events = numbered(bodies);
      const folding = startFolding();
      for (const event of events) {
        folding.add(event);
        folding.state();
      }
      expect(folding.state()).toEqual(fold(events));
      expect(fold(events).lastSeq).toBe(events.length);
      criticalPath(fold(events));
    }),
  );
});

test('the critical path is the chain whose every link ended last', () => {
  const finished = (step: typeof a, ms: number, durationMs: number) => ({
    type: 'step-finished' as const,
    step,
    verdict: 'done' as const,
    durationMs,
    ms,
  });
  const state = fold(
    numbered([
      { ...started(['a', 'b', 'c', 'late', 'never'], { c: ['a', 'b', 'missing'], late: ['c'] }), ms: 0 },
      { type: 'step-started', step: a, attempt: 1, ms: 0 },
      { type: 'step-started', step: b, attempt: 1, ms: 0 },
      finished(b, 100, 100),
      finished(a, 300, 300),
      { type: 'step-started', step: c, attempt: 1, ms: 350 },
      { type: 'step-started', step: c, attempt: 2, ms: 700 },
      finished(c, 1000, 650),
    ]),
  );
  expect(criticalPath(state)).toEqual({
    totalMs: 1000,
    steps: [
      { id: a, title: 'a', startedAt: at(0), durationMs: 300, waitedMs: 0 },
      { id: c, title: 'c', startedAt: at(350), durationMs: 650, waitedMs: 50 },
    ],
  });
  expect(criticalPath(fold([]))).toEqual({ steps: [], totalMs: 0 });
});

test('expected times are medians of what was really applied or removed', async () => {
  expect([median([]), median([5]), median([1, 100]), median([9, 1, 2])]).toEqual([undefined, 5, 51, 2]);
  const steps = [toy('a'), toy('b', { inputs: { x: textFrom('a') }, apply: () => toyFailure() })];
  const { state, events } = await runOnce({ steps, worlds: createPuppet() });
  let history = rememberDurations({ [a]: [10, 20] }, state);
  expect(Object.keys(history)).toEqual([a]);
  expect(history[a]).toHaveLength(3);
  for (let runs = 0; runs < 20; runs += 1) history = rememberDurations(history, state);
  expect(history[a]).toHaveLength(9);
  const removed = fold(numbered([started(['a']), { type: 'step-finished', step: a, verdict: 'removed', durationMs: 77 }]));
  history = rememberDurations({ [a]: [5] }, removed);
  expect([...expectedDurations(history, [a, b], 'apply')]).toEqual([[a, 5]]);
  expect([...expectedDurations(history, [a, b], 'remove')]).toEqual([[a, 77]]);
  expect([...startedSteps(events)]).toEqual([a, b]);
  expect([
    ...startedSteps([...events, ...numbered([{ type: 'step-finished', step: a, verdict: 'removed', durationMs: 1 }])]),
  ]).toEqual([b]);
});
