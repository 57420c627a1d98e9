import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { acquireLock, lockHolder } from './lock.js';
import { readProcess, sendSignal } from './process-table.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-lock-'));
const path = join(folder, 'state', 'lock');
afterEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a lock as another process of this machine would have. */
async function heldBy(change: Readonly<Record<string, unknown>>): Promise<void> {
  const own = await acquireLock(path, 'strata up');
  const holder: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
  if (own.ok) await own.value.release();
  writeFileSync(path, JSON.stringify({ ...holder, ...change }));
}

test('a second run is refused at once, told who holds it, and let in after the release', async () => {
  const first = await acquireLock(path, 'strata up --environment prod');
  const started = Date.now();
  const second = await acquireLock(path, 'strata destroy');
  expect(Date.now() - started).toBeLessThan(1_000);
  expect(second).toMatchObject({ ok: false, error: { kind: 'conflict', diagnostic: { code: 'LOCK-HELD' } } });
  const message = second.ok ? '' : second.error.diagnostic.message;
  expect(message).toContain('strata up --environment prod');
  expect(message).toContain(String(process.pid));
  expect((await lockHolder(path))?.pid).toBe(process.pid);
  if (first.ok) await first.value.release();
  expect(await lockHolder(path)).toBeUndefined();
  const third = await acquireLock(path, 'strata destroy');
  expect(third.ok).toBe(true);
  if (third.ok) await third.value.release();
  expect(readdirSync(join(folder, 'state'))).toEqual([]);
});

test('of many at once exactly one gets it, also where a dead holder left it', async () => {
  for (const dead of [false, true]) {
    if (dead) await heldBy({ pid: 2 ** 22 + 1 });
    const all = await Promise.all(Array.from({ length: 12 }, () => acquireLock(path, 'strata up')));
    expect(all.filter((one) => one.ok)).toHaveLength(1);
    for (const one of all) if (one.ok) await one.value.release();
  }
});

test('a holder that was killed is replaced, one whose number was given to another process too', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const entry = await readProcess(child.pid ?? 0);
  await heldBy({ pid: child.pid, startedAt: entry?.startedAt });
  expect(await acquireLock(path, 'strata up')).toMatchObject({ ok: false });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  sendSignal(child.pid ?? 0, 'SIGKILL');
  await ended;
  const taken = await acquireLock(path, 'strata up');
  expect(taken.ok).toBe(true);
  if (taken.ok) await taken.value.release();
  await heldBy({ pid: process.pid, startedAt: 1 });
  expect((await acquireLock(path, 'strata up')).ok).toBe(true);
});

test('a holder before the last boot is dead, one on another machine counts as alive', async () => {
  const { hostname } = await import('node:os');
  await heldBy({ host: `${hostname()} another-boot pid:[1]` });
  expect((await acquireLock(path, 'strata up')).ok).toBe(true);
  await heldBy({ host: 'elsewhere boot pid:[1]' });
  expect(await acquireLock(path, 'strata up')).toMatchObject({ ok: false, error: { diagnostic: { code: 'LOCK-HELD' } } });
});

test('a lock that nobody can read is refused with what to do; a folder that cannot be made is told', async () => {
  for (const text of ['', '{}', '[]', 'null']) {
    writeFileSync(path, text);
    expect(await acquireLock(path, 'x')).toMatchObject({ ok: false, error: { diagnostic: { code: 'LOCK-UNREADABLE' } } });
  }
  expect(await acquireLock(join(path, 'below', 'lock'), 'x')).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'HOST-FILE' } },
  });
});

test('a process that exits without releasing leaves no lock', async () => {
  const { buildSync } = await import('esbuild');
  const built = buildSync({
    stdin: {
      contents: `import { acquireLock } from './lock.js'; await acquireLock(process.argv[2], 'child'); process.exit(3);`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const script = join(folder, 'child.mjs');
  writeFileSync(script, built.outputFiles[0]?.text ?? '');
  const child = spawn(process.execPath, [script, path], { stdio: 'ignore' });
  expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(3);
  expect(readdirSync(join(folder, 'state'))).toEqual([]);
});
