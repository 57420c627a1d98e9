import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type Child, startChild } from './children.js';
import { readProcess, sendSignal } from './process-table.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-children-'));
const children: Child[] = [];
afterEach(() => Promise.all(children.splice(0).map((child) => child.end())));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = (name: string): string => join(folder, 'log', `${name}.log`);

async function start(name: string, script: string): Promise<Child> {
  const started = await startChild({ name, file: process.execPath, args: ['-e', script], log: log(name) });
  if (!started.ok) throw new Error(started.error.diagnostic.message);
  children.push(started.value);
  return started.value;
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_500 && !(await check()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await check()).toBe(true);
}

const textOf = (name: string): string => (existsSync(log(name)) ? readFileSync(log(name), 'utf8') : '');
const stubborn = `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);`;

test('what a child says on both streams lies in a log that only we may read; its end is told with its code', async () => {
  const child = await start('talker', `console.log('out'); console.error('err'); process.exitCode = 3;`);
  expect(await child.ended).toBe('3');
  expect(child.isRunning()).toBe(false);
  await until(() => textOf('talker').includes('out') && textOf('talker').includes('err'));
  expect(statSync(log('talker')).mode & 0o777).toBe(0o600);
});

test('a child that will not listen is ended all the same, and ending it again does nothing', async () => {
  const child = await start('stubborn', stubborn);
  await until(() => textOf('stubborn').includes('up'));
  await child.end();
  expect(await child.ended).toBe('SIGKILL');
  await child.end();
});

test('a program that is not there ends with the code of one that could not be started', async () => {
  const started = await startChild({ name: 'none', file: join(folder, 'none'), args: [], log: log('none') });
  if (started.ok) expect(await started.value.ended).not.toBe('0');
  else expect(started.error.diagnostic.code).toBe('HOST-SPAWN');
});

test('a child stands still while its files are copied, and goes on after', async () => {
  const child = await start('ticker', `setInterval(() => process.stdout.write('.'), 1);`);
  await until(() => textOf('ticker').length > 5);
  const state = async (): Promise<string> => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? '';
  await child.frozen(async () => expect(await state()).toBe('T'));
  const ticks = textOf('ticker').length;
  await until(() => textOf('ticker').length > ticks + 5);
});

test('killed at once, a parent takes its children along', async () => {
  const parent = join(folder, 'parent.mjs');
  const entry = `import { startChild } from ${JSON.stringify(join(import.meta.dirname, 'children.ts'))};
    const one = await startChild({ name: 'orphan', file: process.execPath, args: ['-e', ${JSON.stringify(stubborn)}], log: ${JSON.stringify(log('orphan'))} });
    console.log(one.value.pid);
    setInterval(() => {}, 1000);`;
  await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: parent,
  });
  const killed = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  killed.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes('\n') && textOf('orphan').includes('up'));
  const orphan = Number(said);
  expect(await readProcess(orphan)).toBeDefined();
  killed.kill('SIGKILL');
  try {
    await until(async () => (await readProcess(orphan)) === undefined);
  } finally {
    sendSignal(orphan, 'SIGKILL');
  }
});
