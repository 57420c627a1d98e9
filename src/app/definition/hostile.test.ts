import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from './limits.js';
import { parseText } from './parse.js';
import { type Tree, toPlain } from './tree.js';

const codes = (text: string): readonly string[] => [...new Set(parseText('f.yaml', text).diagnostics.map((one) => one.code))];

/** Values in a tree: what was really made, so that a bomb is measured by count and not by clock. */
function count(tree: Tree | undefined): number {
  if (tree === undefined) return 0;
  if (tree.kind === 'scalar') return 1;
  const below = tree.kind === 'list' ? tree.items : [...tree.entries.values()].map((entry) => entry.value);
  return 1 + below.reduce((sum, one) => sum + count(one), 0);
}

const bomb = (levels: number): string =>
  [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]`),
  ].join('\n');

describe('a hostile file', () => {
  it('cannot multiply itself by aliases', () => {
    expect(codes(bomb(9))).toEqual(['SPEC-ALIAS-LIMIT']);
    expect(parseText('f', bomb(9)).tree).toBeUndefined();
  });

  it('may use a few aliases, and those are counted as what they stand for', () => {
    const few = parseText('f', 'a: &x { b: 1 }\nc: *x\nd: *x\n');
    expect(few.diagnostics).toEqual([]);
    expect(few.tree && toPlain(few.tree)).toEqual({ a: { b: 1 }, c: { b: 1 }, d: { b: 1 } });
    const big = `a: &a [${Array(4000).fill('x').join(',')}]\n${Array.from({ length: 10 }, (_, n) => `k${n}: *a`).join('\n')}`;
    expect(codes(big)).toEqual(['SPEC-ALIAS-LIMIT']);
  });

  it('cannot contain itself', () => {
    expect(codes('a: &a [ *a ]')).toEqual(['SPEC-ALIAS-LIMIT']);
    expect(codes('a: &a { b: { c: *a } }')).toEqual(['SPEC-ALIAS-LIMIT']);
  });

  it('cannot use an anchor that is not there', () => {
    expect(codes('a: *nobody')).toEqual(['SPEC-SYNTAX']);
  });

  it.each([
    ['flow lists', '['.repeat(100_000)],
    ['closed flow lists', '['.repeat(5000) + ']'.repeat(5000)],
    ['flow maps', '{a: '.repeat(30_000)],
    ['lists in one line', `${'- '.repeat(50_000)}x`],
    ['explicit keys', `${'? '.repeat(50_000)}x`],
    ['indented maps', Array.from({ length: 400 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
  ])('cannot be a tower of %s', (_, text) => {
    expect(codes(text)).toEqual(['SPEC-TOO-LARGE']);
  });

  it('cannot be huge, as a file, a text, a key, or a number of values', () => {
    expect(codes(`a: ${'x'.repeat(limits.bytes)}`)).toEqual(['SPEC-TOO-LARGE']);
    expect(codes(`a: ${'x'.repeat(limits.text + 1)}`)).toEqual(['SPEC-TOO-LARGE']);
    expect(codes(`${'k'.repeat(300)}: 1`)).toEqual(['SPEC-TOO-LARGE']);
    expect(
      codes(
        `a: [${Array(limits.nodes + 1)
          .fill('1')
          .join(',')}]`,
      ),
    ).toEqual(['SPEC-TOO-LARGE']);
  });

  it('cannot reach a prototype', () => {
    expect(codes('__proto__: { polluted: yes }')).toEqual(['SPEC-UNKNOWN-KEY']);
    const { tree } = parseText('f', 'constructor: { prototype: { polluted: yes } }\ntoString: 1');
    expect(tree && Object.getPrototypeOf(toPlain(tree))).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    ['a class', 'a: !!python/object:os.system x'],
    ['a script', 'a: !!js/function "() => 1"'],
    ['bytes', 'a: !!binary aGk='],
    ['a set', 'a: !!set { x, y }'],
    ['a local tag', 'a: !include other.yaml'],
    ['a tagged map', 'a: !thing { b: 1 }'],
    ['a declared tag', '%TAG !e! tag:example.org,2000:\n---\na: !e!thing x'],
  ])('cannot ask for %s by a tag', (_, text) => {
    expect(codes(text)).toEqual(['SPEC-UNKNOWN-TAG']);
  });

  it('cannot merge, have two documents, or a key that is no text', () => {
    expect(codes('a: &a { b: 1 }\nc: { <<: *a }')).toEqual(['SPEC-MERGE-KEY']);
    expect(codes('a: 1\n---\nb: 2')).toEqual(['SPEC-SYNTAX']);
    expect(codes('? [a, b]\n: 1')).toEqual(['SPEC-SYNTAX']);
    expect(codes('"": 1')).toEqual(['SPEC-SYNTAX']);
  });

  it('cannot bring numbers that are not what they look like', () => {
    expect(codes('a: .nan')).toEqual(['SPEC-BAD-VALUE']);
    expect(codes('a: 12345678901234567890')).toEqual(['SPEC-BAD-VALUE']);
    expect(codes('%YAML 1.1\n---\na: 1_000')).toEqual([]);
  });

  it('never makes it throw, nor lets it grow, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '!t ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '%',
      '---\n',
      '\t',
      '\r\n',
      '? ',
      ',',
      '\u0000',
      '\ud800',
      '日',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const { tree, diagnostics } = parseText('f', parts.join(''));
        expect(count(tree)).toBeLessThanOrEqual(limits.nodes);
        expect(tree !== undefined || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
