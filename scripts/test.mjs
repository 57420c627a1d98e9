// The one test command. Fast checks always; real end-to-end runs where STRATA_E2E=1 (CI sets it) or with --only=e2e.
// Ends with one plain line, `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settleResults } from './results.mjs';

const only = process.argv.find((a) => a.startsWith('--only='))?.slice('--only='.length);
const accept = process.argv.includes('--accept');
const e2e = only === 'e2e' || process.env.STRATA_E2E === '1';
const scratch = mkdtempSync(join(tmpdir(), 'strata-test-'));
let passed = 0;
let failed = 0;
const reports = [];

/** One command that passes or fails as a whole. */
function check(name, command, args) {
  console.log(`--- ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) passed += 1;
  else failed += 1;
}

/** One vitest run; its counts are read from its JSON report, and a report that is missing is a failure. */
function suite(name, config) {
  console.log(`--- ${name}`);
  const report = join(scratch, `${name}.json`);
  const args = ['vitest', 'run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync('npx', args, { stdio: 'inherit' });
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    reports.push(report);
    passed += result.numPassedTests;
    failed += result.numFailedTests + (result.success || result.numFailedTests > 0 ? 0 : 1);
    if (result.numPendingTests > 0) console.log(`${result.numPendingTests} skipped`);
  } catch {
    failed += 1;
  }
  return status;
}

/** The pages that are made of results: compared, or written with --accept. */
async function pages() {
  console.log('--- pages made of results');
  if (!accept) process.argv.push('--check');
  await settleResults(reports, { whole: e2e });
  if (process.exitCode === 1) {
    console.error('The pages differ from what the tests showed; `npm run accept` writes them (with STRATA_E2E=1 all of them).');
    failed += 1;
  } else passed += 1;
}

if (only !== 'e2e') {
  check('types', 'npm', ['run', '--silent', 'check:types']);
  check('lint', 'npm', ['run', '--silent', 'check:lint']);
  check('borders', 'npm', ['run', '--silent', 'check:borders']);
  check('generated files', 'npm', ['run', '--silent', 'check:drift']);
}
check('build', 'npm', ['run', '--silent', 'build']);
if (only !== 'e2e') suite('fast', 'vitest.config.ts');
if (e2e) suite('e2e', 'vitest.e2e.config.ts');

if (only !== 'e2e' && failed === 0) await pages();
rmSync(scratch, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
