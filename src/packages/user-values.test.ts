import { expect, test } from 'vitest';
import type { Span } from '../model/index.js';
import { valuesRefused } from '../tools/helm/errors.js';
import type { PackagePlan } from './packages.js';
import { atUserValue } from './user-values.js';

const where: Span = { file: 'package.yaml', line: 1, column: 1 };
// Only name and values are looked at.
const plan = { name: 'web', values: { size: { cpu: 'x' }, list: [{ a: 1 }] } } as unknown as PackagePlan;
const place = (name: string, path: readonly string[]): Span => ({ file: `${name}:${path.join('.')}`, line: 7, column: 3 });

/** Said as helm v4.3.1 says it. */
const refused = (...paths: readonly string[]) =>
  valuesRefused('c', where, paths.map((path) => `c: at '${path}': got string, want integer`).join(' - ')).diagnostic;

test.each([
  ['a value of the user', ['/size/cpu'], 'web:size.cpu'],
  ['an entry of a list of the user', ['/list/0/a'], 'web:list'],
  ['the first of several that the user set', ['/other', '/size'], 'web:size'],
  ['a value of the package', ['/size/memory'], where.file],
  ['the whole', [''], where.file],
])('%s is where the refusal is placed', (_, paths, file) => {
  expect(atUserValue(refused(...paths), plan, { place }).where).toMatchObject({ file });
});

test('what is no refusal of values stays where it is', () => {
  const other = { ...refused('/size'), code: 'HELM-NOT-RENDERED' };
  expect(atUserValue(other, plan, { place })).toBe(other);
  expect(atUserValue(refused('/size'), plan, {}).where).toBe(where);
});
