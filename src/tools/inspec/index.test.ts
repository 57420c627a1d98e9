import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseInspec } from './index.js';

// In the form of InSpec 5's documented json reporter; InSpec itself did not run where this was written.
const sample = readFileSync(join(import.meta.dirname, 'samples', 'exec.json'), 'utf8');

test('tells each control with all its results', () => {
  const controls = parseInspec(sample) ?? [];
  expect(controls.map(({ id, title }) => [id, title])).toEqual([
    ['m', 'A mode'],
    ['root-login', 'root-login'],
    ['refuse', 'Refuses'],
  ]);
  expect(controls[2]?.results.map(({ status }) => status)).toEqual(['passed', 'failed']);
  expect(controls[2]?.results[1]?.said).toContain('expected "missing x" not to match');
});

test.each(['', '{}', sample.slice(0, 100)])('something else is no report: %s', (text) => {
  expect(parseInspec(text)).toBeUndefined();
});
