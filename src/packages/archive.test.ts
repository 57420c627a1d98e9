import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReadWorld } from '../model/index.js';
import { listTar, type TarEntry } from '../tools/tar/index.js';
import { refusalOf } from './archive.js';

/** A world that can only ask tar. */
const world = {
  query: async ({ args }: { args: readonly string[] }) => ({
    ok: true,
    value: { code: 0, stdout: execFileSync('tar', [...args], { encoding: 'utf8' }), stderr: '' },
  }),
} as unknown as ReadWorld;

function archive(make: (folder: string) => void, ...args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-archive-'));
  mkdirSync(join(folder, 'in', 'c', 'templates'), { recursive: true });
  writeFileSync(join(folder, 'in', 'c', 'Chart.yaml'), 'name: c\n');
  make(join(folder, 'in', 'c'));
  execFileSync('tar', ['-czPf', join(folder, 'c.tgz'), '-C', join(folder, 'in'), ...args, 'c']);
  return join(folder, 'c.tgz');
}

async function refusal(file: string): Promise<string | undefined> {
  const listed = await listTar(world, file);
  if (!listed.ok) throw new Error(listed.error.diagnostic.message);
  return refusalOf(listed.value);
}

test('a plain chart may be unpacked, with blanks in names', async () => {
  const file = archive((folder) => writeFileSync(join(folder, 'templates', 'with blank.yaml'), ''));
  expect(await refusal(file)).toBeUndefined();
});

test('an entry that climbs out is refused', async () => {
  expect(await refusal(archive(() => {}, '--transform', 's,c/Chart,c/../../Chart,'))).toContain('leads out of the folder');
});

test('an absolute path is refused', async () => {
  expect(await refusal(archive(() => {}, '--transform', 's,^c,/etc/c,'))).toContain('is an absolute path');
});

test('a link is refused', async () => {
  expect(await refusal(archive((folder) => symlinkSync('/etc/passwd', join(folder, 'values.yaml'))))).toContain('is a link');
});

test.each<[string, readonly TarEntry[], string]>([
  ['too many', Array.from({ length: 10_001 }, (_, i) => ({ kind: 'file', name: `c/${i}`, size: 1 })), 'more than 10000 entries'],
  ['too large', [{ kind: 'file', name: 'c/x', size: 100_000_001 }], 'larger than'],
  ['a device', [{ kind: 'device', name: 'c/x', size: 0 }], 'is a device'],
])('%s is refused', (_, entries, why) => {
  expect(refusalOf(entries)).toContain(why);
});
