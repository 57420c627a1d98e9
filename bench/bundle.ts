// A bundle of synthetic images that share 70 % of their layers: made (with signature, bills of materials and provenance),
// verified, pushed, pushed again unchanged and with one changed layer; against Debian's skopeo, which copies the same images
// from layout to layout and to the same kind of registry. What both wrote is compared before a clock counts.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKeys } from '../src/bundle/keys.js';
import { header } from '../src/bundle/tar.js';
import { machine, rounded, spread } from './measure.js';

const images = Number(process.env.STRATA_BENCH_IMAGES ?? 20);
const layerBytes = Number(process.env.STRATA_BENCH_LAYER ?? 4 * 1024 * 1024);
const rounds = Number(process.env.STRATA_BENCH_ROUNDS ?? 5);
const [sharedLayers, ownLayers] = [7, 3];
const one = join(import.meta.dirname, 'bundle-one.mjs');

const root = mkdtempSync(join(process.env.STRATA_BENCH_FOLDER ?? tmpdir(), 'strata-bench-bundle-'));
const at = (name: string): string => join(root, name);
const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const layout = at('cache/oci');

interface Part {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function store(mediaType: string, bytes: Buffer | string): Part {
  const digest = sha256(bytes);
  writeFileSync(join(layout, 'blobs', 'sha256', digest.slice(7)), bytes);
  return { mediaType, digest, size: Buffer.byteLength(bytes) };
}

/** One archive with one file that does not compress. */
function makeLayer(): Part {
  const body = randomFillSync(Buffer.alloc(layerBytes - 1536));
  return store(
    'application/vnd.oci.image.layer.v1.tar',
    Buffer.concat([header('data', body.length) ?? Buffer.alloc(512), body, Buffer.alloc(1024)]),
  );
}

function makeImage(layers: readonly Part[]): Part {
  const config = store(
    'application/vnd.oci.image.config.v1+json',
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      history: layers.map(() => ({ created_by: 'bench' })),
    }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return store(mediaType, JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
}

const ref = (i: number): string => `registry.test/bench/image-${i}:1`;

/** The layout both read: every image under its reference, and one index over all of them for a single call of skopeo. */
function writeLayout(manifests: readonly Part[]): void {
  const platform = { architecture: 'amd64', os: 'linux' };
  const all = store(
    'application/vnd.oci.image.index.v1+json',
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: manifests.map((one) => ({ ...one, platform })),
    }),
  );
  const named = [...manifests.map((part, i) => [part, ref(i)] as const), [all, 'all'] as const];
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      manifests: named.map(([part, name]) => ({ ...part, annotations: { 'org.opencontainers.image.ref.name': name } })),
    }),
  );
  writeFileSync(at('images.json'), JSON.stringify(manifests.map(({ digest }, i) => ({ ref: ref(i), digest }))));
}

/** Seconds and peak memory of a process. */
interface Took {
  readonly seconds: number;
  readonly mebibytes: number;
}

function run(program: string, ...args: readonly string[]): Took {
  const began = performance.now();
  const done = spawnSync('/usr/bin/time', ['-f', 'peak %M', program, ...args], { encoding: 'utf8', maxBuffer: 64 << 20 });
  const seconds = (performance.now() - began) / 1000;
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}${done.stdout}`);
  return { seconds, mebibytes: Number(/peak (\d+)/.exec(done.stderr)?.[1]) / 1024 };
}

const ours = (deed: string, ...more: readonly string[]): Took => run(process.execPath, one, deed, root, ...more);
const skopeo = (...args: readonly string[]): Took => run('skopeo', 'copy', '--all', '--preserve-digests', '--quiet', ...args);

const registries: ChildProcess[] = [];
async function registry(name: string): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const held = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (held === null || typeof held === 'string') throw new Error('no port');
  mkdirSync(at(name), { recursive: true });
  writeFileSync(
    at(`${name}.yml`),
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${at(name)} } }\nhttp: { addr: 127.0.0.1:${held.port} }\n`,
  );
  registries.push(spawn('docker-registry', ['serve', at(`${name}.yml`)], { stdio: 'ignore' }));
  for (let i = 0; i < 100; i++) {
    if (
      await fetch(`http://127.0.0.1:${held.port}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `127.0.0.1:${held.port}`;
}

async function end(): Promise<void> {
  for (const child of registries.splice(0)) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
}

/** Every blob of every image is in a layout, byte for byte. */
function same(folder: string, manifests: readonly Part[]): void {
  for (const { digest } of manifests) {
    const { config, layers } = JSON.parse(readFileSync(join(layout, 'blobs', 'sha256', digest.slice(7)), 'utf8'));
    for (const part of [{ digest }, config, ...layers]) {
      const file = join(folder, 'blobs', 'sha256', part.digest.slice(7));
      if (!existsSync(file) || sha256(readFileSync(file)) !== part.digest) throw new Error(`${folder} lacks ${part.digest}`);
    }
  }
}

const measures = ['create', 'verify', 'push', 'push again', 'create changed', 'push changed'] as const;
type Measure = (typeof measures)[number];
const taken: Record<'ours' | 'skopeo', Partial<Record<Measure, Took[]>>> = { ours: {}, skopeo: {} };
const note = (who: 'ours' | 'skopeo', what: Measure, took: Took): void => {
  const list = taken[who][what] ?? [];
  taken[who][what] = [...list, took];
};

async function round(): Promise<void> {
  for (const name of ['cache', 'ours', 'theirs', 'registry-ours', 'registry-theirs'])
    rmSync(at(name), { recursive: true, force: true });
  mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });
  const shared = Array.from({ length: sharedLayers }, makeLayer);
  const own = Array.from({ length: images }, () => Array.from({ length: ownLayers }, makeLayer));
  const manifests = own.map((layers) => makeImage([...shared, ...layers]));
  writeLayout(manifests);
  execFileSync('sync', ['-f', root]);
  const [mine, theirs] = [await registry('registry-ours'), await registry('registry-theirs')];
  note('ours', 'create', ours('create'));
  note('skopeo', 'create', skopeo(`oci:${layout}:all`, `oci:${at('theirs')}:all`));
  same(at('ours'), manifests);
  same(at('theirs'), manifests);
  note('ours', 'verify', ours('verify'));
  const toRegistry = (): Took => skopeo('--dest-tls-verify=false', `oci:${at('theirs')}:all`, `docker://${theirs}/bench/all:1`);
  note('ours', 'push', ours('push', mine));
  note('skopeo', 'push', toRegistry());
  for (const [i, { digest }] of manifests.entries()) {
    const said = JSON.parse(
      execFileSync('skopeo', ['inspect', '--tls-verify=false', `docker://${mine}/${ref(i)}`], { encoding: 'utf8' }),
    );
    if (said.Digest !== digest) throw new Error(`${ref(i)} is ${said.Digest} in the registry`);
  }
  note('ours', 'push again', ours('push', mine));
  note('skopeo', 'push again', toRegistry());
  writeLayout([makeImage([...shared, makeLayer(), ...(own[0] ?? []).slice(1)]), ...manifests.slice(1)]);
  note('ours', 'create changed', ours('create'));
  note('skopeo', 'create changed', skopeo(`oci:${layout}:all`, `oci:${at('theirs')}:all`));
  note('ours', 'push changed', ours('push', mine));
  note('skopeo', 'push changed', toRegistry());
  await end();
}

try {
  const pair = makeKeys(undefined);
  writeFileSync(at('bench.key'), pair.privateKey, { mode: 0o600 });
  writeFileSync(at('bench.pub'), pair.publicKey);
  for (let i = 0; i < rounds; i++) await round();
  const seconds = (who: 'ours' | 'skopeo', what: Measure): readonly number[] =>
    (taken[who][what] ?? []).map((one) => one.seconds);
  const peak = (who: 'ours' | 'skopeo', what: Measure): number =>
    rounded(Math.max(0, ...(taken[who][what] ?? []).map((one) => one.mebibytes)));
  const results = measures.map((what) => {
    const pairs = seconds('ours', what).map((value, i) => value / (seconds('skopeo', what)[i] ?? Number.NaN));
    return {
      what,
      ours: { ...spread(seconds('ours', what)), peakMiB: peak('ours', what) },
      ...(what === 'verify'
        ? {}
        : { skopeo: { ...spread(seconds('skopeo', what)), peakMiB: peak('skopeo', what) }, ratio: spread(pairs).median }),
    };
  });
  const content = {
    images,
    layersEach: sharedLayers + ownLayers,
    shared: sharedLayers,
    layerBytes,
    uniqueMiB: rounded(((sharedLayers + images * ownLayers) * layerBytes) / 1024 ** 2),
  };
  console.log(JSON.stringify({ benchmark: 'bundle', machine: machine(), rounds, content, results }, null, 2));
} finally {
  await end();
  if (process.env.STRATA_BENCH_KEEP === undefined) rmSync(root, { recursive: true, force: true });
}
