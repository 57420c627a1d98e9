import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countOutcomes, parseResults } from './index.js';

// Recorded from oscap 1.3.7 with ssg-debian 0.1.76, profile ANSSI BP-028 enhanced, on a hardened Debian 12 root; some rules of each outcome kept.
const recorded = readFileSync(join(import.meta.dirname, 'samples', 'results.xml'), 'utf8');

test('reads profile, score and rules', () => {
  const results = parseResults(recorded);
  if (!results.ok) throw new Error(results.error.diagnostic.message);
  expect(results.value.profile).toBe('xccdf_org.ssgproject.content_profile_anssi_bp28_enhanced');
  expect(results.value.benchmark).toBe('0.1.76');
  expect(results.value.score).toBeCloseTo(81.545685);
  expect(results.value.rules).toContainEqual({ rule: 'partition_for_boot', outcome: 'fail', severity: 'medium' });
});

test('what was not selected is no result', () => {
  const results = parseResults(recorded);
  if (!results.ok) throw new Error(results.error.diagnostic.message);
  expect(recorded).toContain('<result>notselected</result>');
  const counts = countOutcomes(results.value.rules);
  expect(counts).toMatchObject({ pass: 3, unknown: 2, notapplicable: 2, notchecked: 2 });
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(results.value.rules.length);
});

test.each([
  ['nothing', ''],
  ['another document', '<arf/>'],
  ['a torn file', recorded.slice(0, recorded.length / 2)],
  ['a result without rules', '<TestResult><profile idref="p"/><score>1</score></TestResult>'],
])('%s is refused with a next step', (_what, xml) => {
  const results = parseResults(xml);
  expect(results.ok).toBe(false);
  if (!results.ok)
    expect(results.error.diagnostic).toMatchObject({ code: 'OSCAP-RESULTS', remedies: [{ command: 'oscap --version' }] });
});

test('entities are not expanded', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>${recorded.replace('<profile idref="', '<profile note="&a;" idref="')}`;
  const results = parseResults(bomb);
  expect(JSON.stringify(results)).not.toContain('aaaaaaaaaa');
});
