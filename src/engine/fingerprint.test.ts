import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textFrom, toyId } from '../testkit/index.js';
import { canonicalJson, digestOf } from './canonical.js';
import { changedInputs, fingerprintOf } from './fingerprint.js';
import { resolveInputs } from './resolve.js';

const a = toyId('a');

test('equal data gives equal bytes whatever the order of keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined, e: -0 })).toBe('{"b":[1,{"c":"x","d":null}],"e":0}');
  expect(canonicalJson([undefined])).toBe('[null]');
  expect(canonicalJson(Object.create(null))).toBe('{}');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(digestOf(reversed)).toBe(digestOf(value));
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
  );
});

test('what is not plain data is refused', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, new Date(), () => 1, 1n, Symbol('x')])
    expect(() => canonicalJson({ value })).toThrow('not plain data');
});

test('the fingerprint is of id and inputs, and names what changed', () => {
  const before = fingerprintOf(a, { version: 'v1', nodes: ['x'], gone: 1 });
  expect(fingerprintOf(a, { gone: 1, nodes: ['x'], version: 'v1' })).toEqual(before);
  expect(fingerprintOf(toyId('b'), { version: 'v1', nodes: ['x'], gone: 1 }).fingerprint).not.toBe(before.fingerprint);
  const now = fingerprintOf(a, { version: 'v2', nodes: ['x'], added: true, unset: undefined });
  const record = { ...before, outputs: null, at: '', durationMs: 0 };
  expect(changedInputs(now, record)).toEqual([
    { what: 'added', to: digestOf(true) },
    { what: 'gone', from: digestOf(1) },
    { what: 'version', from: digestOf('v1'), to: digestOf('v2') },
  ]);
  expect(Object.keys(fingerprintOf(a, 'just text').inputs)).toEqual(['inputs']);
});

test('Refs are filled in at any depth; a member that is not there is a bug with both steps named', () => {
  const outputs = new Map([[a, { text: 'hello', list: [{ n: 1 }], nothing: undefined }]]);
  const inputs = {
    deep: [{ greeting: textFrom('a') }],
    whole: { $step: a, $path: '' },
    item: { $step: a, $path: 'list.0.n' },
    plain: 1,
    none: null,
  };
  expect(resolveInputs(toyId('b'), inputs, outputs)).toEqual({
    ok: true,
    value: { deep: [{ greeting: 'hello' }], whole: outputs.get(a), item: 1, plain: 1, none: null },
  });
  for (const $path of ['other', 'text.length.x', 'nothing', 'constructor', 'list.9']) {
    const result = resolveInputs(toyId('b'), { list: [{ $step: a, $path }] }, outputs);
    expect(result).toMatchObject({ ok: false, error: { kind: 'bug', diagnostic: { code: 'ENGINE-REF-MISSING' } } });
    expect(!result.ok && result.error.diagnostic.message).toContain('toys/test/b reads');
  }
});
