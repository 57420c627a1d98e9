import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseGoss } from './index.js';

// Recorded from `goss validate --format json` of goss 0.4.9 on Debian 12, times and matcher details emptied.
const recorded = readFileSync(join(import.meta.dirname, 'samples', 'validate.json'), 'utf8');

test('tells what was looked at, with the check it belongs to', () => {
  const results = parseGoss(recorded) ?? [];
  expect(results).toContainEqual({
    resource: 'File',
    id: 'a: /nonexistent',
    property: 'exists',
    outcome: 'pass',
    said: 'File: a: /nonexistent: exists: matches expectation: false',
    meta: { id: 'a' },
  });
  expect(results.filter(({ outcome }) => outcome === 'fail').map(({ meta }) => meta.id)).toEqual(['refuse', 's', 's']);
});

test.each(['', '{}', '[1]', recorded.slice(0, 200)])('something else is no report: %s', (text) => {
  expect(parseGoss(text)).toBeUndefined();
});
