import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Check } from './catalog-data.js';
import { judgeProbes, probeClaims, probeScript } from './probes.js';

const folder = mkdtempSync(join(tmpdir(), "it's "));
writeFileSync(join(folder, 'file'), 'first\nkey = "value"\n', { mode: 0o640 });
const path = join(folder, 'file');

/** The script is run by a real shell, as on a machine. */
function look(...checks: readonly Check[]) {
  const ran = spawnSync('sh', ['-eu'], { input: probeScript(checks), encoding: 'utf8' });
  expect(ran.status).toBe(0);
  const results = judgeProbes(checks, ran.stdout);
  if (!results.ok) throw new Error(results.error.diagnostic.message);
  return results.value.map(({ id, verdict }) => `${id} ${verdict}`);
}

const check = (id: string, probe: Partial<Check>): Check => ({ id, title: id, ...probe });

test('files', () => {
  expect(
    look(
      check('contains', { file: { path, contains: '^key = "value"$' } }),
      check('lacks', { file: { path, contains: '^value' } }),
      check('absent', { file: { path: `${path}-other`, absent: true } }),
      check('there', { file: { path, absent: true } }),
      check('missing', { file: { path: `${path}-other` } }),
    ),
  ).toEqual(['contains pass', 'lacks fail', 'absent pass', 'there fail', 'missing fail']);
});

test('modes', () => {
  expect(
    look(
      check('mode', { mode: { path, mode: '640' } }),
      check('wider', { mode: { path, mode: '600' } }),
      check('owner', { mode: { path, mode: '640', owner: 'nobody' } }),
    ),
  ).toEqual(['mode pass', 'wider fail', 'owner fail']);
});

test('commands: lines that must be there, lines that must not, exit codes', () => {
  const run = ['printf', 'a\nb\n'];
  expect(
    look(
      check('prints', { command: { run, prints: '^b$' } }),
      check('refuses', { command: { run, refuses: '^b$' } }),
      check('exit', { command: { run: ['false'], exit: 1 } }),
      check('fails', { command: { run: ['false'] } }),
      check('unknown', { command: { run: ['no-such-program'] } }),
      check('quoted', { command: { run: ['printf', '%s', "it's $HOME `id`"], prints: "^it's \\$HOME `id`$" } }),
    ),
  ).toEqual(['prints pass', 'refuses fail', 'exit pass', 'fails fail', 'unknown fail', 'quoted pass']);
});

test('services, from what systemctl show prints', () => {
  const checks = [check('s', { service: { name: 'x', enabled: true, active: false } })];
  const line = (out: string) => `{"id":"s","code":0,"out":"${Buffer.from(out).toString('base64')}"}\n`;
  const verdict = (out: string) => {
    const results = judgeProbes(checks, line(out));
    return results.ok ? results.value[0]?.verdict : undefined;
  };
  // Recorded from systemd 252.
  expect(verdict('UnitFileState=enabled\nActiveState=inactive')).toBe('pass');
  expect(verdict('UnitFileState=enabled\nActiveState=active')).toBe('fail');
  expect(verdict('UnitFileState=\nActiveState=inactive')).toBe('fail');
});

test('an answer that is missing is never a pass', () => {
  const results = judgeProbes([check('a', { command: { run: ['true'] } })], '');
  expect(results.ok).toBe(false);
});

test('a failed check says what was seen', () => {
  const [claim] = probeClaims([
    { id: 'a', title: 'It is so', controls: ['ANSSI-BP28(R33)'], verdict: 'fail', seen: 'exit 1: no' },
  ]);
  expect(claim).toEqual({ claim: 'It is so (seen: exit 1: no)', verdict: 'fail', controls: ['ANSSI-BP28(R33)'] });
});
