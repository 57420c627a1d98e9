import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aboutTest, content, keyPair, makeTestBundle, must, sha256, testNow } from '../../test/support/bundle.js';
import { type TestMachine, testMachine } from '../../test/support/machine.js';
import { blobDisk } from '../host/index.js';
import type { Digest, Result } from '../model/index.js';
import { imageComplete } from '../tools/oci/index.js';
import type { FileInput, SetInput } from './create.js';
import { inventoryOf } from './inventory.js';
import { type Loaded, type Loading, loadDescribed } from './load.js';
import { treeArchive } from './trees.js';
import { describe } from './verify.js';

const keys = keyPair();
const receiptAt = 'tools/kubectl/0123456789abcdef01234567/receipt.json';
const program = 'tools/kubectl/0123456789abcdef01234567/bin/kubectl';
const modifiedMs = 1_700_000_000_123;
let maker: TestMachine;
let m: TestMachine;
beforeEach(async () => {
  [maker, m] = [await testMachine(), await testMachine()];
});
afterEach(async () => {
  await maker.close();
  await m.close();
});

const at = (path: string): string => join(m.w.paths.cache, path);

/** A tool with its receipt, as the toolchain leaves it. */
async function tool(text = 'a program'): Promise<SetInput> {
  const receipt = { name: 'kubectl', main: 'bin/kubectl', files: [{ path: 'bin/kubectl', size: text.length, modifiedMs }] };
  return {
    kind: 'tool',
    name: 'kubectl',
    files: [
      { path: receiptAt, from: { text: JSON.stringify(receipt) } },
      { path: program, executable: true, from: await content(maker, 'from/program', text) },
    ],
  };
}

/** A root filesystem with what only an archive carries. */
async function rootfs(said?: Digest): Promise<SetInput> {
  const root = join(maker.w.paths.cache, 'images', 'abc', 'rootfs');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0\n');
  chmodSync(join(root, 'etc', 'passwd'), 0o4751);
  symlinkSync('/etc/passwd', join(root, 'etc', 'outside'));
  linkSync(join(root, 'etc', 'passwd'), join(root, 'etc', 'again'));
  const digest = said ?? (await maker.w.digest(root));
  const record = await maker.put('cache/images/abc/manifest.json', JSON.stringify({ key: 'abc', rootfs: digest }));
  const archive = must(await treeArchive(maker.w, 'images/abc/rootfs'));
  const whole = async (file: string, path: string): Promise<FileInput> => ({
    path,
    from: { file, size: statSync(file).size, digest: must(await blobDisk.scan([piece(file)])).digest, look: undefined },
  });
  return {
    kind: 'content',
    name: 'image/node/image-root',
    files: [await whole(record, 'images/abc/manifest.json'), await whole(archive, 'images/abc/rootfs.tar')],
  };
}

const piece = (file: string) => ({ file, offset: 0, length: statSync(file).size });

const bundleOf = async (name: string, sets: readonly SetInput[], more: Parameters<typeof makeTestBundle>[2] = {}) =>
  makeTestBundle(maker, name, { key: keys.privateKey, sets, ...more });

async function load(folder: string, some: Partial<Loading> = {}): Promise<Result<Loaded>> {
  const described = must(await describe(folder, { disk: blobDisk, trust: { key: keys.publicKey }, now: testNow }));
  return loadDescribed({
    w: m.w,
    disk: blobDisk,
    described,
    leaveOut: new Set(),
    intact: async () => false,
    listed: [],
    told: () => undefined,
    ...some,
  });
}

test('files lie where the toolchain looks for them, with mode and time; images are complete and listed', async () => {
  const folder = await bundleOf('out', [await tool(), await rootfs()]);
  must(await load(folder));
  expect(readFileSync(at(program), 'utf8')).toBe('a program');
  expect([statSync(at(program)).mode & 0o777, Math.trunc(statSync(at(program)).mtimeMs)]).toEqual([0o755, modifiedMs]);
  const index = JSON.parse(readFileSync(at('oci/index.json'), 'utf8'));
  expect(index.manifests).toHaveLength(2);
  for (const { digest } of index.manifests) expect(await imageComplete(m.w, digest, 'bytes')).toBe(true);
});

test('a root filesystem comes out with its modes, links and the digest of its record; no archive is left', async () => {
  must(await load(await bundleOf('out', [await rootfs()])));
  const root = at('images/abc/rootfs');
  expect(await m.w.digest(root)).toBe(JSON.parse(readFileSync(at('images/abc/manifest.json'), 'utf8')).rootfs);
  expect(statSync(join(root, 'etc/passwd')).mode & 0o7777).toBe(0o4751);
  expect(statSync(join(root, 'etc/again')).ino).toBe(statSync(join(root, 'etc/passwd')).ino);
  expect(readdirSync(at('tmp'))).toEqual([]);
});

test('a root filesystem that is not what its record says gets no name', async () => {
  const folder = await bundleOf('out', [await rootfs(sha256('another'))]);
  expect(await load(folder)).toMatchObject({ ok: false, error: { diagnostic: { code: 'BUNDLE-TREE' } } });
  expect([existsSync(at('images/abc/rootfs')), existsSync(at('images/abc/manifest.json'))]).toEqual([false, false]);
});

test('a second load places nothing; what was damaged meanwhile is made good', async () => {
  const folder = await bundleOf('out', [await tool(), await rootfs()]);
  must(await load(folder));
  expect(must(await load(folder))).toMatchObject({ placedFiles: 0, placedBytes: 0 });
  writeFileSync(at(program), 'A PROGRAM');
  expect(must(await load(folder))).toMatchObject({ placedFiles: 1 });
  expect(readFileSync(at(program), 'utf8')).toBe('a program');
});

test('asked to stop, no record says yet that something is there; the next load goes on', async () => {
  const folder = await bundleOf('out', [await tool()]);
  const asked = new AbortController();
  const stopped = await load(folder, { stop: asked.signal, told: (what) => what === program && asked.abort() });
  expect(stopped).toMatchObject({ ok: false, error: { kind: 'cancelled', diagnostic: { code: 'BUNDLE-STOPPED' } } });
  expect([existsSync(at(program)), existsSync(at(receiptAt))]).toEqual([true, false]);
  expect(must(await load(folder))).toMatchObject({ placedFiles: 1 });
  expect(existsSync(at(receiptAt))).toBe(true);
});

test('what a record holds for intact is left as it is', async () => {
  await m.put(`cache/${program}`, 'of this machine', 0o755);
  await m.put(`cache/${receiptAt}`, '{}');
  const folder = await bundleOf('out', [await tool()]);
  must(await load(folder, { intact: async (record) => record === at(receiptAt) }));
  expect([readFileSync(at(program), 'utf8'), readFileSync(at(receiptAt), 'utf8')]).toEqual(['of this machine', '{}']);
});

test.each(['state/journal', 'history/x', 'bundle/accepted/x', 'tools', 'oci/index.json', 'images/abc/rootfs/etc/passwd'])(
  'a file for %s is refused before anything is written',
  async (path) => {
    const strange: SetInput = { kind: 'content', name: 'strange', files: [{ path, from: { text: 'x' } }] };
    const folder = await bundleOf('out', [await tool(), await rootfs(), strange]);
    expect(await load(folder)).toMatchObject({ ok: false, error: { diagnostic: { code: 'BUNDLE-PLACE' } } });
    expect(readdirSync(m.w.paths.cache)).toEqual([]);
  },
);

test('a link on the way into the cache is not followed', async () => {
  mkdirSync(join(m.root, 'elsewhere'));
  symlinkSync(join(m.root, 'elsewhere'), at('tools'));
  const folder = await bundleOf('out', [await tool()]);
  expect(await load(folder)).toMatchObject({ ok: false, error: { diagnostic: { code: 'BUNDLE-PLACE-TAKEN' } } });
  expect(readdirSync(join(m.root, 'elsewhere'))).toEqual([]);
});

test('content that changed after it was judged gets no name', async () => {
  const folder = await bundleOf('out', [await tool()]);
  const blob = join(folder, 'blobs', 'sha256', sha256('a program').slice(7));
  const told = (what: string): void => {
    if (what === program) writeFileSync(blob, 'B PROGRAM');
  };
  expect(await load(folder, { told })).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  expect([existsSync(at(program)), existsSync(at(receiptAt))]).toEqual([false, false]);
});

test('a delta fills what its base brought, and is refused without it', async () => {
  const first = await bundleOf('first', [await tool()]);
  const base = must(await describe(first, { disk: blobDisk, trust: { key: keys.publicKey }, now: testNow }));
  const more: SetInput = { kind: 'content', name: 'more', files: [{ path: 'scap/0123/more.xml', from: { text: 'more' } }] };
  const delta = await bundleOf('delta', [await tool(), more], {
    against: inventoryOf(base),
    about: { ...aboutTest, release: '2.1' },
  });
  expect(await load(delta)).toMatchObject({ ok: false, error: { diagnostic: { code: 'BUNDLE-DELTA' } } });
  must(await load(first));
  expect(must(await load(delta)).placedFiles).toBeGreaterThan(0);
  expect(readFileSync(at('scap/0123/more.xml'), 'utf8')).toBe('more');
});
