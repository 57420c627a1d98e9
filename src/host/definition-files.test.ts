import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionFiles } from './definition-files.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-definition-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('reading a definition from disk', () => {
  it('tells what it found', async () => {
    await writeFile(join(folder, 'good'), 'text');
    await writeFile(join(folder, 'latin'), Buffer.from([0xe9, 0x20]));
    await mkdir(join(folder, 'folder'));
    expect(await definitionFiles.read(join(folder, 'good'), 10)).toEqual({ kind: 'text', text: 'text' });
    expect(await definitionFiles.read(join(folder, 'good'), 3)).toEqual({ kind: 'too-large', bytes: 4 });
    expect(await definitionFiles.read(join(folder, 'none'), 10)).toEqual({ kind: 'absent' });
    expect(await definitionFiles.read(join(folder, 'good', 'none'), 10)).toEqual({ kind: 'absent' });
    expect(await definitionFiles.read(join(folder, 'latin'), 10)).toEqual({ kind: 'unreadable', why: 'it is not UTF-8 text' });
    expect(await definitionFiles.read(join(folder, 'folder'), 10)).toEqual({ kind: 'unreadable', why: 'it is a folder' });
    expect(await definitionFiles.read('/dev/zero', 10)).toEqual({ kind: 'unreadable', why: 'it is no regular file' });
  });

  it('never overwrites', async () => {
    const path = join(folder, 'a', 'b.yaml');
    expect(await definitionFiles.create(path, 'first')).toBe(true);
    expect(await definitionFiles.create(path, 'second')).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('first');
  });
});
