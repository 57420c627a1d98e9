// A provider is one folder and one line: made in a copy of the sources, built, and held to its layer's contract.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layers } from '../../src/model/index.js';

const root = resolve(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'strata-new-provider-'));
const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const git = (...args: readonly string[]): string =>
  run('git', '-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args);

beforeAll(() => {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const path of listed) cpSync(join(root, path), join(copy, path));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  git('init', '--quiet');
  git('add', '--all', '--', ...listed);
  git('commit', '--quiet', '--message', 'before');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('a new provider of each layer is one folder and one line, and keeps its contract', () => {
  for (const layer of layers) run('npm', 'run', '--silent', 'new-provider', `${layer}/sample-${layer}`);
  run('npx', 'tsc', '--noEmit');
  run('npx', 'biome', 'check', '--diagnostic-level=warn', 'src/providers');
  run('npx', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src');
  const folders = layers.map((layer) => `src/providers/${layer}/sample-${layer}/`);
  run('npx', 'vitest', 'run', ...folders, 'src/providers/registry.test.ts');
  run('npm', 'run', '--silent', 'build');
  git('add', '--all', 'src');
  const changed = git('diff', '--cached', '--numstat')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const outside = changed.filter(([, , path = '']) => !folders.some((folder) => path.startsWith(folder)));
  expect(outside).toEqual([[String(layers.length), '0', 'src/providers/list.ts']]);
});

test('a name that is taken, or is none, is refused and writes nothing', () => {
  for (const name of ['kubernetes/kubeadm', 'kubernetes/K0s', 'clouds/x', '../x']) {
    expect(() => run('npm', 'run', '--silent', 'new-provider', name)).toThrow();
  }
  expect(
    git('status', '--porcelain', 'src')
      .split('\n')
      .filter((line) => line.includes('K0s') || line.includes('clouds')),
  ).toEqual([]);
});
