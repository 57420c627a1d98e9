// The toolchain with the real go, apt and docker-registry, from an empty cache: programs are built and unpacked, images
// made and served, and what the unit tests' registry in memory answers is compared with the real one.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Digest, OciImage } from '../../src/model/index.js';
import {
  discardDamaged,
  examineToolchain,
  loadToolchain,
  locateTool,
  planToolchain,
  type Toolchain,
} from '../../src/toolchain/index.js';
import {
  blobFile,
  copyUpstream,
  hasImage,
  imageComplete,
  parseReference,
  pullManifest,
  pushArtefact,
  pushImage,
  readManifest,
} from '../../src/tools/oci/index.js';
import { type TestMachine, testMachine } from '../support/machine.js';
import { type Obtained, obtainAll } from '../support/obtain-all.js';
import { memoryRegistry, sha256 } from '../support/registry.js';

const catalog = resolve(import.meta.dirname, '../../catalog');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answering(address: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const there = await fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (there) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no registry at ${address}`);
}

describe('toolchain and images', () => {
  let m: TestMachine;
  let toolchain: Toolchain;
  let registry: ChildProcess | undefined;
  let address = '';
  const storage = mkdtempSync(join(tmpdir(), 'strata-registry-'));

  beforeAll(async () => {
    let loaded: Toolchain | undefined;
    m = await testMachine({
      catalog,
      locate: async (tool, w) => (loaded === undefined ? undefined : locateTool(loaded, w.paths.cache, tool, w)),
    });
    const lists = await loadToolchain(m.w, m.w.paths);
    if (!lists.ok) throw new Error(lists.error.diagnostic.message);
    // PATH is left out for the registry, so that the way over the Debian package is the one that is tried.
    const { path: _, ...fromPackage } = lists.value.tools.get('docker-registry') ?? { name: 'docker-registry', sources: [] };
    toolchain = { ...lists.value, tools: new Map([...lists.value.tools, ['docker-registry', fromPackage]]) };
    loaded = toolchain;
  });

  afterAll(async () => {
    if (registry !== undefined) {
      const ended = new Promise((done) => registry?.once('exit', done));
      registry.kill();
      await ended;
    }
    rmSync(storage, { recursive: true, force: true });
    await m.close();
  });

  const obtain = async (tools: readonly string[], images: readonly string[]): Promise<readonly Obtained[]> => {
    const told: Obtained[] = [];
    const result = await obtainAll(m.w, planToolchain(toolchain, { tools, images }), (one) => told.push(one));
    if (!result.ok) throw new Error(result.error.diagnostic.message);
    return told;
  };

  const imageOf = async (name: string): Promise<OciImage> => {
    const ref = toolchain.images.get(name)?.ref ?? '';
    const index = JSON.parse(readFileSync(join(m.w.paths.cache, 'oci/index.json'), 'utf8'));
    const entry = index.manifests.find(
      (one: { annotations: Record<string, string> }) => one.annotations['org.opencontainers.image.ref.name'] === ref,
    );
    return { ref, digest: entry.digest };
  };

  test('programs come from Go source and out of a Debian package; nothing of the system changes', async () => {
    const told = await obtain(['pause', 'docker-registry', 'tar'], []);
    expect(told.map(({ verdict }) => verdict)).toEqual(['done', 'done', 'done']);
    const served = await locateTool(toolchain, m.w.paths.cache, 'docker-registry', m.w);
    expect(served?.startsWith(m.w.paths.cache)).toBe(true);
    expect((await obtain(['pause', 'docker-registry', 'tar'], [])).map(({ verdict }) => verdict)).toEqual([
      'kept',
      'kept',
      'kept',
    ]);
  });

  test('images are made of them, and of Debian packages', async () => {
    await obtain([], ['pause', 'helper-busybox', 'hello']);
    for (const name of ['pause', 'helper-busybox', 'hello'])
      expect(await imageComplete(m.w, (await imageOf(name)).digest, 'bytes')).toBe(true);
    const layer = await readManifest(m.w, (await imageOf('helper-busybox')).digest);
    if (!layer.ok) throw new Error(layer.error.diagnostic.message);
    const lower = layer.value.manifest.layers[0]?.digest as Digest;
    expect(execFileSync('tar', ['-tf', blobFile(m.w.paths.cache, lower)], { encoding: 'utf8' })).toContain('bin/busybox');
  });

  test('a second machine makes the very same image', async () => {
    const first = await imageOf('hello');
    rmSync(join(m.w.paths.cache, 'images'), { recursive: true });
    const told = await obtain([], ['hello']);
    expect(told.at(-1)?.verdict).toBe('done');
    expect(await imageOf('hello')).toEqual(first);
  });

  test('a real registry takes them once, and serves them', async () => {
    const port = await freePort();
    address = `127.0.0.1:${port}`;
    const config = join(storage, 'config.yml');
    mkdirSync(join(storage, 'data'));
    writeFileSync(
      config,
      `version: 0.1\nlog: { level: error, accesslog: { disabled: true } }\nstorage: { filesystem: { rootdirectory: ${storage}/data } }\nhttp: { addr: '${address}' }\n`,
    );
    const program = (await locateTool(toolchain, m.w.paths.cache, 'docker-registry', m.w)) ?? '';
    registry = spawn(program, ['serve', config], { stdio: 'ignore' });
    await answering(address);
    for (const name of ['pause', 'helper-busybox', 'hello']) {
      const image = await imageOf(name);
      expect(await hasImage(m.w, address, image)).toEqual({ ok: true, value: false });
      expect(await pushImage(m.w, address, image)).toEqual({ ok: true, value: undefined });
      expect(await hasImage(m.w, address, image)).toEqual({ ok: true, value: true });
      const reference = parseReference(image.ref);
      expect(await pullManifest(m.w, address, image.ref)).toMatchObject({ ok: true, value: { schemaVersion: 2 } });
      expect(reference.ok).toBe(true);
    }
  });

  test('an artefact can be fetched by its address', async () => {
    const file = await m.put('tree.tgz', 'content');
    const media = {
      mediaType: 'application/vnd.cncf.flux.config.v1+json',
      layerMediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip',
    };
    const pushed = await pushArtefact(m.w, { registry: address, repository: 'strata/packages', tag: 'one', file, ...media });
    if (!pushed.ok) throw new Error(pushed.error.diagnostic.message);
    expect(await (await fetch(pushed.value.url)).text()).toBe('content');
  });

  test('an image is copied from a registry by digest, into an empty cache', async () => {
    const image = await imageOf('hello');
    const other = await testMachine();
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const copied = await copyUpstream(other.w, { ref: `${address}/${image.ref}`, digest: image.digest, architecture });
    expect(copied).toEqual({ ok: true, value: { ref: `${address}/${image.ref}`, digest: image.digest } });
    expect(await imageComplete(other.w, image.digest, 'bytes')).toBe(true);
    await other.close();
  });

  test('the registry in memory answers as the real one does', async () => {
    const memory = await memoryRegistry();
    const layer = Buffer.from('some bytes');
    const answers = [];
    for (const at of [address, memory.address]) {
      const base = `http://${at}/v2/compare/x`;
      const absent = await fetch(`${base}/blobs/${sha256(layer)}`, { method: 'HEAD' });
      const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
      const target = new URL(begun.headers.get('location') ?? '', base);
      target.searchParams.set('digest', sha256(layer));
      const wrong = new URL(target);
      wrong.searchParams.set('digest', sha256('other bytes'));
      const refused = await fetch(wrong, { method: 'PUT', body: layer });
      const again = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
      const second = new URL(again.headers.get('location') ?? '', base);
      second.searchParams.set('digest', sha256(layer));
      const taken = await fetch(second, { method: 'PUT', body: layer });
      const there = await fetch(`${base}/blobs/${sha256(layer)}`, { method: 'HEAD' });
      const unknown = await fetch(`${base}/manifests/none`, { method: 'HEAD' });
      answers.push([absent, begun, refused, taken, there, unknown].map(({ status }) => status));
    }
    await memory.close();
    expect(answers[0]).toEqual(answers[1]);
  });

  test('changed bytes are found by a thorough look, set aside, and made again', async () => {
    const look = (depth: 'quick' | 'thorough') =>
      examineToolchain(m.w, toolchain, { tools: [], images: [{ image: 'hello', by: 'test' }], depth });
    const read = await readManifest(m.w, (await imageOf('hello')).digest);
    if (!read.ok) throw new Error(read.error.diagnostic.message);
    const file = blobFile(m.w.paths.cache, read.value.manifest.layers[0]?.digest as Digest);
    const bytes = readFileSync(file);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(file, bytes);
    expect((await look('quick')).ready).toBe(true);
    const found = await look('thorough');
    expect(found.tools.map(({ state }) => state)).toEqual(['damaged']);
    expect((await discardDamaged(m.w, toolchain, found)).ok).toBe(true);
    await obtain([], ['hello']);
    expect((await look('thorough')).ready).toBe(true);
  });
});
