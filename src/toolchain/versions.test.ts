import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions, fits, numbersOf } from './versions.js';

test.each([
  ['v1.37.2', [1, 37, 2]],
  ['9.2p1', [9, 2]],
  ['252', [252]],
  ['go1.26.8', [1, 26, 8]],
  ['unknown', []],
])('%s has these numbers', (text, numbers) => {
  expect(numbersOf(text)).toEqual(numbers);
});

test.each([
  ['1.6.6', '>=1.6', true],
  ['1.5.9', '>=1.6', false],
  ['1.10.0', '>=1.9', true],
  ['1.39.0', '>=1.36 <1.39', false],
  ['v1.38.9', '>=1.36 <1.39', true],
  ['2.0', '=2', true],
  ['2.1', '2', false],
  ['anything', '', true],
  ['1.0', '  ', true],
])('%s fits %j: %s', (version, range, yes) => {
  expect(fits(version, range)).toBe(yes);
});

test('the order is an order', () => {
  const version = fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }).map((n) => n.join('.'));
  fc.assert(fc.property(version, version, (a, b) => Math.sign(compareVersions(a, b)) === -Math.sign(compareVersions(b, a))));
  fc.assert(
    fc.property(
      version,
      version,
      version,
      (a, b, c) => compareVersions(a, b) > 0 || compareVersions(b, c) > 0 || compareVersions(a, c) <= 0,
    ),
  );
});
