import fc from 'fast-check';
import { expect, test } from 'vitest';
import { must, textFrom, toy, toyId } from '../testkit/index.js';
import { buildGraph, edgesOf, refsIn } from './graph.js';

const ids = (names: string): readonly string[] => names.split('').map(toyId);

test('edges come from Refs at any depth and from after', () => {
  const step = toy('x', { inputs: { deep: [{ in: textFrom('a') }], again: textFrom('a'), none: null }, after: [toyId('b')] });
  expect(edgesOf(step)).toEqual(ids('ab'));
  expect(refsIn(textFrom('a'))).toEqual(ids('a'));
  expect(refsIn('text')).toEqual([]);
});

test('the order is topological, and among equals the one given', () => {
  const steps = [
    toy('c', { after: [toyId('a')] }),
    toy('b'),
    toy('a'),
    toy('d', { inputs: { x: textFrom('c'), y: textFrom('b') } }),
  ];
  expect(must(buildGraph(steps)).order).toEqual(ids('bacd'));
});

test('duplicates, edges to nowhere and cycles name the steps', () => {
  const twice = buildGraph([toy('a'), toy('b'), toy('a'), toy('a')]);
  expect(twice).toMatchObject({ ok: false, error: { kind: 'invalid', diagnostic: { code: 'ENGINE-DUPLICATE-STEP' } } });
  expect(!twice.ok && twice.error.diagnostic.message).toBe('more than one step is called toys/test/a');
  const lost = buildGraph([toy('a', { after: [toyId('gone')] })]);
  expect(!lost.ok && lost.error.diagnostic.message).toContain('toys/test/a → toys/test/gone');
  const round = buildGraph([
    toy('entry', { after: [toyId('a')] }),
    toy('a', { after: [toyId('b')] }),
    toy('b', { after: [toyId('c')] }),
    toy('c', { after: [toyId('a'), toyId('free')] }),
    toy('free'),
  ]);
  expect(!round.ok && round.error.diagnostic.message).toBe(
    'steps wait for each other: toys/test/a → toys/test/b → toys/test/c → toys/test/a',
  );
  expect(buildGraph([toy('a', { after: [toyId('a')] })])).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'ENGINE-STEP-CYCLE' } },
  });
});

test('any acyclic graph is ordered so that no step is before what it waits for', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat()), { maxLength: 25 }), fc.infiniteStream(fc.nat()), (edges, shuffle) => {
      const steps = edges.map((to, index) =>
        toy(`s${index}`, { after: index === 0 ? [] : to.map((edge) => toyId(`s${edge % index}`)) }),
      );
      const mixed = steps
        .map((step) => ({ step, at: shuffle.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map((one) => one.step);
      const graph = must(buildGraph(mixed));
      const position = new Map(graph.order.map((id, index) => [id, index]));
      expect(graph.order).toHaveLength(steps.length);
      for (const step of steps)
        for (const edge of edgesOf(step)) expect(position.get(edge)).toBeLessThan(position.get(step.id) ?? -1);
    }),
  );
});
