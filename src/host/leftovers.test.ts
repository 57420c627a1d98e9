import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { createHost } from './index.js';
import { readProcess } from './process-table.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-leftovers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const paths = { cache: join(folder, 'cache'), state: join(folder, 'state'), catalog: folder, project: folder };

/** A Strata that runs one long command, and is to be killed in the middle of it. */
const source = `
  import { createHost } from './index.js';
  const host = await createHost({ paths: JSON.parse(process.argv[2]) });
  const script = 'require("fs").writeFileSync(process.argv[1], String(process.pid)); process.on("SIGTERM", () => {}); setTimeout(() => {}, 60000)';
  const scope = { signal: new AbortController().signal, emit() {} };
  await host.world(scope).change({ tool: process.execPath, args: ['-e', script, process.argv[3]] });
`;

async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !check(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(check()).toBe(true);
}

test('a command whose Strata was killed is ended before the next run; one whose Strata lives is left alone', async () => {
  const built = buildSync({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const program = join(folder, 'program.mjs');
  writeFileSync(program, built.outputFiles[0]?.text ?? '');
  const file = join(folder, 'pid');
  const strata = spawn(process.execPath, [program, JSON.stringify(paths), file], { stdio: 'ignore' });
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  const pid = Number(readFileSync(file, 'utf8'));
  const host = await createHost({ paths });
  const other = await createHost({ paths: { ...paths, state: join(folder, 'other') } });

  expect(await host.settle()).toEqual({ ok: true, value: undefined });
  expect(await readProcess(pid)).toBeDefined();

  const ended = new Promise((resolve) => strata.on('exit', resolve));
  strata.kill('SIGKILL');
  await ended;
  expect(await other.settle()).toMatchObject({ ok: true });
  expect(await readProcess(pid)).toBeDefined();
  expect(await host.settle()).toMatchObject({ ok: true });
  const left = await readProcess(pid);
  expect(left === undefined || left.state === 'Z').toBe(true);
}, 30_000);
