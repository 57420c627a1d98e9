import { expect, test } from 'vitest';
import { type DiffLines, renderDiff } from './diff.js';
import { plainStyle } from './style.js';

const nothing: DiffLines = {
  against: 'definition',
  platform: 'p',
  environment: 'e',
  objects: 4,
  differences: [],
  unknown: [],
  silent: [],
};
const by = { manager: 'kubectl-edit', operation: 'Update', at: '2026-01-02T03:04:05Z' };
const some: DiffLines = {
  ...nothing,
  differences: [
    { object: 'v1 Service a/b', package: 'web', difference: 'missing', fields: [] },
    { object: 'v1 ConfigMap a/c', package: 'old', difference: 'extra', fields: [] },
    {
      object: 'apps/v1 Deployment a/d',
      package: 'web',
      difference: 'changed',
      fields: [
        { path: 'spec.replicas', live: 5, wanted: 2, by },
        { path: 'spec.selector', live: { app: 'x' } },
      ],
    },
  ],
};

test('nothing differs', () => {
  expect(renderDiff(nothing, plainStyle)).toBe('The same: p/e is as the definition says, 4 objects compared.\n');
});

test('each object with its sign, each field with both sides and who wrote it', () => {
  expect(renderDiff(some, plainStyle)).toBe(`+ v1 Service a/b (web)
- v1 ConfigMap a/c (old) is no longer in the definition
~ apps/v1 Deployment a/d (web)
    spec.replicas  set by kubectl-edit at 2026-01-02T03:04:05Z
      - 5
      + 2
    spec.selector
      - {
      -   "app": "x"
      - }
p/e against the definition: 1 missing, 1 changed, 1 to be removed, of 4 objects.
`);
});

test('what could not be compared is told, and is not called the same without saying so', () => {
  const finding = { code: 'X-Y', severity: 'error', message: 'no answer', remedies: [{ say: 'Wait.' }] } as const;
  const text = renderDiff({ ...nothing, unknown: [{ object: 'v1 Pod a/b', finding }], silent: ['services/x'] }, plainStyle);
  expect(text).toContain('? v1 Pod a/b\n    no answer\n');
  expect(text).toContain('? services/x does not say what it puts into a cluster\n');
  expect(text).toContain('1 could not be compared');
});
