import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestMachine, testMachine } from '../../../test/support/machine.js';
import { sha256 } from '../../../test/support/registry.js';
import type { Digest, OciImage, Result, Step } from '../../model/index.js';
import { blobFile, readManifest } from '../../tools/oci/index.js';
import { obtainAll, type Obtained } from '../../../test/support/obtain-all.js';
import { ImagesFile, type ImagePin, type Toolchain, type ToolPin } from '../pins.js';
import { parseList } from '../load.js';
import { planToolchain } from '../plan.js';
import { parseIndex } from './layout-index.js';

const machines: TestMachine[] = [];
let m: TestMachine;
beforeEach(async () => {
  m = await machine();
});
afterEach(async () => {
  for (const one of machines.splice(0)) await one.close();
});

async function machine(): Promise<TestMachine> {
  const made = await testMachine();
  machines.push(made);
  await made.program('demo', 'echo demo v1');
  return made;
}

const demo: ToolPin = { name: 'demo', path: '', sources: [] };

function pinOf(text: string): ImagePin {
  const parsed = parseList('test', `images:\n  - ${text}`, ImagesFile);
  if (!parsed.ok || parsed.value.images[0] === undefined) throw new Error('bad pin');
  return parsed.value.images[0];
}

const scratch = pinOf(
  "{ name: app, ref: 'strata.local/app:1', tools: { demo: /bin/demo }, links: { /bin/other: demo }, directories: { /tmp: '1777' }, files: { /etc/motd: hello }, user: '65532', environment: [A=b], ports: [80/tcp], entrypoint: [/bin/demo] }",
);

const chainOf = (on: TestMachine, ...images: readonly ImagePin[]): Toolchain => ({
  tools: new Map([[demo.name, demo]]),
  images: new Map(images.map((pin) => [pin.name, pin])),
  leaveOut: ['perl'],
  folders: new Map(),
  roots: { toolchain: join(on.root, 'home/toolchain'), examples: join(on.root, 'home/examples'), project: on.w.paths.project },
});

async function make(
  on: TestMachine,
  pin: ImagePin,
): Promise<{ result: Result<void>; told: readonly Obtained[]; steps: readonly Step[] }> {
  const steps = planToolchain(chainOf(on, pin), { tools: [], images: [pin.name] });
  const told: Obtained[] = [];
  return { result: await obtainAll(on.w, steps, (one) => told.push(one)), told, steps };
}

const imageOf = async (on: TestMachine): Promise<OciImage> => {
  const [first] = await parseIndex(on.w);
  if (first === undefined) throw new Error('no image');
  return first;
};

/** Lines of `tar -tv` for the last layer. */
async function layerOf(on: TestMachine, image: OciImage): Promise<string> {
  const read = await readManifest(on.w, image.digest);
  if (!read.ok) throw new Error(read.error.diagnostic.message);
  const layer = read.value.manifest.layers.at(-1);
  if (layer === undefined) throw new Error('no layer');
  return execFileSync('tar', ['--numeric-owner', '-tvf', blobFile(on.w.paths.cache, layer.digest)], { encoding: 'utf8' });
}

test('an image of our own files is whole, and the second time it is kept', async () => {
  const first = await make(m, scratch);
  expect(first.result.ok).toBe(true);
  const image = await imageOf(m);
  const layer = await layerOf(m, image);
  expect(layer).toMatch(/-rwxr-xr-x 0\/0 .* bin\/demo\n/);
  expect(layer).toContain('bin/other -> demo');
  expect(layer).toMatch(/drwxrwxrwt 0\/0 .* tmp\//);
  const manifest = await readManifest(m.w, image.digest);
  if (!manifest.ok) throw new Error('no manifest');
  const config = JSON.parse(readFileSync(blobFile(m.w.paths.cache, manifest.value.manifest.config.digest), 'utf8'));
  expect(config.config).toMatchObject({
    User: '65532',
    Entrypoint: ['/bin/demo'],
    ExposedPorts: { '80/tcp': {} },
    Env: [expect.stringMatching(/^PATH=/), 'A=b'],
  });
  expect(config.rootfs.diff_ids).toEqual(manifest.value.manifest.layers.map(({ digest }) => digest));
  const second = await make(m, scratch);
  expect(second.told.map(({ verdict }) => verdict)).toEqual(['kept', 'kept']);
});

test('two machines make the same bytes', async () => {
  const other = await machine();
  await make(m, scratch);
  await make(other, scratch);
  expect((await imageOf(other)).digest).toBe((await imageOf(m)).digest);
});

test('another program makes another image, and the index names only the new one', async () => {
  await make(m, scratch);
  const before = await imageOf(m);
  await m.program('demo', 'echo demo v2, longer');
  await make(m, scratch);
  const after = await parseIndex(m.w);
  expect(after).toHaveLength(1);
  expect(after[0]?.digest).not.toBe(before.digest);
});

test('a layer cut short is built again', async () => {
  await make(m, scratch);
  const image = await imageOf(m);
  const read = await readManifest(m.w, image.digest);
  if (!read.ok || read.value.manifest.layers[0] === undefined) throw new Error('no manifest');
  const file = blobFile(m.w.paths.cache, read.value.manifest.layers[0].digest);
  truncateSync(file, 100);
  const again = await make(m, scratch);
  expect(again.told.map(({ verdict }) => verdict)).toEqual(['kept', 'done']);
  expect(sha256(readFileSync(file))).toBe(read.value.manifest.layers[0].digest);
});

test('an index that cannot be read is written anew', async () => {
  await make(m, scratch);
  writeFileSync(join(m.w.paths.cache, 'oci/index.json'), '{"manifests":');
  await m.program('demo', 'echo changed');
  expect((await make(m, scratch)).result.ok).toBe(true);
  expect(await parseIndex(m.w)).toHaveLength(1);
});

test('an image nobody pinned fails with what to do', async () => {
  const steps = planToolchain(chainOf(m), { tools: [], images: ['nowhere'] });
  const result = await obtainAll(m.w, steps, () => undefined);
  expect(result).toMatchObject({ ok: false, error: { kind: 'invalid', diagnostic: { code: 'IMAGE-UNKNOWN' } } });
});

/** Stands for apt 2.6.1 and dpkg-deb 1.21 of Debian 12: the same calls, packages that are one file each. Recorded 2026-11-24. */
async function fakeDebian(on: TestMachine, version: string): Promise<void> {
  await on.program(
    'apt-get',
    `mode=""
for a in "$@"; do case "$a" in update|--simulate|download) mode="$a";; Dir::State::lists=*) lists="\${a#*=}";; esac; done
echo "$mode" >> ${join(on.root, 'apt.log')}
case "$mode" in
update) touch "$lists/x_Packages";;
--simulate) printf 'Inst libfoo (2.0-1 Debian:12 [amd64])\\nInst perl (5.36-1 Debian:12 [amd64])\\nInst app (${version} Debian:12 [amd64])\\nConf app (${version} Debian:12 [amd64])\\n';;
download) for a in "$@"; do case "$a" in *=[0-9]*) case "$a" in *::*|Dir*|APT*) ;; *) echo x > "\${a%%=*}_1_amd64.deb";; esac;; esac; done;;
esac`,
  );
  await on.program(
    'dpkg-deb',
    'n=$(basename "$2" .deb); mkdir -p "$3/usr/share/doc" "$3/usr/bin"; echo "$n" > "$3/usr/bin/$n"; echo doc > "$3/usr/share/doc/$n"',
  );
}

const packaged = pinOf(
  "{ name: app, ref: 'docker.io/library/app:7.0.15', debian: { packages: [app], expect: { app: '7.0.15' } }, entrypoint: [/usr/bin/app] }",
);

test('an image of Debian packages has their files, without documentation and what only installation needs', async () => {
  await fakeDebian(m, '5:7.0.15-1');
  expect(await make(m, packaged)).toMatchObject({ result: { ok: true } });
  const layer = await layerOf(m, await imageOf(m));
  expect(layer).toContain('usr/bin/app_1_amd64');
  expect(layer).toContain('usr/bin/libfoo_1_amd64');
  expect(layer).not.toContain('perl');
  expect(layer).not.toContain('share/doc');
  const calls = readFileSync(join(m.root, 'apt.log'), 'utf8').trim().split('\n');
  expect(calls).toEqual(['update', '--simulate', 'download']);
});

test('a package source that moved on does not break the promise of a reference silently', async () => {
  await fakeDebian(m, '5:7.2.4-1');
  expect((await make(m, packaged)).result).toMatchObject({
    ok: false,
    error: { kind: 'refused', diagnostic: { code: 'IMAGE-PACKAGE-VERSION' } },
  });
  expect(existsSync(blobFile(m.w.paths.cache, 'sha256:x' as Digest))).toBe(false);
});
