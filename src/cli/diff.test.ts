import { beforeEach, expect, test, vi } from 'vitest';
import { err, failure, ok } from '../model/index.js';
import { runProgram } from './program.js';

const [diff, drift] = vi.hoisted(() => [vi.fn(), vi.fn()]);
vi.mock('../app/diff.js', () => ({ diff }));
vi.mock('../app/drift.js', () => ({ drift }));

const same = {
  format: 'strata.dev/diff/v1',
  against: 'definition',
  platform: 'p',
  environment: 'e',
  objects: 1,
  differences: [],
  unknown: [],
  silent: [],
  problems: [],
};
const one = { object: 'v1 Service a/b', package: 'web', difference: 'missing', fields: [] };
const finding = failure('invalid', 'X-Y', 'no answer', { say: 'Wait.' }).diagnostic;

beforeEach(() => {
  diff.mockReset();
  drift.mockReset();
});

async function strata(...argv: readonly string[]) {
  let out = '';
  let told = '';
  const style = { color: false, unicode: true, columns: 100 };
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      told += text;
    },
    outStyle: style,
    errStyle: style,
    live: false,
    rows: () => 24,
    columns: () => 100,
  };
  const interruptible = () => ({ drain: new AbortController().signal, cancel: new AbortController().signal, onNotice: () => {} });
  const code = await runProgram(argv, { streams, version: '1', program: './strata', interruptible });
  return { code, out, told };
}

test.each([
  ['the same', same, 0],
  ['different', { ...same, differences: [one] }, 1],
  ['not to be told of one object', { ...same, unknown: [{ object: 'v1 Pod a/b', finding }] }, 2],
  ['not to be told of a component', { ...same, silent: ['services/x'] }, 2],
  ['not rendered in a part', { ...same, problems: [finding] }, 2],
])('%s: the exit code of diff and of drift is as of kubectl', async (_, result, code) => {
  diff.mockResolvedValue(ok(result));
  drift.mockResolvedValue(ok(result));
  expect((await strata('diff')).code).toBe(code);
  expect((await strata('drift')).code).toBe(code);
});

test('a kubeconfig is passed on, and JSON is the comparison itself', async () => {
  diff.mockResolvedValue(ok(same));
  const ran = await strata('diff', 'here', '-e', 'e', '--kubeconfig', 'k.conf', '-o', 'json');
  expect(diff.mock.calls[0]?.[0]).toEqual({ directory: 'here', environment: 'e', kubeconfig: 'k.conf' });
  expect(JSON.parse(ran.out)).toEqual(same);
});

test('no cluster is trouble, never a difference', async () => {
  diff.mockResolvedValue(err({ kind: 'not-ready', diagnostics: [finding], sources: new Map() }));
  const ran = await strata('diff');
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.told).toContain('no answer');
});
