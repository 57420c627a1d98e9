import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { secretRef } from '../model/index.js';
import { createHost, type Host } from './index.js';
import { listProcesses, readProcess, sendSignal } from './process-table.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-daemon-'));
const state = join(folder, 'state');
const scope = { signal: new AbortController().signal, emit: () => {} };
let host: Host;
const opened = (): Promise<Host> =>
  createHost({ paths: { cache: join(folder, 'cache'), state, catalog: folder, project: folder } });

beforeAll(async () => {
  host = await opened();
});
afterEach(async () => {
  for (const { pid } of await host.listDaemons()) sendSignal(pid, 'SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const daemon = (name: string, script: string) => ({ name, tool: process.execPath, args: ['-e', script] });
const idle = 'setInterval(() => {}, 1000)';
/** Ignores TERM, and has a child that left the session and cleaned its environment. */
const stubborn = `process.on('SIGTERM', () => {});
  const child = require('child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); ${idle}'], { detached: true, env: {}, stdio: 'ignore' });
  console.log('child ' + child.pid); ${idle}`;

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300 && !(await check()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await check()).toBe(true);
}

test('a daemon is started once, found by name from a new host, and ended with all its descendants', async () => {
  const world = host.world(scope);
  const [one, two] = await Promise.all([world.start(daemon('a', stubborn)), world.start(daemon('a', stubborn))]);
  expect(one).toEqual(two);
  expect(await world.start(daemon('a', stubborn))).toEqual(one);
  const log = join(state, 'log', 'a.log');
  await until(() => readFileSync(log, 'utf8').includes('child'));
  const child = Number(/child (\d+)/.exec(readFileSync(log, 'utf8'))?.[1]);

  const other = await opened();
  const found = await other.reader(scope).daemon('a');
  expect(one).toEqual({ ok: true, value: found });
  const leader = await readProcess(found?.pid ?? 0);
  expect(leader?.session).toBe(leader?.pid);
  expect((await other.listDaemons()).map((entry) => entry.name)).toContain('a');

  expect(await other.world(scope).end('a', { graceMs: 50 })).toEqual({ ok: true, value: undefined });
  expect(await other.reader(scope).daemon('a')).toBeUndefined();
  expect((await listProcesses()).filter((entry) => entry.pid === child)).toEqual([]);
  expect(await other.listDaemons()).toEqual([]);
  expect(await other.world(scope).end('a')).toEqual({ ok: true, value: undefined });
});

test('without its record a daemon is found by the mark in its environment', async () => {
  const started = await host.world(scope).start(daemon('marked', idle));
  rmSync(join(state, 'daemons'), { recursive: true });
  expect(await host.reader(scope).daemon('marked')).toEqual(started.ok && started.value);
  expect(await host.reader(scope).daemon('mark')).toBeUndefined();
  expect(await host.world(scope).end('marked')).toMatchObject({ ok: true });
});

test('descendants whose leader died are still ended', async () => {
  const script = `const child = require('child_process').spawn(process.execPath, ['-e', '${idle}'], { stdio: 'ignore' }); console.log('child ' + child.pid); ${idle}`;
  const started = await host.world(scope).start(daemon('orphans', script));
  await until(() => readFileSync(join(state, 'log', 'orphans.log'), 'utf8').includes('child'));
  sendSignal(started.ok ? started.value.pid : 0, 'SIGKILL');
  await until(async () => (await host.reader(scope).daemon('orphans')) === undefined);
  expect(await host.listDaemons()).toHaveLength(1);
  expect(await host.world(scope).end('orphans')).toMatchObject({ ok: true });
  expect(await host.listDaemons()).toEqual([]);
});

test('the first signal may be another one', async () => {
  const script = `process.on('SIGUSR2', () => { console.log('asked politely'); process.exit(0) }); console.log('up'); ${idle}`;
  await host.world(scope).start(daemon('polite', script));
  const log = join(state, 'log', 'polite.log');
  await until(() => readFileSync(log, 'utf8').includes('up'));
  await host.world(scope).end('polite', { signal: 12 });
  expect(readFileSync(log, 'utf8')).toContain('asked politely');
});

test('a daemon that ends at once, or cannot be started, is a failure that names its log', async () => {
  const world = host.world(scope);
  const died = await world.start({ name: 'dies', tool: 'ls', args: ['/no/such/folder'] });
  expect(died).toMatchObject({ ok: false, error: { kind: 'tool-failed', diagnostic: { code: 'HOST-DAEMON-DIED' } } });
  expect(readFileSync(join(state, 'log', 'dies.log'), 'utf8')).toContain('/no/such/folder');
  expect(await world.start({ name: 'x', tool: 'no-such-tool', args: [] })).toMatchObject({ error: { kind: 'tool-missing' } });
  expect(await world.start({ ...daemon('x', idle), cwd: join(folder, 'none') })).toMatchObject({
    error: { diagnostic: { code: 'HOST-SPAWN' } },
  });
});

test('a secret reaches a daemon as the path of its file', async () => {
  await host.secrets.keep(secretRef('key'), 'a secret value');
  const script = `console.log('read ' + require('fs').readFileSync(process.argv[1], 'utf8').length + ' ' + process.env.MODE); ${idle}`;
  await host
    .world(scope)
    .start({ name: 'reads', tool: process.execPath, args: ['-e', script, { $secretPath: 'key' }], env: { MODE: 'quiet' } });
  await until(() => readFileSync(join(state, 'log', 'reads.log'), 'utf8').includes('read 14 quiet'));
  await host.world(scope).end('reads');
});
