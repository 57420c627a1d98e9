import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestMachine, testMachine } from '../../../test/support/machine.js';
import { createRootTar, createTar, createTarGz, extractRootTar, extractTar } from './index.js';

let m: TestMachine;
beforeEach(async () => {
  m = await testMachine();
});
afterEach(() => m.close());

/** The same tree, made in another order and at another time. */
function tree(root: string, names: readonly string[], time: number): void {
  for (const name of names) {
    const file = join(root, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `text of ${name}`);
    chmodSync(file, 0o644);
    utimesSync(file, time, time);
  }
  symlinkSync('a/one', join(root, 'link'));
}

test('equal trees give equal bytes, whatever their order, times and owner', async () => {
  tree(join(m.root, 'x'), ['a/one', 'b', '-rf', 'c d'], 1);
  tree(join(m.root, 'y'), ['c d', '-rf', 'b', 'a/one'], 1_700_000_000);
  for (const name of ['x', 'y']) expect((await createTar(m.w, join(m.root, name), join(m.root, `${name}.tar`))).ok).toBe(true);
  expect(readFileSync(join(m.root, 'x.tar')).equals(readFileSync(join(m.root, 'y.tar')))).toBe(true);
  const listed = execFileSync('tar', ['--numeric-owner', '-tvf', join(m.root, 'x.tar')], {
    encoding: 'utf8',
    env: { TZ: 'UTC', LANG: 'C' },
  });
  expect(listed).toContain('0/0');
  expect(listed).toContain('1970-01-01 00:00');
  expect(listed).toContain('link -> a/one');
});

test('compressed archives are equal too, and what was packed comes out again', async () => {
  tree(join(m.root, 'x'), ['a/one'], 1);
  tree(join(m.root, 'y'), ['a/one'], 2);
  const [one, two] = [
    await createTarGz(m.w, join(m.root, 'x'), join(m.root, 'x.tgz')),
    await createTarGz(m.w, join(m.root, 'y'), join(m.root, 'y.tgz')),
  ];
  expect(one).toEqual(two);
  mkdirSync(join(m.root, 'out'));
  expect((await extractTar(m.w, join(m.root, 'x.tgz'), join(m.root, 'out'))).ok).toBe(true);
  expect(readFileSync(join(m.root, 'out/a/one'), 'utf8')).toBe('text of a/one');
});

test('an empty tree is an archive as well', async () => {
  mkdirSync(join(m.root, 'empty'));
  expect((await createTar(m.w, join(m.root, 'empty'), join(m.root, 'empty.tar'))).ok).toBe(true);
  expect(execFileSync('tar', ['-tf', join(m.root, 'empty.tar')], { encoding: 'utf8' })).toBe('');
});

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, 1030)],
  ['garbage', () => Buffer.from('not an archive at all')],
])('an archive that is %s is a failure with a next step', async (_what, spoil) => {
  tree(join(m.root, 'x'), ['a/one'], 1);
  await createTar(m.w, join(m.root, 'x'), join(m.root, 'x.tar'));
  writeFileSync(join(m.root, 'bad.tar'), spoil(readFileSync(join(m.root, 'x.tar'))));
  mkdirSync(join(m.root, 'out'));
  const done = await extractTar(m.w, join(m.root, 'bad.tar'), join(m.root, 'out'));
  expect(done).toMatchObject({ ok: false, error: { kind: 'tool-failed', diagnostic: { code: 'TAR-FAILED' } } });
});

test('an entry that would leave the folder is refused or kept inside', async () => {
  tree(join(m.root, 'x'), ['a/one'], 1);
  execFileSync('tar', ['-P', '--transform', 's,^,../,', '-cf', join(m.root, 'evil.tar'), '-C', join(m.root, 'x'), 'a']);
  mkdirSync(join(m.root, 'deep/out'), { recursive: true });
  await extractTar(m.w, join(m.root, 'evil.tar'), join(m.root, 'deep/out'));
  expect(existsSync(join(m.root, 'deep/a'))).toBe(false);
});

test('a root filesystem gives equal bytes each time, and comes out as it was', async () => {
  const root = join(m.root, 'x');
  tree(root, ['a/one', 'b', `${'long/'.repeat(60)}name`], 1_700_000_000.5);
  chmodSync(join(root, 'b'), 0o4711);
  for (const name of ['1.tar', '2.tar']) expect((await createRootTar(m.w, root, join(m.root, name))).ok).toBe(true);
  expect(readFileSync(join(m.root, '1.tar')).equals(readFileSync(join(m.root, '2.tar')))).toBe(true);
  mkdirSync(join(m.root, 'out'));
  expect((await extractRootTar(m.w, join(m.root, '1.tar'), join(m.root, 'out'))).ok).toBe(true);
  expect(await m.w.digest(join(m.root, 'out'))).toBe(await m.w.digest(root));
});
