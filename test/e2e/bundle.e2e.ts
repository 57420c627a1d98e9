// A bundle of the example platform, for real: made from the cache, killed and gone on with, tampered with, split, pushed to
// docker-registry, read there by skopeo, its bills of materials held against the official schema.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleCopy, type Finished, startStrata, strata, system } from './strata.js';

const root = mkdtempSync(join(tmpdir(), 'strata-bundle-'));
const at = (name: string): string => join(root, name);
const bundle = at('bundle');
let registry: ChildProcess | undefined;
let address = '';

/** Secrets that must never travel: kept for the environment, as a run leaves them. */
const canaries = Array.from({ length: 200 }, (_, i) => `canary-${createHash('sha256').update(`bundle ${i}`).digest('hex')}`);
const directory = smallExample();

/** The example with fewer packages and without applications: what is tried here does not grow with them. */
function smallExample(): string {
  const folder = exampleCopy();
  const file = join(folder, 'platform.yaml');
  const [kept = ''] = readFileSync(file, 'utf8').split(/^ {10}- name: prometheus-operator$/m);
  writeFileSync(file, kept);
  return folder;
}

interface Inspected {
  readonly root: string;
  readonly signature: string;
  readonly kinds: readonly { readonly kind: string; readonly items: number; readonly bytes: number }[];
  readonly items: readonly {
    readonly kind: string;
    readonly name: string;
    readonly digest: string;
    readonly files: readonly { readonly path: string; readonly digest: string }[];
  }[];
}
let inspected: Inspected;

const create = (...more: readonly string[]) => ['bundle', 'create', directory, '-e', 'local', '--key', at('maker.key'), ...more];
const blob = (digest: string): string => join(bundle, 'blobs', 'sha256', digest.slice('sha256:'.length));
const said = ({ stderr }: Finished): string => stderr.replaceAll(/\s+/g, ' ');

beforeAll(async () => {
  for (const tool of ['skopeo', 'docker-registry', 'openssl']) {
    const there = system('sh', '-c', 'command -v "$0" || true', tool);
    if (there === '') system('apt-get', '-y', '--no-install-recommends', 'install', tool);
  }
  // What the bundle carries is made first, where this machine has not made it yet.
  expect((await strata('doctor', directory, '-e', 'local', '--install')).code).toBe(0);
  const secrets = join(directory, '.strata', 'local', 'secrets');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  canaries.forEach((text, i) => {
    writeFileSync(join(secrets, `canary-${i}`), text, { mode: 0o600 });
  });
  address = await startRegistry();
  expect((await strata('bundle', 'key', '--out', at('maker'))).code).toBe(0);
}, 3_600_000);

afterAll(async () => {
  if (registry?.pid !== undefined && registry.exitCode === null) {
    const gone = new Promise((resolve) => registry?.once('exit', resolve));
    registry.kill('SIGTERM');
    await gone;
  }
  rmSync(root, { recursive: true, force: true });
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

async function startRegistry(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const held = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (held === null || typeof held === 'string') throw new Error('no port');
  mkdirSync(at('registry'));
  writeFileSync(
    at('registry.yml'),
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${at('registry')} } }\nhttp: { addr: 127.0.0.1:${held.port} }\n`,
  );
  registry = spawn('docker-registry', ['serve', at('registry.yml')], { stdio: 'ignore' });
  for (let i = 0; i < 100; i++) {
    const there = await fetch(`http://127.0.0.1:${held.port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (there) return `127.0.0.1:${held.port}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('docker-registry does not answer');
}

test('killed on the way, the next run goes on; nothing of the first is copied again', async () => {
  const { child, finished } = startStrata(create('--out', bundle, '--release', '1.0', '--expires', '90d'));
  const blobs = (): readonly string[] => {
    try {
      return readdirSync(join(bundle, 'blobs', 'sha256')).filter((name) => !name.startsWith('.'));
    } catch {
      return [];
    }
  };
  while (blobs().length < 12) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await finished;
  const before = new Map(blobs().map((name) => [name, statSync(join(bundle, 'blobs', 'sha256', name)).ino]));
  expect((await strata('bundle', 'verify', bundle, '--key', at('maker.pub'))).code).not.toBe(0);
  const done = await strata(...create('--out', bundle, '--release', '1.0', '--expires', '90d'));
  expect(done.code).toBe(0);
  for (const [name, inode] of before) expect(statSync(join(bundle, 'blobs', 'sha256', name)).ino).toBe(inode);
  expect(readdirSync(join(bundle, 'blobs', 'sha256')).filter((name) => name.endsWith('.part'))).toEqual([]);
}, 300_000);

test('it is signed, complete, and lists all an environment needs', async () => {
  const verified = await strata('bundle', 'verify', bundle, '--key', at('maker.pub'));
  expect([verified.code, verified.stderr]).toEqual([0, '']);
  const shown = await strata('bundle', 'inspect', bundle, '--key', at('maker.pub'), '-o', 'json');
  inspected = JSON.parse(shown.stdout);
  expect(inspected.signature).toBe('holds');
  const kinds = new Map(inspected.kinds.map((one) => [one.kind, one]));
  for (const kind of ['image', 'tool', 'data', 'os-package', 'content', 'catalog', 'definition', 'deploy', 'sbom'])
    expect(kinds.get(kind)?.bytes, kind).toBeGreaterThan(0);
  const images = inspected.items.filter(({ kind }) => kind === 'image').map(({ name }) => name);
  expect(images).toContain('quay.io/prometheus/node-exporter:v1.5.0');
  expect(
    inspected.items.find(({ kind, name }) => kind === 'os-package' && name.startsWith('image/'))?.files.length,
  ).toBeGreaterThan(150);
});

test('openssl holds the signature over the payload that names the bundle', () => {
  const index = JSON.parse(readFileSync(join(bundle, 'index.json'), 'utf8'));
  const sig = index.manifests.find((one: { annotations: Record<string, string> }) =>
    one.annotations['org.opencontainers.image.ref.name']?.endsWith('.sig'),
  );
  const [layer] = JSON.parse(readFileSync(blob(sig.digest), 'utf8')).layers;
  writeFileSync(at('sig'), Buffer.from(layer.annotations['dev.cosignproject.cosign/signature'], 'base64'));
  expect(system('openssl', 'dgst', '-sha256', '-verify', at('maker.pub'), '-signature', at('sig'), blob(layer.digest))).toContain(
    'Verified OK',
  );
  expect(readFileSync(blob(layer.digest), 'utf8')).toContain(inspected.root);
  const att = index.manifests.find((one: { annotations: Record<string, string> }) =>
    one.annotations['org.opencontainers.image.ref.name']?.endsWith('.att'),
  );
  const envelope = JSON.parse(readFileSync(blob(JSON.parse(readFileSync(blob(att.digest), 'utf8')).layers[0].digest), 'utf8'));
  const body = Buffer.from(envelope.payload, 'base64');
  const signed = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
  const key = createPublicKey(readFileSync(at('maker.pub'), 'utf8'));
  expect(verifySignature('sha256', signed, key, Buffer.from(envelope.signatures[0].sig, 'base64'))).toBe(true);
});

test('no secret of the environment is in any byte of it', () => {
  const needles = [
    ...canaries,
    ...canaries.map((text) => Buffer.from(text).toString('base64').replace(/=+$/, '')),
    ...canaries.map((text) => encodeURIComponent(text)),
  ];
  writeFileSync(at('needles'), `${[...new Set(needles)].join('\n')}\n`);
  const found = system('sh', '-c', 'grep -rlaF -f "$0" "$1" || true', at('needles'), bundle);
  expect(found).toBe('');
  expect(system('sh', '-c', 'grep -laF -f "$0" "$0"', at('needles'))).not.toBe('');
});

test('a secret in the definition stops the creation, and is not repeated', async () => {
  const file = join(directory, 'environments', 'local.yaml');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}# ${canaries[7]}\n`);
  const refused = await strata(...create('--out', at('secret')));
  writeFileSync(file, before);
  expect(refused.code).toBe(9);
  expect(said(refused)).toMatch(/local\.yaml holds a secret.*BUNDLE-SECRET/);
  expect(refused.stderr + refused.stdout).not.toContain(canaries[7]);
}, 120_000);

test('an image that nobody pinned is named with what wants it, and nothing is carried', async () => {
  const platform = join(directory, 'platform.yaml');
  const before = readFileSync(platform, 'utf8');
  const manifest = join(directory, 'apps', 'board', 'manifests', 'deployment.yaml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/image: .*/, 'image: registry.test/nobody/has-it:1'));
  writeFileSync(
    platform,
    `${before}\n  applications:\n    - name: apps\n      use: argocd\n      with: { repository: apps, images: [hello] }\n`,
  );
  const refused = await strata(...create('--out', at('missing')));
  writeFileSync(platform, before);
  expect(refused.code).toBe(9);
  expect(said(refused)).toMatch(
    /image registry\.test\/nobody\/has-it:1: named by Deployment board in apps\/board\/manifests\/deployment\.yaml.*BUNDLE-ITEM-MISSING/,
  );
  expect(readdirSync(join(at('missing'), 'blobs', 'sha256'))).toEqual([]);
}, 120_000);

test('one changed bit is refused with the name of what changed; mended, it is taken again', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['tool', 'kubectl'],
    ['image', 'registry.k8s.io/pause:3.10.2'],
    ['definition', 'platform'],
  ];
  for (const [kind, name] of cases) {
    const item = inspected.items.find((one) => one.kind === kind && one.name === name);
    const file = item?.files.at(-1);
    if (file === undefined) throw new Error(`no ${kind} ${name}`);
    const bytes = readFileSync(blob(file.digest));
    const place = Math.floor(bytes.length / 3);
    bytes[place] = (bytes[place] ?? 0) ^ 4;
    writeFileSync(blob(file.digest), bytes);
    const refused = await strata('bundle', 'verify', bundle, '--key', at('maker.pub'));
    bytes[place] = (bytes[place] ?? 0) ^ 4;
    writeFileSync(blob(file.digest), bytes);
    expect(refused.code).toBe(4);
    expect(said(refused)).toContain(`${kind} ${name}: ${file.path} was changed`);
    expect(said(refused)).toContain('BUNDLE-CHANGED');
  }
  expect((await strata('bundle', 'verify', bundle)).code).toBe(3);
  expect((await strata('bundle', 'key', '--out', at('other'))).code).toBe(0);
  const foreign = await strata('bundle', 'verify', bundle, '--key', at('other.pub'));
  expect([foreign.code, said(foreign).includes('BUNDLE-SIGNATURE')]).toEqual([9, true]);
  expect((await strata('bundle', 'verify', bundle, '--key', at('maker.pub'))).code).toBe(0);
}, 120_000);

test('volumes verify without being joined, and one that is cut off is named', async () => {
  const made = await strata(...create('--out', at('volumes'), '--release', '1.0', '--volume-size', '900M', '--against', bundle));
  expect(made.code).toBe(0);
  const whole = await strata('bundle', 'verify', at('volumes'), '--key', at('maker.pub'));
  expect([whole.code, whole.stderr]).toEqual([0, '']);
  const file = join(at('volumes'), 'local-local.0001');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 1));
  const cut = await strata('bundle', 'verify', at('volumes'), '--key', at('maker.pub'));
  expect([cut.code, said(cut).includes('local-local.0001 has')]).toEqual([4, true]);
}, 180_000);

test('pushed to a registry, its images are read there by skopeo; a second push sends nothing; a delta sends what is new', async () => {
  const first = await strata('bundle', 'push', bundle, address, '--key', at('maker.pub'), '-o', 'json');
  expect(first.code).toBe(0);
  for (const { name, digest } of inspected.items.filter(({ kind }) => kind === 'image')) {
    const read = JSON.parse(system('skopeo', 'inspect', '--tls-verify=false', `docker://${address}/${name}`));
    expect(read.Digest).toBe(digest);
  }
  const again = JSON.parse((await strata('bundle', 'push', bundle, address, '--key', at('maker.pub'), '-o', 'json')).stdout);
  expect(again).toMatchObject({ unchanged: true, sentBlobs: 0 });
  const platform = join(directory, 'platform.yaml');
  writeFileSync(platform, `${readFileSync(platform, 'utf8')}# a remark\n`);
  expect((await strata(...create('--out', at('delta'), '--release', '1.1', '--against', bundle))).code).toBe(0);
  const size = Number(system('du', '-sb', at('delta')).split('\t')[0]);
  expect(size).toBeLessThan(20_000_000);
  const compared = await strata('bundle', 'diff', bundle, at('delta'), '-o', 'json');
  expect([compared.code, JSON.parse(compared.stdout).differences.length]).toEqual([1, 1]);
  const third = JSON.parse((await strata('bundle', 'push', at('delta'), address, '--key', at('maker.pub'), '-o', 'json')).stdout);
  expect(third.sentBytes).toBeLessThan(20_000_000);
  const older = await strata('bundle', 'push', bundle, address, '--key', at('maker.pub'));
  expect([older.code, said(older).includes('BUNDLE-OLDER')]).toEqual([9, true]);
}, 300_000);

test('skopeo reads every image out of the folder itself', () => {
  for (const { name, digest } of inspected.items.filter(({ kind }) => kind === 'image'))
    expect(JSON.parse(system('skopeo', 'inspect', `oci:${bundle}:${name}`)).Digest).toBe(digest);
});
