import { createHash, type KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFacts } from '../../src/bundle/bill/facts.js';
import { type ImageInput, makeBundle, type Making, type SetInput } from '../../src/bundle/create.js';
import { makeKeys, payloadOf, readPrivateKey, readPublicKey, signBytes } from '../../src/bundle/keys.js';
import { Store } from '../../src/bundle/store.js';
import type { About } from '../../src/bundle/types.js';
import { blobDisk } from '../../src/host/index.js';
import type { Digest, Result } from '../../src/model/index.js';
import type { TestMachine } from './machine.js';

export const sha256 = (bytes: string | Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;

export const must = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Error(`${result.error.diagnostic.code} ${result.error.diagnostic.message}`);
};

/** A pair of keys of its own. */
export function keyPair(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const pem = makeKeys(undefined);
  return {
    privateKey: must(readPrivateKey('test.key', pem.privateKey, undefined)),
    publicKey: must(readPublicKey('test.pub', pem.publicKey)),
  };
}

export const aboutTest: About = {
  platform: 'shop',
  environment: 'edge',
  release: '2.0',
  created: '2026-11-24T12:00:00Z',
  expires: '2027-11-24T12:00:00Z',
  strata: '0.1.0',
  missing: [],
};

/** When tests look at a bundle. */
export const testNow = new Date('2026-12-01T00:00:00Z');

/** Content of a file on the machine. */
export async function content(m: TestMachine, path: string, text: string, look?: 'layer' | 'program') {
  const file = await m.put(path, text);
  return { file, size: Buffer.byteLength(text), digest: sha256(text), look };
}

/** An image of layers that are no real archives: what a bundle carries is bytes. */
export async function testImage(m: TestMachine, ref: string, layers: readonly string[]): Promise<ImageInput> {
  const parts = await Promise.all(layers.map((text) => content(m, `from/${sha256(text).slice(7, 23)}`, text)));
  const config = await content(
    m,
    `from/config-${sha256(ref).slice(7, 23)}`,
    JSON.stringify({ architecture: 'amd64', os: 'linux', ref }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const part =
    (mediaType: string) =>
    ({ digest, size }: { digest: string; size: number }) => ({ mediaType, digest, size });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: part('application/vnd.oci.image.config.v1+json')(config),
    layers: parts.map(part('application/vnd.oci.image.layer.v1.tar')),
  });
  return {
    ref,
    architecture: 'amd64',
    manifest,
    mediaType,
    config,
    layers: parts,
    known: [{ kind: 'deb', name: 'zlib1g', version: '1:1.2.13' }],
  };
}

export async function testSets(m: TestMachine): Promise<readonly SetInput[]> {
  return [
    {
      kind: 'tool',
      name: 'kubectl',
      version: 'v1.37.2',
      files: [
        {
          path: 'tools/kubectl/kubectl',
          executable: true,
          from: await content(m, 'from/kubectl', 'not really a program', 'program'),
        },
      ],
    },
    {
      kind: 'definition',
      name: 'platform',
      files: [
        { path: 'platform.yaml', from: { text: 'kind: Platform\n' } },
        { path: 'environments/edge.yaml', from: { text: 'kind: Environment\n' } },
      ],
    },
  ];
}

/** Makes a small bundle in `root/NAME`. */
export async function makeTestBundle(m: TestMachine, name: string, some: Partial<Omit<Making, 'store'>> = {}): Promise<string> {
  const folder = join(m.root, name);
  const store = must(await Store.open(m.w, blobDisk, cachedFacts(m.w), folder));
  must(
    await makeBundle({
      store,
      about: aboutTest,
      origin: { definition: sha256('definition') },
      images: [
        await testImage(m, 'registry.test/one:1', ['shared layer', 'layer of one']),
        await testImage(m, 'registry.test/two:1', ['shared layer', 'layer of two']),
      ],
      sets: await testSets(m),
      allowMissing: 'no',
      told: () => undefined,
      ...some,
    }),
  );
  return folder;
}

/** Whatever an index, a manifest or a descriptor may hold. */
export interface Json {
  digest: string;
  size: number;
  mediaType: string;
  artifactType?: string;
  annotations: Record<string, string>;
  manifests: Json[];
  layers: Json[];
  config: Json;
  payload: string;
  payloadType: string;
  signatures: { readonly sig: string }[];
  critical: { readonly image: unknown };
}

/** A layout as a forger works on it: anything may be changed, and digests and signature follow where that is wished. */
export class Forgery {
  readonly index: Json;
  readonly root: Json;

  constructor(readonly folder: string) {
    this.index = this.json('index.json');
    this.root = this.blob(this.rootEntry.digest);
  }

  get rootEntry(): Json {
    return this.index.manifests.find((one) => one.artifactType?.includes('bundle')) as Json;
  }

  json(path: string): Json {
    return JSON.parse(readFileSync(join(this.folder, path), 'utf8'));
  }

  path(digest: string): string {
    return join(this.folder, 'blobs', 'sha256', digest.slice(7));
  }

  blob(digest: string): Json {
    return JSON.parse(readFileSync(this.path(digest), 'utf8'));
  }

  /** Stores a value and gives its descriptor's members. */
  store(value: unknown): { readonly digest: string; readonly size: number } {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const digest = sha256(text);
    writeFileSync(this.path(digest), text);
    return { digest, size: Buffer.byteLength(text) };
  }

  item(kind: string, name?: string): Json {
    return this.root.manifests.find(
      ({ annotations }) =>
        annotations['dev.strata.bundle.kind'] === kind && (name === undefined || annotations['dev.strata.bundle.name'] === name),
    ) as Json;
  }

  /** Changes an item's manifest; its digest follows. */
  edit(part: Json, change: (manifest: Json) => void): void {
    const manifest = this.blob(part.digest);
    change(manifest);
    const old = part.digest;
    Object.assign(part, this.store(manifest));
    rmSync(this.path(old), { force: true });
    for (const one of this.index.manifests) if (one.digest === old) Object.assign(one, { digest: part.digest, size: part.size });
  }

  /** Writes all back; signs it again where there is a key. */
  write(key?: KeyObject): void {
    const { rootEntry } = this;
    const before = rootEntry.digest;
    Object.assign(rootEntry, this.store(this.root));
    if (rootEntry.digest !== before) rmSync(this.path(before), { force: true });
    const named = (suffix: string) =>
      this.index.manifests.find(
        ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === `${before.replace(':', '-')}.${suffix}`,
      );
    if (key !== undefined) {
      const [sig, att] = [named('sig'), named('att')];
      // The provenance speaks of the former content: a forger leaves it out.
      if (att !== undefined) this.drop(att);
      if (sig !== undefined) {
        const payload = payloadOf(rootEntry.digest as Digest);
        this.edit(sig, (manifest) => {
          const [layer] = manifest.layers;
          rmSync(this.path(layer?.digest ?? ''), { force: true });
          Object.assign(layer as Json, this.store(payload), {
            annotations: { 'dev.cosignproject.cosign/signature': signBytes(key, Buffer.from(payload)) },
          });
        });
        Object.assign(sig.annotations, {
          'org.opencontainers.image.ref.name': `${String(rootEntry.digest).replace(':', '-')}.sig`,
        });
      }
    }
    writeFileSync(join(this.folder, 'index.json'), JSON.stringify(this.index));
  }

  private drop(part: Json): void {
    const { layers, config } = this.blob(part.digest);
    const shared = this.index.manifests.filter((one) => one !== part);
    for (const digest of [part.digest, config.digest, ...layers.map((one) => one.digest)])
      rmSync(this.path(digest), { force: true });
    this.index.manifests = shared;
  }
}

/** Every path below a folder with what it holds, to see that nothing was written. */
export function everything(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map(
      (entry) =>
        `${join(entry.parentPath, entry.name)}${entry.isFile() ? ` ${sha256(readFileSync(join(entry.parentPath, entry.name)))}` : ''}`,
    )
    .sort();
}
