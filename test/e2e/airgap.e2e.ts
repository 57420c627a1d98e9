// The whole local platform out of one bundle: made here, then loaded into an empty cache and brought up in a network namespace
// that has a loopback device and nothing else.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proves } from '../../src/testkit/proves.js';
import { eventually, exampleCopy, type Finished, repository, strata, system } from './strata.js';

const root = mkdtempSync(join(tmpdir(), 'strata-airgap-'));
const at = (name: string): string => join(root, name);
const namespace = `strata-airgap-${process.pid}`;
const directory = exampleCopy();
const platform = [directory, '-e', 'local-airgap'];

/** Nothing that an earlier run left in this user's folders may help. */
const environment = {
  ...process.env,
  NO_COLOR: '1',
  HOME: at('home'),
  STRATA_CACHE: at('cache'),
  GOMODCACHE: at('home/go'),
  GOCACHE: at('home/go-build'),
  GOPROXY: 'off',
};

/** Runs a program behind the gap. */
function startBehind(
  program: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const began = performance.now();
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    process.stdout.write(chunk);
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, ms: performance.now() - began }));
  });
  return { child, finished };
}
const behind = (program: string, ...args: readonly string[]): Promise<Finished> => startBehind(program, args).finished;
const launcher = join(repository, 'strata');
const load = ['bundle', 'load', at('bundle'), '--key', at('maker.pub')];

/** What a page says to somebody behind the gap. */
async function page(url: string): Promise<string> {
  const script = 'fetch(process.argv[1]).then((r) => r.text()).then((text) => process.stdout.write(text))';
  return (await behind(process.execPath, '-e', script, url)).stdout;
}

beforeAll(() => {
  if (process.getuid?.() !== 0 || process.platform !== 'linux')
    throw new Error('this test builds machines: it needs root on Linux');
  mkdirSync(at('home'));
  system('ip', 'netns', 'add', namespace);
  system('ip', '-n', namespace, 'link', 'set', 'lo', 'up');
});

afterAll(async () => {
  if (existsSync(join(directory, '.strata'))) await behind(launcher, 'destroy', ...platform, '--confirm', 'local');
  system('ip', 'netns', 'delete', namespace);
  rmSync(root, { recursive: true, force: true });
  rmSync(dirname(directory), { recursive: true, force: true });
});

test('the bundle carries it all, the built root filesystem among it', async () => {
  expect((await strata('bundle', 'key', '--out', at('maker'))).code).toBe(0);
  // What the bundle carries is made first, where this machine has not made it yet.
  await strata('doctor', ...platform, '--install');
  const made = await strata('bundle', 'create', ...platform, '--key', at('maker.key'), '--out', at('bundle'), '-o', 'json');
  expect(made.code).toBe(0);
  console.log(`bundle made in ${(made.ms / 1000).toFixed(1)} s`);
}, 3_600_000);

test('there is no way out of the namespace, and without a key nothing is loaded', async () => {
  expect(system('ip', '-n', namespace, 'route')).toBe('');
  const refused = await behind(launcher, 'bundle', 'load', at('bundle'));
  expect([refused.code, existsSync(at('cache'))]).toEqual([3, false]);
});

test('a load that is killed goes on; then every step of the toolchain and of the image finds what it wants', async () => {
  const { child, finished } = startBehind(launcher, load);
  while (child.exitCode === null && !existsSync(at('cache/oci/index.json')))
    await new Promise((resolve) => setTimeout(resolve, 50));
  // The child is nsenter, which becomes the program it starts.
  child.kill('SIGKILL');
  expect((await finished).signal).toBe('SIGKILL');
  const half = await behind(launcher, 'plan', ...platform, '-o', 'json');
  expect(wanting(half)).not.toEqual([]);
  const loaded = await behind(launcher, ...load, '-o', 'json');
  expect(loaded.code).toBe(0);
  const { lacking, keptFiles, placedFiles } = JSON.parse(loaded.stdout);
  console.log(`loaded in ${(loaded.ms / 1000).toFixed(1)} s: ${placedFiles} placed, ${keptFiles} were there`);
  expect([lacking, keptFiles > 50]).toEqual([[], true]);
  expect(wanting(await behind(launcher, 'plan', ...platform, '-o', 'json'))).toEqual([]);
}, 600_000);

/** Steps of the toolchain and the image that would have to obtain or make something; exemptions are the environment's own. */
function wanting({ stdout }: Finished): readonly string[] {
  const steps: readonly { readonly id: string; readonly verdict: string }[] = JSON.parse(stdout).steps;
  const ours = steps.filter(({ id }) => /^(toolchain|image)\//.test(id) && id !== 'image/node/waivers');
  expect(ours.length).toBeGreaterThan(50);
  return ours.filter(({ verdict }) => verdict !== 'keep').map(({ id }) => id);
}

test('all five layers come up without a route, and the applications answer', async () => {
  const up = await behind(launcher, 'up', ...platform, '-o', 'json');
  console.log(`up in ${(up.ms / 1000).toFixed(1)} s`);
  expect(up.code).toBe(0);
  const { verdict, steps, reach } = JSON.parse(up.stdout);
  expect(verdict).toBe('ok');
  const layers = new Set(steps.map(({ step }: { step: string }) => step.split('/')[0]));
  expect([...layers].sort()).toEqual(['applications', 'image', 'infrastructure', 'kubernetes', 'services', 'toolchain']);
  const url = (name: string): string => reach.urls.find((one: { name: string }) => one.name === name)?.url;
  expect(await page(url('hello'))).toContain('Hello from the platform');
  // The board asks in turns of its own: what it says first may be from before the other application was there.
  const seen = await eventually(60, 'the board sees hello', async () => {
    const targets: readonly { readonly name: string; readonly up: boolean }[] = JSON.parse(await page(url('board')));
    return targets.every(({ up }) => up) ? targets : undefined;
  });
  expect(seen.map(({ name }) => name)).toEqual(['hello']);
  for (const provider of ['infrastructure/nspawn', 'kubernetes/kubeadm', 'services/flux', 'applications/argocd'] as const)
    proves({ provider, level: 'real', what: 'from a bundle alone, without a route' });
}, 1_800_000);

test('destroyed, nothing of it is left', async () => {
  const gone = await behind(launcher, 'destroy', ...platform, '--confirm', 'local');
  expect(gone.code).toBe(0);
  expect(system('ip', 'netns', 'pids', namespace)).toBe('');
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(directory);
}, 300_000);
