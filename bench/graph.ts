// A graph of small builds in layers: nothing to do, and one input changed. The same scripts run under every tool, each
// in its own copy of the folders; what ran is compared with the set that had to run.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { machine, rounded, spread } from './measure.js';

const rounds = Number(process.env.STRATA_BENCH_ROUNDS ?? 10);
const counts = (process.env.STRATA_BENCH_STEPS ?? '1000,10000').split(',').map(Number);
/** Peers to leave out, for a short run. */
const without = (process.env.STRATA_BENCH_WITHOUT ?? '').split(',');
/** Above this many steps a peer is left out: making its cache once would take longer than everything else. */
const most: Readonly<Record<string, number>> = { wireit: 1000 };

/** Packages each one needs: two of the layer before. */
function usesOf(count: number): readonly (readonly number[])[] {
  const wide = Math.ceil(count / 20);
  return Array.from({ length: count }, (_, i) => {
    const layer = Math.floor(i / wide);
    if (layer === 0) return [];
    return [...new Set([1, 3].map((k) => (layer - 1) * wide + (((i + 1) * k) % wide)))].sort((a, b) => a - b);
  });
}

/** What has to run when one package changes: itself and all that need it, directly or not. */
function reached(uses: readonly (readonly number[])[], changed: number): readonly number[] {
  const hit = new Set([changed]);
  uses.forEach((needs, i) => {
    if (needs.some((one) => hit.has(one))) hit.add(i);
  });
  return [...hit].sort((a, b) => a - b);
}

function writePackages(root: string, uses: readonly (readonly number[])[]): void {
  uses.forEach((needs, i) => {
    const own = join(root, 'packages', `p${i}`);
    mkdirSync(own, { recursive: true });
    const outs = needs.map((one) => `../p${one}/out.txt`);
    writeFileSync(join(own, 'in.txt'), `${i}\n`);
    writeFileSync(
      join(own, 'build.sh'),
      `cat ${['in.txt', ...outs].join(' ')} | sha256sum | cut -c1-64 > out.txt\necho ${i} >> ../../ran.log\n`,
    );
  });
}

interface Peer {
  readonly name: string;
  readonly version: string;
  prepare(root: string, uses: readonly (readonly number[])[]): void;
  readonly command: (root: string) => readonly [string, ...string[]];
  readonly path?: string;
}

const said = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, [...args], { encoding: 'utf8' }).split('\n')[0] ?? '';
const nameOf = (i: number): string => `p${i}`;

const ours: Peer = {
  name: 'ours',
  version: process.version,
  prepare: (root, uses) => writeFileSync(join(root, 'uses.json'), JSON.stringify(uses)),
  command: (root) => [process.execPath, join(import.meta.dirname, 'graph-one.mjs'), root],
};

const ninja: Peer = {
  name: 'ninja',
  version: said('ninja', '--version'),
  prepare: (root, uses) => {
    const edges = uses.map((needs, i) => {
      const inputs = [i].map((one) => `packages/p${one}/in.txt`).concat(needs.map((one) => `packages/p${one}/out.txt`));
      return `build packages/p${i}/out.txt: run ${inputs.join(' ')}\n  folder = packages/p${i}\n`;
    });
    writeFileSync(join(root, 'build.ninja'), `rule run\n  command = cd $folder && sh build.sh\n${edges.join('')}`);
  },
  command: (root) => ['ninja', '-C', root, '--quiet'],
};

const make: Peer = {
  name: 'make',
  version: said('make', '--version'),
  prepare: (root, uses) => {
    const outs = uses.map((_, i) => `packages/p${i}/out.txt`);
    const edges = uses.map(
      (needs, i) =>
        `packages/p${i}/out.txt: packages/p${i}/in.txt ${needs.map((one) => outs[one]).join(' ')}\n\t@cd packages/p${i} && sh build.sh\n`,
    );
    writeFileSync(join(root, 'Makefile'), `all: ${outs.join(' ')}\n${edges.join('')}`);
  },
  command: (root) => ['make', '-s', '-j4', '-C', root],
};

function writeNpm(root: string, uses: readonly (readonly number[])[], extra: (needs: readonly number[]) => object): void {
  const packages: Record<string, object> = { '': { name: 'root', workspaces: ['packages/*'] } };
  uses.forEach((needs, i) => {
    packages[`packages/p${i}`] = { name: nameOf(i), version: '1.0.0' };
    packages[`node_modules/p${i}`] = { resolved: `packages/p${i}`, link: true };
    const own = { name: nameOf(i), version: '1.0.0', ...extra(needs) };
    writeFileSync(join(root, 'packages', nameOf(i), 'package.json'), JSON.stringify(own));
  });
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ name: 'root', lockfileVersion: 3, requires: true, packages }));
}

/** Runs scripts without npm's own start, which is no work of turbo's: the comparison is kinder to turbo for it. */
function shimFolder(peers: string): string {
  const folder = join(peers, 'shim');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'npm'), '#!/bin/sh\n[ "$1" = run ] && exec sh build.sh\nexit 1\n', { mode: 0o755 });
  return folder;
}

const turbo = (peers: string): Peer => ({
  name: 'turbo',
  version: said(join(peers, 'node_modules', '.bin', 'turbo'), '--version'),
  prepare: (root, uses) => {
    writeNpm(root, uses, (needs) => ({
      scripts: { build: 'sh build.sh' },
      dependencies: Object.fromEntries(needs.map((one) => [nameOf(one), '1.0.0'])),
    }));
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'root', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] }),
    );
    writeFileSync(
      join(root, 'turbo.json'),
      JSON.stringify({ tasks: { build: { dependsOn: ['^build'], inputs: ['in.txt'], outputs: ['out.txt'] } } }),
    );
  },
  command: (root) => [
    join(peers, 'node_modules', '.bin', 'turbo'),
    'run',
    'build',
    '--cwd',
    root,
    '--concurrency=4',
    '--output-logs=none',
    '--no-update-notifier',
  ],
  path: shimFolder(peers),
});

const wireit = (peers: string): Peer => ({
  name: 'wireit',
  version: (JSON.parse(readFileSync(join(peers, 'node_modules', 'wireit', 'package.json'), 'utf8')) as { version: string })
    .version,
  prepare: (root, uses) => {
    writeNpm(root, uses, (needs) => ({
      scripts: { build: 'wireit' },
      wireit: {
        build: {
          command: 'sh build.sh',
          files: ['in.txt'],
          output: ['out.txt'],
          dependencies: needs.map((one) => `../p${one}:build`),
        },
      },
    }));
    const dependencies = uses.map((_, i) => `./packages/p${i}:build`);
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'root', private: true, scripts: { build: 'wireit' }, wireit: { build: { dependencies } } }),
    );
  },
  command: (root) => ['npm', 'run', '--silent', '--prefix', root, 'build'],
  path: join(peers, 'node_modules', '.bin'),
});

function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', 'turbo@2.11.11', 'wireit@0.14.13'], {
    cwd: folder,
    stdio: 'inherit',
  });
}

function run(peer: Peer, root: string): number {
  const path = peer.path === undefined ? process.env.PATH : `${peer.path}${delimiter}${process.env.PATH}`;
  const [file, ...args] = peer.command(root);
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', WIREIT_LOGGER: 'quiet-ci', WIREIT_CACHE: 'local' };
  const began = performance.now();
  execFileSync(file, args, {
    cwd: root,
    env: { ...process.env, ...quiet, PATH: path },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  return performance.now() - began;
}

function ranIn(root: string): readonly number[] {
  const log = join(root, 'ran.log');
  const ran = existsSync(log)
    ? readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .filter((one) => one !== '')
        .map(Number)
    : [];
  rmSync(log, { force: true });
  return ran.sort((a, b) => a - b);
}

function expectRan(peer: Peer, root: string, expected: readonly number[]): void {
  const ran = ranIn(root);
  if (JSON.stringify(ran) !== JSON.stringify(expected))
    throw new Error(`${peer.name} ran ${ran.length} steps where ${expected.length} had to run`);
}

function measure(count: number, folder: string, peers: readonly Peer[]): unknown {
  const uses = usesOf(count);
  const taking = peers.filter((peer) => !without.includes(peer.name) && count <= (most[peer.name] ?? Number.POSITIVE_INFINITY));
  const all = uses.map((_, i) => i);
  const first: Record<string, number> = {};
  for (const peer of taking) {
    const root = join(folder, `${peer.name}-${count}`);
    writePackages(root, uses);
    peer.prepare(root, uses);
    first[peer.name] = rounded(run(peer, root));
    expectRan(peer, root, all);
  }
  const last = (peer: Peer): string =>
    readFileSync(join(folder, `${peer.name}-${count}`, 'packages', `p${count - 1}`, 'out.txt'), 'utf8');
  for (const peer of taking) if (last(peer) !== last(ours)) throw new Error(`${peer.name} built something else`);
  const noOp: Record<string, number[]> = {};
  const change: Record<string, number[]> = {};
  // In the middle of the graph, so that some depend on it and most do not.
  const changed = Math.floor(count * 0.8);
  const hit = reached(uses, changed);
  for (let round = 0; round < rounds; round += 1)
    for (const peer of taking) {
      const root = join(folder, `${peer.name}-${count}`);
      noOp[peer.name] = [...(noOp[peer.name] ?? []), run(peer, root)];
      expectRan(peer, root, []);
      writeFileSync(join(root, 'packages', `p${changed}`, 'in.txt'), `round ${round}\n`);
      change[peer.name] = [...(change[peer.name] ?? []), run(peer, root)];
      expectRan(peer, root, hit);
    }
  return {
    steps: count,
    mustRun: hit.length,
    firstMs: first,
    noOpMs: spreads(noOp),
    noOpTimesOurs: ratios(noOp),
    changeMs: spreads(change),
    changeBeyondNoOpMs: beyond(noOp, change),
    exactSet: true,
  };
}

const spreads = (times: Readonly<Record<string, number[]>>) =>
  Object.fromEntries(Object.entries(times).map(([name, list]) => [name, spread(list)]));
const median = (times: Readonly<Record<string, number[]>>, name: string): number => spread(times[name] ?? []).median;
const ratios = (times: Readonly<Record<string, number[]>>) =>
  Object.fromEntries(Object.keys(times).map((name) => [name, rounded(median(times, name) / median(times, 'ours'))]));
const beyond = (noOp: Readonly<Record<string, number[]>>, change: Readonly<Record<string, number[]>>) =>
  Object.fromEntries(Object.keys(noOp).map((name) => [name, rounded(median(change, name) - median(noOp, name))]));

// On the disk that journals live on, not on a temporary file system in memory.
const folder = mkdtempSync(join(homedir(), '.strata-bench-'));
try {
  const installed = process.env.STRATA_BENCH_PEERS ?? join(folder, 'peers');
  if (!existsSync(join(installed, 'node_modules', 'turbo'))) install(installed);
  const peers = [ours, ninja, make, turbo(installed), wireit(installed)];
  const versions = Object.fromEntries(peers.map(({ name, version }) => [name, version]));
  const results = counts.map((count) => measure(count, folder, peers));
  console.log(JSON.stringify({ benchmark: 'graph', machine: machine(), versions, rounds, results }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
