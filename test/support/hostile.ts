import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, vi } from 'vitest';
import { openSource } from '../../src/bundle/source.js';
import { describe, verifyContent } from '../../src/bundle/verify.js';
import { writeVolumes } from '../../src/bundle/volumes.js';
import { blobDisk } from '../../src/host/index.js';
import type { Result } from '../../src/model/index.js';
import { Forgery, keyPair, makeTestBundle, must, testNow } from './bundle.js';
import { type TestMachine, testMachine } from './machine.js';

// A corpus of hostile bundles: each is refused with its code, before anything is written or sent.
vi.setConfig({ testTimeout: 90_000 });
export const keys = keyPair();
export let m: TestMachine;
/** A bundle nobody changed. */
export let good = '';
/** Where a test makes its hostile one. */
export let at = '';
export let volumes = '';
let count = 0;

beforeAll(async () => {
  m = await testMachine();
  good = await makeTestBundle(m, 'good', { key: keys.privateKey });
  volumes = join(m.root, 'volumes');
  mkdirSync(volumes);
  const source = must(await openSource(blobDisk, good));
  must(await writeVolumes(m.w, blobDisk, source, { folder: volumes, name: 'shop-edge', size: 65_536 }));
});
afterAll(() => m.close());
beforeEach(() => {
  count += 1;
  at = join(m.root, 'tried', String(count), 'bundle');
  mkdirSync(join(at, '..'), { recursive: true });
});

export async function judge(path: string, key = keys.publicKey, now = testNow, atLeast?: string): Promise<Result<unknown>> {
  const described = await describe(path, { disk: blobDisk, trust: { key }, now, atLeast });
  return described.ok ? verifyContent(blobDisk, described.value) : described;
}

/** The code it is refused with; nothing but what was there is there afterwards. */
export async function codeOf(work: Promise<Result<unknown>>): Promise<string> {
  const before = outside();
  const result = await work;
  expect(outside()).toEqual(before);
  return result.ok ? 'accepted' : result.error.diagnostic.code;
}
const outside = (): readonly string[] => [...readdirSync(m.root).sort(), ...readdirSync(join(at, '..')).sort()];

/** A hostile one whose signature holds. */
export const forged = (change: (forgery: Forgery) => void): void => {
  cpSync(good, at, { recursive: true });
  const forgery = new Forgery(at);
  change(forgery);
  forgery.write(keys.privateKey);
};
