import { expect, test } from 'vitest';
import { differencesOf, leafPaths, placeIn, probeOf, withValue } from './value-layers.js';

const text = `spec:
  services:
    - name: core
      with:
        packages:
          - name: loki
            values:
              loki: { limits: { period: 48h } }
`;
const values = ['spec', 'services', { named: 'core' }, 'with', 'packages', { named: 'loki' }, 'values'] as const;

test('a value is found with the place of its key, through lists by name', () => {
  expect(placeIn(text, 'p.yaml', [...values, 'loki', 'limits', 'period'])).toEqual({
    at: { file: 'p.yaml', line: 8, column: 33 },
    value: '48h',
  });
});

test.each([['loki', 'nothing'], ['loki', 'limits', 'period', 'deeper'], ['0']])(
  'what is not written is not found: %s',
  (...path) => {
    expect(placeIn(text, 'p.yaml', [...values, ...path])).toBeUndefined();
  },
);

test('an alias says what it stands for', () => {
  expect(placeIn('a: &x { b: 1 }\nc: *x\n', 'f', ['c'])?.value).toEqual({ b: 1 });
});

test('all that is set is listed; a list and an empty map count as one value', () => {
  expect(leafPaths({ a: { b: 1, c: [1, 2] }, d: {}, e: null })).toEqual(['a.b', 'a.c', 'd', 'e']);
});

test.each([true, 3, 'x', '', ['a'], [], { a: 1 }, null, undefined])('a probe of %j is another value', (value) => {
  expect(probeOf(value)).not.toEqual(value);
});

test('a value is set without touching its neighbours', () => {
  expect(withValue({ a: { b: 1, c: 2 } }, ['a', 'b'], 9)).toEqual({ a: { b: 9, c: 2 } });
  expect(withValue({ a: 'text' }, ['a', 'b'], 9)).toEqual({ a: { b: 9 } });
});

test('differences name the deepest paths, in either direction', () => {
  expect(differencesOf({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1, c: 3 }, d: [1], e: 1 })).toEqual(['a.c', 'd.1', 'e']);
});
