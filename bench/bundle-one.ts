// One deed on a bundle in a process of its own, for its time and its memory: `bundle-one create|verify|push …`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFacts } from '../src/bundle/bill/facts.js';
import { makeBundle } from '../src/bundle/create.js';
import { imageInput } from '../src/bundle/images.js';
import { readPrivateKey, readPublicKey } from '../src/bundle/keys.js';
import { pushDescribed } from '../src/bundle/push.js';
import { Store } from '../src/bundle/store.js';
import { describe, verifyContent } from '../src/bundle/verify.js';
import { blobDisk, createWorld } from '../src/host/index.js';
import type { Digest, Result } from '../src/model/index.js';

const must = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Error(`${result.error.diagnostic.code} ${result.error.diagnostic.message}`);
};

const [deed = '', root = '', registry = ''] = process.argv.slice(2);
const at = (name: string): string => join(root, name);
const paths = { cache: at('cache'), state: at('state'), catalog: at('catalog'), project: at('project') };
const w = await createWorld({ paths, signal: new AbortController().signal, emit: () => undefined });
const bundle = at('ours');

async function create(): Promise<void> {
  const images: readonly { readonly ref: string; readonly digest: Digest }[] = JSON.parse(
    readFileSync(at('images.json'), 'utf8'),
  );
  const store = must(await Store.open(w, blobDisk, cachedFacts(w), bundle));
  const inputs = [];
  for (const image of images) inputs.push(must(await imageInput(w, image, new Map())));
  must(
    await makeBundle({
      store,
      about: { platform: 'bench', environment: 'bench', release: '1', created: '2026-01-01T00:00:00Z', strata: '0', missing: [] },
      origin: { definition: `sha256:${'0'.repeat(64)}` as Digest },
      images: inputs,
      sets: [],
      key: must(readPrivateKey('key', readFileSync(at('bench.key'), 'utf8'), undefined)),
      allowMissing: 'no',
      told: () => undefined,
    }),
  );
}

const described = async () =>
  must(
    await describe(bundle, {
      disk: blobDisk,
      trust: { key: must(readPublicKey('key', readFileSync(at('bench.pub'), 'utf8'))) },
      now: new Date('2026-01-01T00:00:00Z'),
    }),
  );

if (deed === 'create') await create();
else if (deed === 'verify') must(await verifyContent(blobDisk, await described()));
else if (deed === 'push') must(await pushDescribed(w, blobDisk, await described(), registry));
else throw new Error(`no such deed: ${deed}`);
process.stdout.write(JSON.stringify({ maxRssKiB: process.resourceUsage().maxRSS }));
