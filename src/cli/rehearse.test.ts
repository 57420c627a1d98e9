import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { err, ok, type RehearsalReport } from '../model/index.js';
import { runProgram } from './program.js';

const rehearse = vi.hoisted(() => vi.fn());
vi.mock('../app/rehearse.js', () => ({ rehearse }));

const report: RehearsalReport = {
  format: 'strata.dev/rehearsal/v1',
  platform: 'large',
  environment: 'edge',
  at: '2026-11-24T10:00:00.000Z',
  verdict: 'pass',
  kubernetes: 'v1.37.2',
  warm: true,
  totalMs: 12_000,
  phases: [],
  packages: [],
  nodes: [],
  checks: [],
  problems: [],
  notProven: ['No image was pulled.'],
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-rehearse-'));
  rehearse.mockReset();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function strata(drain: AbortController, ...argv: readonly string[]) {
  let out = '';
  let told = '';
  const style = { color: false, unicode: true, columns: 100 };
  const code = await runProgram(argv, {
    streams: {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        told += text;
      },
      outStyle: style,
      errStyle: style,
      live: false,
      rows: () => 24,
      columns: () => 100,
    },
    version: '1.2.3',
    program: './strata',
    interruptible: () => ({ drain: drain.signal, cancel: new AbortController().signal, onNotice: () => {} }),
  });
  return { code, out, told };
}

describe('strata rehearse', () => {
  it('passes on what was asked, tells on stderr, and reports on stdout', async () => {
    rehearse.mockImplementation(async (_options, watch) => {
      watch.note('flux is ready');
      return ok(report);
    });
    const ran = await strata(new AbortController(), 'rehearse', 'here', '-e', 'edge', '--cold', '--snapshot', 'live.json');
    expect(rehearse.mock.calls[0]?.[0]).toEqual({ directory: 'here', environment: 'edge', cold: true, snapshot: 'live.json' });
    expect(ran).toMatchObject({ code: 0, told: 'flux is ready\n' });
    expect(ran.out).toContain('Rehearsal of large/edge: ✔ passed');
  });
  it('is the report itself as JSON, and a page where one is asked for', async () => {
    rehearse.mockResolvedValue(ok({ ...report, verdict: 'fail' }));
    const page = join(folder, 'page.html');
    const ran = await strata(new AbortController(), 'rehearse', '-o', 'json', '--html', page);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toEqual({ ...report, verdict: 'fail' });
    expect(await readFile(page, 'utf8')).toContain('<!doctype html>');
    expect(ran.told).toContain(page);
  });
  it('ends with 3 where the definition is wrong', async () => {
    const diagnostic = {
      code: 'SPEC-NO-PLATFORM',
      severity: 'error',
      message: 'none',
      remedies: [{ say: 'write one' }],
    } as const;
    rehearse.mockResolvedValue(err({ kind: 'invalid', diagnostics: [diagnostic], sources: new Map() }));
    const ran = await strata(new AbortController(), 'rehearse');
    expect(ran).toMatchObject({ code: 3, out: '', told: expect.stringContaining('[SPEC-NO-PLATFORM]') });
  });
  it('gives no report of what was cut short', async () => {
    const drain = new AbortController();
    rehearse.mockImplementation(async (_options, watch) => {
      drain.abort();
      expect(watch.signal.aborted).toBe(true);
      return ok({ ...report, verdict: 'fail' });
    });
    const ran = await strata(drain, 'rehearse', '-o', 'json');
    expect(ran).toMatchObject({ code: 130, out: '' });
  });
});
