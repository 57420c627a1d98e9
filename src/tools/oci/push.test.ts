import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestMachine, testMachine } from '../../../test/support/machine.js';
import { type MemoryRegistry, memoryRegistry, sha256 } from '../../../test/support/registry.js';
import type { OciImage } from '../../model/index.js';
import {
  addFile,
  blobFile,
  hasImage,
  imageComplete,
  mediaTypes,
  pullManifest,
  pushArtefact,
  pushImage,
  writeImage,
} from './index.js';

let m: TestMachine;
let registry: MemoryRegistry;
beforeEach(async () => {
  m = await testMachine();
  registry = await memoryRegistry();
});
afterEach(async () => {
  await registry.close();
  await m.close();
});

/** An image of one layer, in the machine's layout. */
async function image(ref: string, text: string): Promise<OciImage> {
  const layer = await addFile(m.w, mediaTypes.layer, await m.put('layer', text));
  if (!layer.ok) throw new Error(layer.error.diagnostic.message);
  const made = await writeImage(m.w, ref, [layer.value], { architecture: 'amd64', entrypoint: ['/x'] });
  if (!made.ok) throw new Error(made.error.diagnostic.message);
  return made.value;
}

test('an image arrives under its full name, whole, and is then known', async () => {
  const one = await image('quay.io/a/b:v1', 'layer');
  expect(await hasImage(m.w, registry.address, one)).toEqual({ ok: true, value: false });
  expect(await pushImage(m.w, registry.address, one)).toEqual({ ok: true, value: undefined });
  expect(sha256(registry.manifests.get('quay.io/a/b:v1') ?? '')).toBe(one.digest);
  expect(await hasImage(m.w, registry.address, one)).toEqual({ ok: true, value: true });
  const manifest = await pullManifest(m.w, registry.address, one.ref);
  expect(manifest).toMatchObject({ ok: true, value: { layers: [{ digest: sha256('layer') }] } });
});

test('what the registry has is not sent again', async () => {
  const one = await image('quay.io/a/b:v1', 'layer');
  await pushImage(m.w, registry.address, one);
  const before = registry.seen.length;
  await pushImage(m.w, registry.address, one);
  expect(registry.seen.slice(before)).toEqual(['HEAD /v2/quay.io/a/b/manifests/v1']);
  const two = await image('quay.io/a/b:v2', 'layer');
  const between = registry.seen.length;
  await pushImage(m.w, registry.address, two);
  expect(registry.seen.slice(between).filter((line) => line.startsWith('PUT'))).toEqual(['PUT /v2/quay.io/a/b/manifests/v2']);
});

test('equal layers and equal starts give an equal digest; another entry point another', async () => {
  const [one, two] = [await image('quay.io/a/b:v1', 'layer'), await image('quay.io/a/c:v1', 'layer')];
  expect(one.digest).toBe(two.digest);
  const other = await image('quay.io/a/b:v1', 'other layer');
  expect(other.digest).not.toBe(one.digest);
});

test('a registry that stores other bytes is found out', async () => {
  const odd = await memoryRegistry({ digest: sha256('something else') });
  const pushed = await pushImage(m.w, odd.address, await image('quay.io/a/b:v1', 'layer'));
  await odd.close();
  expect(pushed).toMatchObject({ ok: false, error: { kind: 'corrupt', diagnostic: { code: 'OCI-DIGEST-CHANGED' } } });
});

test('a damaged layout is never pushed', async () => {
  const one = await image('quay.io/a/b:v1', 'layer');
  writeFileSync(blobFile(m.w.paths.cache, one.digest), '{"config":{}}');
  expect(await pushImage(m.w, registry.address, one)).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  expect(registry.blobs.size).toBe(0);
});

test('a layer of the right size with other bytes is refused by the registry, and seen by a thorough look', async () => {
  const one = await image('quay.io/a/b:v1', 'layer');
  writeFileSync(blobFile(m.w.paths.cache, sha256('layer') as OciImage['digest']), 'LAYER');
  expect(await imageComplete(m.w, one.digest)).toBe(true);
  expect(await imageComplete(m.w, one.digest, 'bytes')).toBe(false);
  expect(await pushImage(m.w, registry.address, one)).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'OCI-REGISTRY-REFUSED' } },
  });
});

test('nobody answering is a failure of kind network', async () => {
  const address = registry.address;
  await registry.close();
  expect(await pushImage(m.w, address, await image('quay.io/a/b:v1', 'layer'))).toMatchObject({
    ok: false,
    error: { kind: 'network' },
  });
  registry = await memoryRegistry();
});

test('an artefact can be fetched where it says, by anyone', async () => {
  const file = await m.put('tree.tgz', 'content');
  const pushed = await pushArtefact(m.w, {
    registry: registry.address,
    repository: 'strata/packages',
    tag: 'v1',
    mediaType: 'application/vnd.cncf.flux.config.v1+json',
    layerMediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip',
    file,
  });
  if (!pushed.ok) throw new Error(pushed.error.diagnostic.message);
  expect(pushed.value.digest).toBe(sha256('content'));
  expect(await (await fetch(pushed.value.url)).text()).toBe('content');
  expect(await m.w.read(file)).toEqual({ ok: true, value: 'content' });
  expect(await m.w.list(join(m.w.paths.cache, 'oci', 'incoming'))).toEqual([]);
});
