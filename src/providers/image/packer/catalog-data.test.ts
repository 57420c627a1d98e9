import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readChecks, readImage, readScap, readTailoring } from './catalog-data.js';

const folder = join(import.meta.dirname, '../../../../catalog/image/debian-12');
const text = (file: string): string => readFileSync(join(folder, file), 'utf8');

test('the catalog is readable', () => {
  expect(readImage(text('image.yaml')).packages.length).toBeGreaterThan(20);
  expect(readScap(text('scap.yaml')).profiles).toHaveProperty('anssi-bp28-enhanced');
  expect(readTailoring(text('tailoring.yaml')).length).toBeGreaterThan(10);
});

test('each check has one probe and an id of its own', () => {
  const checks = readChecks(text('verify.yaml'));
  const kinds = ['file', 'mode', 'package', 'service', 'sysctl', 'command'] as const;
  for (const check of checks)
    expect({ id: check.id, probes: kinds.filter((kind) => check[kind] !== undefined).length }).toEqual({
      id: check.id,
      probes: 1,
    });
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

test('every rule is tailored once', () => {
  const rules = readTailoring(text('tailoring.yaml')).map(({ rule }) => rule);
  expect(new Set(rules).size).toBe(rules.length);
});

test('a misspelt key says where', () => {
  expect(() => readImage('os: debian-12\npackage: []\n')).toThrow(/image\.yaml/);
});

test('the templates are there', () => {
  expect(readdirSync(join(folder, 'packer'))).toEqual(['build.pkr.hcl', 'machine.pkr.hcl']);
});
