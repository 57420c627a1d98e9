import { execFileSync } from 'node:child_process';
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aboutTest,
  content,
  everything,
  Forgery,
  keyPair,
  makeTestBundle,
  must,
  sha256,
  testImage,
  testNow,
  testSets,
} from '../../test/support/bundle.js';
import { type TestMachine, testMachine } from '../../test/support/machine.js';
import { memoryRegistry } from '../../test/support/registry.js';
import { blobDisk } from '../host/index.js';
import { cachedFacts } from './bill/facts.js';
import { makeBundle } from './create.js';
import { compareBundles, inventoryOf, parseInventory } from './inventory.js';
import { makeKeys, readPrivateKey, readPublicKey } from './keys.js';
import { pushDescribed } from './push.js';
import { openSource } from './source.js';
import { Store } from './store.js';
import { compareReleases, describe, verifyContent } from './verify.js';
import { writeVolumes } from './volumes.js';

const keys = keyPair();
let m: TestMachine;
beforeEach(async () => {
  m = await testMachine();
});
afterEach(() => m.close());

const open = async (path: string) => must(await describe(path, { disk: blobDisk, trust: { key: keys.publicKey }, now: testNow }));
const store = async (name: string) => must(await Store.open(m.w, blobDisk, cachedFacts(m.w), join(m.root, name)));

test('what two images share is there once, and an image is found by its reference', async () => {
  const folder = await makeTestBundle(m, 'out', { key: keys.privateKey });
  const { bundle, blobs } = await open(folder);
  expect(bundle.items.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'image registry.test/one:1',
    'image registry.test/two:1',
    'tool kubectl',
    'definition platform',
    'sbom registry.test/one:1',
    'sbom registry.test/two:1',
    'sbom bundle',
  ]);
  expect([...blobs.keys()].filter((digest) => digest === sha256('shared layer'))).toHaveLength(1);
  expect(readdirSync(join(folder, 'blobs', 'sha256'))).toHaveLength(blobs.size);
  expect(bundle.items.find(({ kind }) => kind === 'tool')?.files).toMatchObject([
    { path: 'tools/kubectl/kubectl', executable: true },
  ]);
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  expect(index.manifests[1]).toMatchObject({ annotations: { 'org.opencontainers.image.ref.name': 'registry.test/one:1' } });
});

test('the same inputs give the same bytes', async () => {
  const [one, two] = [await makeTestBundle(m, 'one'), await makeTestBundle(m, 'two')];
  expect(everything(two).map((line) => line.replace(two, ''))).toEqual(everything(one).map((line) => line.replace(one, '')));
});

test('a second run copies nothing, a damaged blob is made good, and what is no longer named goes', async () => {
  const folder = await makeTestBundle(m, 'out');
  const blob = join(folder, 'blobs', 'sha256', sha256('layer of one').slice(7));
  const times = new Map(
    readdirSync(join(folder, 'blobs', 'sha256')).map((name) => [name, statSync(join(folder, 'blobs', 'sha256', name)).ino]),
  );
  writeFileSync(blob, 'LAYER OF ONE');
  writeFileSync(join(folder, 'blobs', 'sha256', 'b'.repeat(64)), 'of an older bundle');
  await makeTestBundle(m, 'out');
  expect(readFileSync(blob, 'utf8')).toBe('layer of one');
  const now = new Map(
    readdirSync(join(folder, 'blobs', 'sha256')).map((name) => [name, statSync(join(folder, 'blobs', 'sha256', name)).ino]),
  );
  expect([...now].filter(([name, inode]) => times.get(name) !== inode).map(([name]) => name)).toEqual([
    sha256('layer of one').slice(7),
  ]);
  expect(existsSync(join(folder, 'blobs', 'sha256', 'b'.repeat(64)))).toBe(false);
});

test('a run that was killed leaves no bundle, and the next one goes on', async () => {
  const folder = await makeTestBundle(m, 'out', { key: keys.privateKey });
  rmSync(join(folder, 'index.json'));
  const [first = '', second = ''] = readdirSync(join(folder, 'blobs', 'sha256'));
  renameSync(join(folder, 'blobs', 'sha256', first), join(folder, 'blobs', 'sha256', `.${first}.0123456789ab.part`));
  truncateSync(join(folder, 'blobs', 'sha256', second), 1);
  expect(await describe(folder, { disk: blobDisk, trust: { key: keys.publicKey }, now: testNow })).toMatchObject({ ok: false });
  await makeTestBundle(m, 'out', { key: keys.privateKey });
  must(await verifyContent(blobDisk, await open(folder)));
});

test('asked to stop, it ends between two items, and what was copied serves the next run', async () => {
  const asked = new AbortController();
  const folder = join(m.root, 'out');
  const made = await makeBundle({
    store: await store('out'),
    about: aboutTest,
    origin: { definition: sha256('definition') },
    images: [
      await testImage(m, 'registry.test/one:1', ['shared layer', 'layer of one']),
      await testImage(m, 'registry.test/two:1', ['shared layer', 'layer of two']),
    ],
    sets: [],
    allowMissing: 'no',
    told: () => asked.abort(),
    stop: asked.signal,
  });
  expect(made).toMatchObject({ ok: false, error: { kind: 'cancelled', diagnostic: { code: 'BUNDLE-STOPPED' } } });
  const copied = readdirSync(join(folder, 'blobs', 'sha256'));
  expect(copied).toContain(sha256('layer of one').slice(7));
  expect(copied).not.toContain(sha256('layer of two').slice(7));
  expect(existsSync(join(folder, 'index.json'))).toBe(false);
});

test('a source that is no longer what it was named is refused, and leaves nothing half-written', async () => {
  const image = await testImage(m, 'registry.test/one:1', ['layer']);
  writeFileSync(image.layers[0]?.file ?? '', 'LAYER');
  const into = await store('out');
  const made = await makeBundle({
    store: into,
    about: aboutTest,
    origin: { definition: sha256('d') },
    images: [image],
    sets: [],
    allowMissing: 'no',
    told: () => undefined,
  });
  expect(made).toMatchObject({ ok: false, error: { kind: 'corrupt', diagnostic: { code: 'HOST-OTHER-BYTES' } } });
  expect(everything(join(m.root, 'out')).filter((line) => line.includes('.part'))).toEqual([]);
});

test('a folder with something else in it stays as it is', async () => {
  await m.put('out/notes.txt', 'mine');
  expect(await Store.open(m.w, blobDisk, cachedFacts(m.w), join(m.root, 'out'))).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'BUNDLE-OCCUPIED' } },
  });
  expect(readFileSync(join(m.root, 'out', 'notes.txt'), 'utf8')).toBe('mine');
});

test('what is missing is named and refused, or recorded where that was allowed', async () => {
  const about = { ...aboutTest, missing: ['image docker.io/library/x:1: nobody has it'] };
  const base = { about, origin: { definition: sha256('d') }, images: [], sets: [], told: () => undefined };
  const refused = await makeBundle({ ...base, store: await store('one'), allowMissing: 'no' });
  expect(refused).toMatchObject({ ok: false, error: { diagnostic: { code: 'BUNDLE-ITEM-MISSING' } } });
  expect(refused.ok ? '' : refused.error.diagnostic.message).toContain('docker.io/library/x:1');
  const folder = await makeTestBundle(m, 'two', { about, allowMissing: 'yes', key: keys.privateKey });
  expect((await open(folder)).bundle.about.missing).toEqual(about.missing);
});

test('signed as cosign signs: openssl holds the signature over the payload for the key', async () => {
  const pem = makeKeys(undefined);
  const folder = await makeTestBundle(m, 'out', { key: must(readPrivateKey('k', pem.privateKey, undefined)) });
  const f = new Forgery(folder);
  const sig = f.index.manifests.find((one) => String(one.annotations?.['org.opencontainers.image.ref.name']).endsWith('.sig'));
  expect(sig?.annotations).toMatchObject({
    'org.opencontainers.image.ref.name': `${String(f.rootEntry.digest).replace(':', '-')}.sig`,
  });
  const layer = f.blob(sig?.digest ?? '').layers[0];
  expect(layer?.mediaType).toBe('application/vnd.dev.cosign.simplesigning.v1+json');
  await m.put('pub.pem', pem.publicKey);
  writeFileSync(
    join(m.root, 'sig.der'),
    Buffer.from(String(layer?.annotations?.['dev.cosignproject.cosign/signature']), 'base64'),
  );
  const said = execFileSync(
    'openssl',
    ['dgst', '-sha256', '-verify', join(m.root, 'pub.pem'), '-signature', join(m.root, 'sig.der'), f.path(layer?.digest ?? '')],
    { encoding: 'utf8' },
  );
  expect(said.trim()).toBe('Verified OK');
  expect(JSON.parse(readFileSync(f.path(layer?.digest ?? ''), 'utf8')).critical.image).toEqual({
    'docker-manifest-digest': f.rootEntry.digest,
  });
});

test('provenance: a signed SLSA statement about the bundle and every image', async () => {
  const pem = makeKeys(undefined);
  const folder = await makeTestBundle(m, 'out', { key: must(readPrivateKey('k', pem.privateKey, undefined)) });
  const f = new Forgery(folder);
  const att = f.index.manifests.find((one) => String(one.annotations?.['org.opencontainers.image.ref.name']).endsWith('.att'));
  const { payload, payloadType, signatures } = f.blob(f.blob(att?.digest ?? '').layers[0]?.digest ?? '');
  const body = Buffer.from(payload as string, 'base64');
  const signed = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
  expect(payloadType).toBe('application/vnd.in-toto+json');
  expect(
    verifySignature('sha256', signed, createPublicKey(pem.publicKey), Buffer.from(String(signatures[0]?.sig), 'base64')),
  ).toBe(true);
  const statement = JSON.parse(body.toString('utf8'));
  expect(statement.predicateType).toBe('https://slsa.dev/provenance/v1');
  expect(statement.subject.map(({ name }: { name: string }) => name)).toEqual([
    'shop-edge',
    'registry.test/one:1',
    'registry.test/two:1',
  ]);
  expect(`sha256:${statement.subject[0].digest.sha256}`).toBe(f.rootEntry.digest);
});

test('keys: encrypted ones need their passphrase; others, and public ones, are told apart', () => {
  const pair = makeKeys('correct horse');
  expect(pair.privateKey).toContain('ENCRYPTED');
  expect(readPrivateKey('k', pair.privateKey, 'correct horse').ok).toBe(true);
  const code = { ok: false, error: { diagnostic: { code: 'BUNDLE-KEY' } } };
  expect(readPrivateKey('k', pair.privateKey, undefined)).toMatchObject(code);
  expect(readPrivateKey('k', pair.privateKey, 'wrong')).toMatchObject(code);
  expect(readPublicKey('k', pair.privateKey)).toMatchObject(code);
  expect(readPublicKey('k', 'hello')).toMatchObject(code);
  expect(
    readPrivateKey('k', '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nx\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----', 'x'),
  ).toMatchObject(code);
  const rsa = execFileSync('openssl', ['genrsa', '2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(readPrivateKey('k', rsa, undefined)).toMatchObject(code);
});

test('volumes of one size, the same again, and read without being joined', async () => {
  const sets = [{ kind: 'definition' as const, name: 'platform', files: [{ path: 'big', from: { text: 'x'.repeat(300_000) } }] }];
  const folder = await makeTestBundle(m, 'out', { key: keys.privateKey, sets });
  const into = join(m.root, 'volumes');
  mkdirSync(into);
  const layout = must(await openSource(blobDisk, folder));
  const first = must(await writeVolumes(m.w, blobDisk, layout, { folder: into, name: 'shop-edge', size: 100_000 }));
  expect(first.volumes.length).toBeGreaterThan(3);
  expect(new Set(first.volumes.slice(0, -1).map(({ size }) => size))).toEqual(new Set([100_000]));
  const inodes = readdirSync(into)
    .filter((name) => /\d{4}$/.test(name))
    .map((name) => statSync(join(into, name)).ino);
  truncateSync(join(into, 'shop-edge.0002'), 5);
  expect(must(await writeVolumes(m.w, blobDisk, layout, { folder: into, name: 'shop-edge', size: 100_000 }))).toEqual(first);
  const again = readdirSync(into)
    .filter((name) => /\d{4}$/.test(name))
    .map((name) => statSync(join(into, name)).ino);
  expect(again.filter((inode, i) => inode !== inodes[i])).toHaveLength(1);
  const described = await open(into);
  expect(described.bundle.root).toBe((await open(folder)).bundle.root);
  must(await verifyContent(blobDisk, described));
  // GNU tar reads them as one archive.
  const listed = execFileSync('sh', ['-c', 'cat "$0"/shop-edge.0* | tar -tf -', into], { encoding: 'utf8' });
  expect(listed.split('\n')).toContain('index.json');
  expect(await writeVolumes(m.w, blobDisk, layout, { folder: into, name: 'shop-edge', size: 10 })).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'BUNDLE-VOLUME-SIZE' } },
  });
});

test('a delta leaves out what the destination has, is whole by itself, and differs by what changed', async () => {
  const before = await makeTestBundle(m, 'before', { key: keys.privateKey });
  const against = inventoryOf(await open(before));
  expect(parseInventory('x', JSON.stringify({ root: against.base, blobs: against.blobs }))).toEqual({ ok: true, value: against });
  const images = [
    await testImage(m, 'registry.test/one:1', ['shared layer', 'layer of one']),
    await testImage(m, 'registry.test/two:1', ['shared layer', 'two, but newer']),
  ];
  const delta = await makeTestBundle(m, 'delta', { key: keys.privateKey, images, against });
  const described = await open(delta);
  must(await verifyContent(blobDisk, described));
  const there = readdirSync(join(delta, 'blobs', 'sha256'));
  expect(there).toContain(sha256('two, but newer').slice(7));
  for (const text of ['shared layer', 'layer of one', 'not really a program']) expect(there).not.toContain(sha256(text).slice(7));
  expect(compareBundles((await open(before)).bundle, described.bundle)).toEqual([
    { change: 'changed', kind: 'image', name: 'registry.test/two:1', files: [{ path: 'layer 2', change: 'changed' }], bytes: 14 },
  ]);
});

test('what a delta leaves out must be left out on purpose', async () => {
  const before = await makeTestBundle(m, 'before', { key: keys.privateKey });
  const delta = await makeTestBundle(m, 'delta', { key: keys.privateKey, against: inventoryOf(await open(before)) });
  const newer = (await open(delta)).bundle.items.find(({ kind }) => kind === 'sbom')?.files[0]?.digest ?? '';
  rmSync(join(delta, 'blobs', 'sha256', newer.slice(7)));
  expect(await describe(delta, { disk: blobDisk, trust: { key: keys.publicKey }, now: testNow })).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'BUNDLE-INCOMPLETE' } },
  });
});

test('push sends content once, then nothing; a changed layer alone; a delta only where its base is', async () => {
  const registry = await memoryRegistry();
  const sent = () => registry.seen.filter((line) => /^(PUT|PATCH)/.test(line)).length;
  const before = await makeTestBundle(m, 'before', { key: keys.privateKey });
  const described = await open(before);
  const first = must(await pushDescribed(m.w, blobDisk, described, registry.address));
  expect(first.unchanged).toBe(false);
  expect(registry.manifests.has('registry.test/one:1')).toBe(true);
  // A real registry that is asked twice at a time for the same loses sight of it for a moment.
  const mounts = registry.seen.filter((line) => line.includes('mount='));
  expect(mounts.length).toBeGreaterThan(3);
  expect(new Set(mounts).size).toBe(mounts.length);
  const count = sent();
  expect(must(await pushDescribed(m.w, blobDisk, described, registry.address)).unchanged).toBe(true);
  expect(sent()).toBe(count);
  await registry.close();
  const images = [await testImage(m, 'registry.test/two:1', ['shared layer', 'two, but newer'])];
  const delta = await open(await makeTestBundle(m, 'delta', { key: keys.privateKey, images, against: inventoryOf(described) }));
  const empty = await memoryRegistry();
  expect(await pushDescribed(m.w, blobDisk, delta, empty.address)).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'BUNDLE-DELTA' } },
  });
  await empty.close();
});

test('releases are ordered as people count', () => {
  expect(['1.10', '1.9', '2026.11.24-10.00.00', '2026.2.1'].sort(compareReleases)).toEqual([
    '1.9',
    '1.10',
    '2026.2.1',
    '2026.11.24-10.00.00',
  ]);
});

test('neither mode nor time of a source plays a part', async () => {
  const sets = await testSets(m);
  const one = await makeTestBundle(m, 'one', { sets });
  const file = (await content(m, 'from/kubectl', 'not really a program')).file;
  chmodSync(file, 0o600);
  utimesSync(file, 1, 1);
  const two = await makeTestBundle(m, 'two', { sets });
  expect(readFileSync(join(two, 'index.json'), 'utf8')).toBe(readFileSync(join(one, 'index.json'), 'utf8'));
});
