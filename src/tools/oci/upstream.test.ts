import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestMachine, testMachine } from '../../../test/support/machine.js';
import { type MemoryRegistry, memoryRegistry, type Oddities, sha256 } from '../../../test/support/registry.js';
import type { Digest } from '../../model/index.js';
import { copyUpstream, imageComplete, mediaTypes } from './index.js';
import { parseChallenge } from './upstream.js';

let m: TestMachine;
const open: MemoryRegistry[] = [];
beforeEach(async () => {
  m = await testMachine();
});
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close();
  await m.close();
});

/** A registry that offers one image for two architectures; returns the digest of its index. */
async function offering(odd: Oddities = {}): Promise<{ registry: MemoryRegistry; index: Digest }> {
  const registry = await memoryRegistry(odd);
  open.push(registry);
  const store = (body: string) => {
    registry.blobs.set(`lib/app/${sha256(body)}`, Buffer.from(body));
    return { digest: sha256(body), size: Buffer.byteLength(body), mediaType: 'x' };
  };
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: store(`config ${architecture}`),
      layers: [store(`layer ${architecture}`)],
    });
    registry.manifests.set(`lib/app:${sha256(body)}`, Buffer.from(body));
    return { digest: sha256(body), size: body.length, mediaType: mediaTypes.manifest, platform: { os: 'linux', architecture } };
  });
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  for (const tag of ['v1', sha256(index)]) registry.manifests.set(`lib/app:${tag}`, Buffer.from(index));
  return { registry, index: sha256(index) as Digest };
}

const copy = (address: string, digest: Digest, architecture = 'arm64') =>
  copyUpstream(m.w, { ref: `${address}/lib/app:v1`, digest, architecture });

test.each([
  ['plainly', {}],
  ['with a token', { token: 'let me in' }],
  ['with blobs kept elsewhere', { redirect: true }],
  ['with both, and the token stays at home', { token: 'let me in', redirect: true }],
])('copies one architecture %s', async (_how, odd) => {
  const { registry, index } = await offering(odd);
  const copied = await copy(registry.address, index);
  if (!copied.ok) throw new Error(copied.error.diagnostic.message);
  expect(await imageComplete(m.w, copied.value.digest, 'bytes')).toBe(true);
  expect(registry.seen.some((line) => line.includes(sha256('layer amd64')))).toBe(false);
});

test('an architecture that is not offered is said', async () => {
  const { registry, index } = await offering();
  expect(await copy(registry.address, index, 'riscv64')).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'OCI-NO-ARCHITECTURE' } },
  });
});

test('a manifest that is not the pinned one is refused', async () => {
  const { registry, index } = await offering({ spoil: (body, path) => (path === 'manifest' ? Buffer.from(`${body} `) : body) });
  expect(await copy(registry.address, index)).toMatchObject({
    ok: false,
    error: { kind: 'corrupt', diagnostic: { code: 'OCI-UPSTREAM-DIGEST' } },
  });
});

test('a layer with other bytes is refused, and nothing of it stays', async () => {
  const { registry, index } = await offering({
    spoil: (body, path) => (path.includes(sha256('layer arm64')) ? Buffer.from('LAYER arm64') : body),
  });
  expect(await copy(registry.address, index)).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  expect(await m.w.list(`${m.w.paths.cache}/oci/incoming`)).toEqual([]);
});

test('a download cut short is a failure, and a later one starts anew', async () => {
  let cut = true;
  const { registry, index } = await offering({
    spoil: (body, path) => (cut && path.includes('blobs') ? body.subarray(0, 3) : body),
  });
  expect(await copy(registry.address, index)).toMatchObject({ ok: false, error: { kind: 'network' } });
  cut = false;
  expect((await copy(registry.address, index)).ok).toBe(true);
});

test('an unknown digest is a refusal that names the address', async () => {
  const { registry } = await offering();
  const copied = await copy(registry.address, sha256('nothing') as Digest);
  expect(copied).toMatchObject({ ok: false, error: { diagnostic: { code: 'OCI-UPSTREAM-REFUSED' } } });
});

test.each([
  [
    'Bearer realm="https://auth.example/token",service="registry.example"',
    { realm: 'https://auth.example/token', service: 'registry.example' },
  ],
  ['bearer realm="https://auth.example/token"', { realm: 'https://auth.example/token' }],
  ['Basic realm="x"', undefined],
  ['Bearer realm="not an address"', undefined],
  ['', undefined],
])('challenge %j', (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});
