import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { parseGoss } from '../../../tools/goss/index.js';
import { parseInspec } from '../../../tools/inspec/index.js';
import { parseResults } from '../../../tools/oscap/index.js';
import type { Check } from './catalog-data.js';
import { CheckReport, reportOfGoss, reportOfInspec, reportOfScan } from './report.js';

const sample = (path: string): string => readFileSync(join(import.meta.dirname, '../../../tools', path), 'utf8');
const check = (id: string): Check => ({ id, title: id, controls: ['C1'], command: { run: ['true'] } });

test('a scan, goss and InSpec in one form', () => {
  const scan = parseResults(sample('oscap/samples/results.xml'));
  if (!scan.ok) throw new Error(scan.error.diagnostic.message);
  const goss = parseGoss(sample('goss/samples/validate.json')) ?? [];
  const inspec = parseInspec(sample('inspec/samples/exec.json')) ?? [];
  const checks = ['root-login', 'refuse', 'm', 'absent'].map(check);
  const reports = [reportOfScan(scan.value), reportOfGoss(checks, goss), reportOfInspec(checks, inspec)];
  for (const report of reports) {
    expect([...Value.Errors(CheckReport, report)]).toEqual([]);
    expect(report.results.map(({ id }) => id)).toEqual(report.results.map(({ id }) => id).sort());
  }
  const outcomes = (report: CheckReport | undefined) => report?.results.map(({ id, outcome }) => `${id} ${outcome}`);
  expect(outcomes(reports[1])).toEqual(['absent error', 'm pass', 'refuse fail', 'root-login pass']);
  expect(outcomes(reports[2])).toEqual(outcomes(reports[1]));
});

test('a check the runner said nothing of is an error, never a pass', () => {
  expect(reportOfGoss([check('x')], []).results).toMatchObject([{ outcome: 'error', seen: 'the runner said nothing of it' }]);
});

test('what was seen stands beside what failed', () => {
  const goss = parseGoss(sample('goss/samples/validate.json')) ?? [];
  expect(reportOfGoss([check('s')], goss).results[0]?.seen).toContain('ssh.service');
});
