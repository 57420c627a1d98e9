import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '../../../../catalog/policies');
const policies = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const read = (...path: string[]) => parse(readFileSync(join(folder, ...path), 'utf8'));
const samplesOf = (policy: string): readonly string[] => readdirSync(join(folder, policy, 'samples'));

test.each(policies)('policy %s: template, constraint and samples fit together', (policy) => {
  const template = read(policy, 'template.yaml');
  const constraint = read(policy, 'constraint.yaml');
  expect(template.metadata.name).toBe(template.spec.crd.spec.names.kind.toLowerCase());
  expect(constraint.kind).toBe(template.spec.crd.spec.names.kind);
  expect(constraint.metadata.name).toBe(policy);
  expect(samplesOf(policy).some((sample) => sample.startsWith('denied'))).toBe(true);
  expect(samplesOf(policy).some((sample) => sample.startsWith('allowed'))).toBe(true);
});

test.each(policies)('policy %s: its suite tries every sample', (policy) => {
  const [suite] = read(policy, 'suite.yaml').tests;
  const tried = suite.cases.map((one: { object: string }) => one.object);
  expect(tried.sort()).toEqual(
    samplesOf(policy)
      .map((sample) => `samples/${sample}`)
      .sort(),
  );
  for (const one of suite.cases) {
    expect(one.assertions).toEqual([{ violations: one.object.startsWith('samples/denied') ? 'yes' : 'no' }]);
  }
});

test('the packages load every rule, and prove every rule', () => {
  const packages = join(folder, '../packages');
  const filesOf = (name: string): readonly string[] =>
    parse(readFileSync(join(packages, name, 'package.yaml'), 'utf8')).spec.data.flatMap((d: { files: string[] }) => d.files);
  expect(filesOf('gatekeeper').filter((f) => f.startsWith('policies/'))).toEqual(
    policies.map((p) => `policies/${p}/template.yaml`),
  );
  expect(filesOf('policies')).toEqual(policies.map((p) => `policies/${p}/constraint.yaml`));
  const [check] = parse(readFileSync(join(packages, 'policies/package.yaml'), 'utf8')).spec.verify;
  expect(check.admission.policies).toEqual(policies);
});

const gator = spawnSync('gator', ['--version']).status === 0;

test.skipIf(!gator)('gator, the policy engine itself, agrees with every sample (not checked where gator is not on PATH)', () => {
  const ran = spawnSync('gator', ['verify', `${folder}/...`], { encoding: 'utf8' });
  expect(ran.stdout + ran.stderr).toContain('PASS');
  expect(ran.status).toBe(0);
});
