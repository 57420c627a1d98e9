import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretRef } from '../model/index.js';
import { createCatalogReader, createHistory, createHost, createJournalFile, type Host, machineFacts } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-files-'));
const paths = {
  cache: join(folder, 'cache'),
  state: join(folder, 'state'),
  catalog: join(folder, 'catalog'),
  project: join(folder, 'project'),
};
const scope = { signal: new AbortController().signal, emit: () => {} };
let host: Host;

beforeAll(async () => {
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  host = await createHost({ paths });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  test('writing is atomic, with its mode, and leaves nothing beside it', async () => {
    const world = host.world(scope);
    const path = join(paths.state, 'deep', 'er', 'file');
    expect(await world.write(path, 'one')).toMatchObject({ ok: true });
    expect(await world.write(path, 'two', 0o777)).toMatchObject({ ok: true });
    expect(await world.read(path)).toEqual({ ok: true, value: 'two' });
    expect(await world.stat(path)).toMatchObject({ kind: 'file', size: 3, mode: 0o777 });
    expect(readdirSync(join(paths.state, 'deep', 'er'))).toEqual(['file']);
    expect(await world.write(join(path, 'below'), 'x')).toMatchObject({
      ok: false,
      error: { diagnostic: { code: 'HOST-FILE' } },
    });
  });

  test('what is not there is nothing, not an error', async () => {
    const reader = host.reader(scope);
    const none = join(paths.state, 'none');
    expect(await reader.read(none)).toEqual({ ok: true, value: undefined });
    expect([await reader.stat(none), await reader.list(none), await reader.digest(none)]).toEqual([undefined, [], undefined]);
    expect(await reader.read(paths.state)).toMatchObject({ ok: false });
    expect(await host.world(scope).remove(none)).toMatchObject({ ok: true });
    expect(await host.world(scope).remove(join(none, 'deeper'))).toMatchObject({ ok: true });
  });

  test('kinds are told without following links; lists are sorted', async () => {
    const world = host.world(scope);
    const at = join(paths.state, 'kinds');
    await world.makeDirectory(join(at, 'folder'));
    symlinkSync('/dev/null', join(at, 'link'));
    expect(await world.list(at)).toEqual(['folder', 'link']);
    expect([
      (await world.stat(join(at, 'folder')))?.kind,
      (await world.stat(join(at, 'link')))?.kind,
      (await world.stat('/dev/null'))?.kind,
    ]).toEqual(['directory', 'link', 'other']);
    await world.write(join(at, 'from'), 'x');
    expect(await world.rename(join(at, 'from'), join(at, 'to'))).toMatchObject({ ok: true });
    expect(await world.rename(join(at, 'from'), join(at, 'to'))).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(await world.makeDirectory(join(at, 'to', 'x'))).toMatchObject({ ok: false });
  });

  test('only what Strata owns is removed, whatever links say', async () => {
    const world = host.world(scope);
    const outside = join(paths.project, 'precious');
    writeFileSync(outside, 'x');
    symlinkSync(paths.project, join(paths.state, 'way-out'));
    for (const path of [
      outside,
      join(paths.state, '..', 'project', 'precious'),
      join(paths.state, 'way-out', 'precious'),
      folder,
      `${paths.state}-other`,
    ]) {
      expect(await world.remove(path)).toMatchObject({ ok: false, error: { kind: 'refused' } });
    }
    expect(existsSync(outside)).toBe(true);
    expect(await world.remove(join(paths.state, 'way-out'))).toMatchObject({ ok: true });
    expect(existsSync(outside)).toBe(true);
    await world.write(join(paths.cache, 'a', 'b'), 'x');
    expect(await world.remove(join(paths.cache, 'a'))).toMatchObject({ ok: true });
    expect(existsSync(join(paths.cache, 'a'))).toBe(false);
  });
});

describe('digests', () => {
  const tree = join(folder, 'tree');
  const old = new Date(Date.now() - 60_000);

  test('of a file, and of a tree by paths, modes and bytes', async () => {
    mkdirSync(join(tree, 'sub'), { recursive: true });
    writeFileSync(join(tree, 'sub', 'a'), 'hello');
    symlinkSync('sub/a', join(tree, 'link'));
    const digest = () => host.reader(scope).digest(tree);
    expect(await host.reader(scope).digest(join(tree, 'sub', 'a'))).toBe(
      'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
    const first = await digest();
    expect(await digest()).toBe(first);
    chmodSync(join(tree, 'sub', 'a'), 0o755);
    const second = await digest();
    writeFileSync(join(tree, 'sub', 'a'), 'jello');
    const third = await digest();
    rmSync(join(tree, 'link'));
    expect(new Set([first, second, third, await digest()]).size).toBe(4);
  });

  test('of large content is remembered, and never wrong after a change that keeps size and time', async () => {
    const big = join(tree, 'big');
    writeFileSync(big, Buffer.alloc(3 << 20, 'x'));
    const reader = host.reader(scope);
    const first = await reader.digest(big);
    writeFileSync(big, Buffer.alloc(3 << 20, 'y'));
    utimesSync(big, old, old);
    const second = await reader.digest(big);
    expect(second).not.toBe(first);
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // only what rests is remembered
    expect(await reader.digest(big)).toBe(second);
    expect(readdirSync(join(paths.cache, 'digests'))).toHaveLength(1);
    expect(await reader.digest(big)).toBe(second);
    expect(await reader.digest(tree)).toBe(await reader.digest(tree));
    writeFileSync(big, Buffer.alloc(3 << 20, 'x'));
    utimesSync(big, old, old);
    expect(await reader.digest(big)).toBe(first);
  });
});

describe('stores', () => {
  test('secrets are 0600 in a 0700 folder, under any name, and known to a later host', async () => {
    const world = host.world(scope);
    expect(await world.holds(secretRef('ssh/../key'))).toBe(false);
    expect(await world.keep(secretRef('ssh/../key'), 'very private')).toMatchObject({ ok: true });
    expect(await world.keep(secretRef('..'), 'other private')).toMatchObject({ ok: true });
    const at = join(paths.state, 'secrets');
    expect(readdirSync(at).sort()).toEqual(['%2E.', 'ssh%2F..%2Fkey']);
    expect([statSync(at).mode & 0o777, statSync(join(at, '%2E.')).mode & 0o777]).toEqual([0o700, 0o600]);
    const secret = await world.reveal(secretRef('ssh/../key'));
    expect(secret.ok && secret.value.expose()).toBe('very private');
    expect([await world.holds(secretRef('ssh/../key')), JSON.stringify(secret)]).toEqual([true, '{"ok":true,"value":{}}']);
    const later = await createHost({ paths });
    expect(later.redact('it is very private')).toBe('it is [secret]');
    expect(await world.reveal(secretRef('none'))).toMatchObject({ error: { diagnostic: { code: 'HOST-SECRET-MISSING' } } });
    mkdirSync(join(at, 'folder'));
    expect(await world.reveal(secretRef('folder'))).toMatchObject({ error: { diagnostic: { code: 'HOST-FILE' } } });
    rmSync(join(at, 'folder'), { recursive: true });
  });

  test('a journal file is appended to, cut, and read', async () => {
    const store = createJournalFile(join(paths.state, 'journal', 'file'));
    expect(await store.read()).toEqual({ ok: true, value: new Uint8Array() });
    expect(await store.append(Buffer.from('hello '), false)).toMatchObject({ ok: true });
    expect(await store.append(Buffer.from('world'), true)).toMatchObject({ ok: true });
    expect(await store.truncate(5)).toMatchObject({ ok: true });
    expect(await store.append(Buffer.from('!'), true)).toMatchObject({ ok: true });
    const read = await store.read();
    expect(Buffer.from(read.ok ? read.value : []).toString()).toBe('hello!');
    await store.close();
    await store.close();
    const wrong = createJournalFile(join(paths.state, 'journal'));
    expect(await wrong.read()).toMatchObject({ ok: false });
    expect(await wrong.append(Buffer.from('x'), true)).toMatchObject({ ok: false });
    const full = createJournalFile('/dev/full');
    expect(await full.append(Buffer.from('x'), false)).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
    await full.close();
  });

  test('history is kept by platform and environment, and damage only forgets', async () => {
    const history = createHistory(paths.cache, 'plat/form', 'prod');
    expect(await history.durations()).toEqual({});
    expect(await history.keepDurations({ step: [1, 2] })).toMatchObject({ ok: true });
    expect(await history.durations()).toEqual({ step: [1, 2] });
    for (const [text, expected] of [
      ['{"a":[1,"x",-1],"b":3}', { a: [1] }],
      ['[', {}],
      ['3', {}],
    ] as const) {
      writeFileSync(join(history.folder, 'durations.json'), text);
      expect(await history.durations()).toEqual(expected);
    }
  });

  test('the catalog is read once per plan, and nothing outside of it', () => {
    mkdirSync(join(paths.catalog, 'packages', 'b'), { recursive: true });
    writeFileSync(join(paths.catalog, 'packages', 'a.yaml'), 'kind: A');
    symlinkSync('a.yaml', join(paths.catalog, 'packages', 'link'));
    const reader = createCatalogReader(paths);
    const tree = reader.tree('catalog', 'packages');
    expect(reader.names(tree)).toEqual(['a.yaml', 'b', 'link']);
    expect(reader.text({ root: 'catalog', path: 'packages/a.yaml' })).toBe('kind: A');
    expect([
      reader.text({ root: 'catalog', path: '../project/precious' }),
      reader.names({ root: 'project', path: '../..' }),
    ]).toEqual(['', ['precious']]);
    writeFileSync(join(paths.catalog, 'packages', 'a.yaml'), 'kind: B');
    expect(reader.tree('catalog', 'packages')).toBe(tree);
    expect(createCatalogReader(paths).tree('catalog', 'packages').digest).not.toBe(tree.digest);
    expect(reader.tree('project', 'none').digest).toBe(createCatalogReader(paths).tree('project', 'nothing').digest);
  });

  test('the machine is looked at', async () => {
    const facts = await machineFacts(join(paths.state, 'not', 'there', 'yet'));
    expect(facts).toMatchObject({ uid: process.getuid?.(), system: process.platform });
    expect(['v1', 'v2', 'none']).toContain(facts.cgroup);
    for (const number of [facts.cores, facts.memoryBytes, facts.availableMemoryBytes, facts.freeDiskBytes])
      expect(number).toBeGreaterThan(0);
  });
});

test('a reader has no hands, not even at run time', () => {
  const reader = host.reader(scope);
  const hands = ['change', 'start', 'end', 'write', 'makeDirectory', 'remove', 'rename', 'request', 'keep', 'reveal'];
  expect(hands.filter((hand) => hand in reader)).toEqual([]);
  expect(hands.filter((hand) => hand in host.world(scope))).toEqual(hands);
});

test('waiting ends with the signal', async () => {
  const abort = new AbortController();
  const started = Date.now();
  setTimeout(() => abort.abort(), 10);
  await host.reader({ ...scope, signal: abort.signal }).pause(10_000);
  await host.reader({ ...scope, signal: abort.signal }).pause(10_000);
  await host.reader(scope).pause(5);
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(host.reader(scope).now().getTime()).toBeGreaterThanOrEqual(started);
});
