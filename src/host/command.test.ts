import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretRef } from '../model/index.js';
import { createHost, type Host, type WorldEmission } from './index.js';
import { readProcess } from './process-table.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-command-'));
let host: Host;
const heard: WorldEmission[] = [];
const scope = (signal = new AbortController().signal) => ({ signal, emit: (event: WorldEmission) => void heard.push(event) });
const node = (script: string, ...args: readonly string[]) => ({ tool: process.execPath, args: ['-e', script, ...args] });

beforeAll(async () => {
  host = await createHost({
    paths: { cache: join(folder, 'cache'), state: join(folder, 'state'), catalog: folder, project: folder },
    locate: async (tool) => (tool === 'pinned-node' ? process.execPath : undefined),
  });
  await host.secrets.keep(secretRef('token'), 'correct-horse-battery');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gone = async (pid: number): Promise<boolean> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const entry = await readProcess(pid);
    if (!entry || entry.state === 'Z') return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
};

describe('commands', () => {
  test('code, output and error are data; a non-zero code is not a failure of the host', async () => {
    const result = await host.world(scope()).change(node("console.log('out'); console.error('err'); process.exitCode = 7"));
    expect(result).toEqual({ ok: true, value: { code: 7, stdout: 'out\n', stderr: 'err\n' } });
    expect(await host.reader(scope()).query(node('process.kill(process.pid, "SIGKILL")'))).toMatchObject({
      value: { code: 137 },
    });
  });

  test('the environment is small and the same everywhere', async () => {
    process.env.STRATA_TEST_LEAK = 'x';
    const result = await host.world(scope()).change({ ...node('console.log(JSON.stringify(process.env))'), env: { EXTRA: '1' } });
    delete process.env.STRATA_TEST_LEAK;
    const env: Record<string, string> = JSON.parse(result.ok ? result.value.stdout : '{}');
    expect(env).toMatchObject({ LANG: 'C.UTF-8', TZ: 'UTC', EXTRA: '1' });
    expect(env).not.toHaveProperty('STRATA_TEST_LEAK');
    expect(env.PATH).toContain('/usr/sbin');
  });

  test('secrets reach a command by environment, input or file, never as arguments', async () => {
    const script =
      "const fs = require('fs'); console.log([process.env.T, fs.readFileSync(0, 'utf8'), fs.readFileSync(process.argv[1], 'utf8')].join())";
    const result = await host.world(scope()).change({
      tool: 'pinned-node',
      args: ['-e', script, { $secretPath: 'token' }],
      env: { T: secretRef('token') },
      stdin: secretRef('token'),
    });
    expect(result.ok && result.value.stdout.trim()).toBe(Array(3).fill('correct-horse-battery').join());
    const missing = { ok: false, error: { kind: 'invalid', diagnostic: { code: 'HOST-SECRET-MISSING' } } };
    expect(await host.world(scope()).change({ ...node(''), stdin: secretRef('none') })).toMatchObject(missing);
    expect(await host.world(scope()).change({ ...node(''), env: { X: secretRef('none') } })).toMatchObject(missing);
  });

  test('output is streamed by lines, without secrets, also where one is cut between two chunks', async () => {
    heard.length = 0;
    const script = `process.stdout.write('password corr'); setTimeout(() => { process.stdout.write('ect-horse-battery\\nnext'); console.error('e') }, 50)`;
    const result = await host.world(scope()).change({ ...node(script), stream: true });
    expect(heard).toEqual(
      expect.arrayContaining([
        { type: 'step-output', stream: 'out', text: 'password [secret]' },
        { type: 'step-output', stream: 'out', text: 'next' },
        { type: 'step-output', stream: 'err', text: 'e' },
      ]),
    );
    expect(result.ok && result.value.stdout).toContain('correct-horse-battery');
    heard.length = 0;
    await host.world(scope()).change(node("console.log('quiet')"));
    host.reader(scope()).note('the token is correct-horse-battery');
    expect(heard).toEqual([{ type: 'step-note', text: 'the token is [secret]' }]);
  });

  test('a missing tool and a folder that is not there are told', async () => {
    const world = host.world(scope());
    expect(await world.change({ tool: 'no-such-tool', args: [] })).toMatchObject({ error: { kind: 'tool-missing' } });
    expect(await world.change({ tool: '/no/such/tool', args: [] })).toMatchObject({ error: { kind: 'tool-missing' } });
    expect(await world.change({ tool: '../tool', args: [] })).toMatchObject({ error: { kind: 'tool-missing' } });
    expect(await world.change({ ...node(''), cwd: join(folder, 'none') })).toMatchObject({
      error: { diagnostic: { code: 'HOST-SPAWN' } },
    });
  });

  const spawner = `const { spawn } = require('child_process');
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' });
    require('fs').writeFileSync(process.argv[1], String(child.pid));`;

  test('the deadline ends a command and its children', async () => {
    const file = join(folder, 'deadline-pid');
    const result = await host
      .world(scope())
      .change({ ...node(`${spawner} console.error('almost'); setTimeout(() => {}, 60000)`, file), deadlineMs: 700 });
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'timeout', diagnostic: { message: expect.stringContaining('almost') } },
    });
    expect(await gone(Number(readFileSync(file, 'utf8')))).toBe(true);
  });

  test('an abort ends it, also one that ignores TERM, and one from before the start starts nothing', async () => {
    const abort = new AbortController();
    const script = "process.on('SIGTERM', () => {}); console.log('up'); setTimeout(() => {}, 60000)";
    const under = host.world({ signal: abort.signal, emit: () => abort.abort() }).change({ ...node(script), stream: true });
    expect(await under).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    expect(await host.world(scope(AbortSignal.abort())).change(node(''))).toMatchObject({ error: { kind: 'cancelled' } });
  });

  test('a child that holds the pipes does not hold the command', async () => {
    const file = join(folder, 'held-pid');
    const started = Date.now();
    const result = await host.world(scope()).change(node(`${spawner} child.unref(); console.log('done'); process.exit(0)`, file));
    expect(result).toMatchObject({ ok: true, value: { code: 0, stdout: 'done\n' } });
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(await gone(Number(readFileSync(file, 'utf8')))).toBe(true);
  });

  test('output a program reads has a limit that is told; shown output keeps its end', async () => {
    const big =
      "const b = Buffer.alloc(1 << 20, 'x'); for (let i = 0; i < 33; i++) require('fs').writeSync(1, b); console.log('\\nend')";
    expect(await host.world(scope()).change(node(big))).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
    const shown = await host.world(scope()).change({ ...node(big), stream: true });
    expect(shown.ok && shown.value.stdout.endsWith('\nend\n')).toBe(true);
    expect(shown.ok && shown.value.stdout.length).toBeLessThan(2 << 20);
  });

  test('a command that does not read its input is fine', async () => {
    const result = await host.world(scope()).change({ ...node(''), stdin: 'x'.repeat(1 << 20) });
    expect(result).toMatchObject({ ok: true, value: { code: 0 } });
  });
});
