import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendItem, removeItem, replaceText } from './yaml-edit.js';

const list = ['spec', 'services', { name: 'core' }, 'with', 'packages'] as const;
const example = readFileSync(new URL('../../../examples/local/platform.yaml', import.meta.url), 'utf8');

/** Lines of `b` that `a` does not have in that order, and the other way round: what `diff` would show. */
function diff(a: string, b: string): { readonly gone: readonly string[]; readonly come: readonly string[] } {
  const [left, right] = [a.split(/(?<=\n)/), b.split(/(?<=\n)/)];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return { gone: left.slice(start, left.length - end), come: right.slice(start, right.length - end) };
}

describe('an entry more', () => {
  it('is the only line that changes, wherever the list stands', () => {
    const out = appendItem(example, list, { name: 'loki', values: { a: { b: 1 } } }) ?? '';
    expect(diff(example, out)).toEqual({
      gone: [],
      come: ['          - name: loki\n', '            values:\n', '              a:\n', '                b: 1\n'],
    });
  });

  it.each([
    ['a compact list', 'spec:\n  packages:\n  - name: a # why\n  # end\nrest: 1\n', '  - name: x\n'],
    ['windows ends', 'spec:\r\n  packages:\r\n    - name: a\r\nrest: 1\r\n', '    - name: x\r\n'],
    ['a block text last', 'spec:\n  packages:\n    - name: a\n      t: |\n        one\n\n\nrest: 1\n', '    - name: x\n'],
  ])('%s', (_, text, line) => {
    expect(diff(text, appendItem(text, ['spec', 'packages'], { name: 'x' }) ?? '')).toEqual({ gone: [], come: [line] });
  });

  it.each([
    ['spec: {}\n', 'spec:\n  packages:\n    - name: x\n'],
    ['spec: {} # none yet\n', 'spec: # none yet\n  packages:\n    - name: x\n'],
    ['spec:\n', 'spec:\n  packages:\n    - name: x\n'],
    ['spec: ~\nb: 1\n', 'spec:\n  packages:\n    - name: x\nb: 1\n'],
    ['spec:\n  packages: []\n', 'spec:\n  packages:\n    - name: x\n'],
    ['spec: { packages: [] }\n', 'spec: { packages: [{ name: x }] }\n'],
    ['spec: { a: 1 }\n', 'spec: { a: 1, packages: [ { name: x } ] }\n'],
    ['spec:\n  packages: [{name: a}, {name: b}] # two\n', 'spec:\n  packages: [{name: a}, {name: b}, { name: x }] # two\n'],
    [
      'spec:\n  packages: [\n    {name: a},\n    {name: b}\n  ]\n',
      'spec:\n  packages: [\n    {name: a},\n    {name: b},\n    { name: x }\n  ]\n',
    ],
    ['spec:\n  packages:\n    - name: a', 'spec:\n  packages:\n    - name: a\n    - name: x'],
    ['\uFEFFspec:\n  packages:\n    - name: a\n', '\uFEFFspec:\n  packages:\n    - name: a\n    - name: x\n'],
  ])('%j', (text, wanted) => {
    expect(appendItem(text, ['spec', 'packages'], { name: 'x' })).toBe(wanted);
  });

  it('makes what leads to it', () => {
    const text = 'kind: Environment\nspec: {}\n';
    expect(appendItem(text, list, { name: 'x' })).toBe(
      'kind: Environment\nspec:\n  services:\n    - name: core\n      with:\n        packages:\n          - name: x\n',
    );
  });

  it.each(['spec: *none\n', 'a: &l []\nspec:\n  packages: *l\n', 'not yaml: [', 'spec: text\n', ''])(
    'is refused in %j',
    (text) => {
      expect(appendItem(text, ['spec', 'packages'], { name: 'x' })).toBeUndefined();
    },
  );
});

describe('an entry less', () => {
  it('is the only line that changes', () => {
    expect(diff(example, removeItem(example, list, 'policies') ?? '')).toEqual({
      gone: ['          - name: policies\n'],
      come: [],
    });
  });
  it.each([
    ['p:\n  # kept\n  - name: x\n    values: { a: 1 }\n\nrest: 1\n', 'p: []\n  # kept\n\nrest: 1\n'],
    ['p: [{name: x}]\n', 'p: []\n'],
    ['p: [{name: a}, {name: x}]\n', 'p: [{name: a}]\n'],
    ['p: [{name: x}, {name: a}]\n', 'p: [{name: a}]\n'],
  ])('%j', (text, wanted) => {
    expect(removeItem(text, ['p'], 'x')).toBe(wanted);
  });
});

describe('another text', () => {
  it('keeps quotes and comments', () => {
    expect(replaceText("a:\n  v: '1.2'   # pin\n", ['a', 'v'], '1.3')).toBe("a:\n  v: '1.3'   # pin\n");
    expect(replaceText('a:\n  v: 1.2.0   # pin\n', ['a', 'v'], '1.10')).toBe('a:\n  v: "1.10"   # pin\n');
  });
});

describe('for any layout', () => {
  const word = fc.stringMatching(/^[a-w][a-z0-9]{0,6}$/);
  const comment = fc.constantFrom('', '  # a comment', '\n\n# apart\n');
  const layout = fc.record({
    names: fc.uniqueArray(word, { minLength: 1, maxLength: 5 }),
    step: fc.constantFrom(1, 2, 4),
    compact: fc.boolean(),
    comments: fc.array(comment, { minLength: 5, maxLength: 5 }),
    tail: fc.constantFrom('', 'other: 1\n', '# end\n'),
  });
  it('adding and removing again gives the same bytes', () => {
    fc.assert(
      fc.property(layout, ({ names, step, compact, comments, tail }) => {
        const key = `s:\n${' '.repeat(step)}p:\n`;
        const pad = ' '.repeat(compact ? step : step * 2);
        const rows = names.map((name, at) => `${pad}- name: ${name}${comments[at] === '' ? '\n' : `${comments[at]}\n`}`).join('');
        const text = `${key}${rows}${tail}`;
        const more = appendItem(text, ['s', 'p'], { name: 'x9', values: { deep: ['a', 'b: c', 'l\nm'] } });
        expect(more).toBeDefined();
        expect(diff(text, more ?? '').gone).toEqual([]);
        expect(removeItem(more ?? '', ['s', 'p'], 'x9')).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});
