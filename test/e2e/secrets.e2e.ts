// Secrets of a definition with the real sops, and a search for planted ones in all that Strata leaves behind.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSite, quietReader } from '../../src/app/site.js';
import { cacheFolder, freePorts } from '../../src/host/index.js';
import { secretRef } from '../../src/model/index.js';
import { proves } from '../../src/testkit/index.js';
import { type Canary, formNames, inForm, sightingsBelow, sightingsIn } from '../support/canary.js';
import { type Finished, strata, system } from './strata.js';

const scratch = mkdtempSync(join(tmpdir(), 'strata-secrets-'));
const directory = join(scratch, 'platform');
const keyFile = join(scratch, 'age.key');
const recorded = join(scratch, 'children.jsonl');
const outside = join(scratch, 'out');
const random = (name: string): string => `canary-${name}-${Buffer.from(name).toString('hex')}-Zq7Yw5Xt3`;
const planted = {
  file: random('file'),
  value: random('value'),
  token: random('token'),
};
const canaries: Canary[] = Object.entries(planted).map(([name, value]) => ({ name, value }));
const said: { readonly command: string; readonly finished: Finished }[] = [];
let began = 0;
let sops = '';

afterAll(async () => {
  const gone = await strata('destroy', directory, '--confirm', 'canary');
  rmSync(scratch, { recursive: true, force: true });
  expect(gone.code, gone.stderr).toBe(0);
});

const write = (path: string, body: string, mode = 0o644): void => {
  const file = join(directory, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, body, { mode });
};
/** JSON is YAML. */
const object = (kind: string, name: string, more: object): string =>
  JSON.stringify({ apiVersion: 'strata.dev/v1alpha1', kind, metadata: { name }, ...more });
const package_ = (name: string, spec: object): void =>
  write(`packages/${name}/package.yaml`, object('Package', name, { spec: { title: name, ...spec } }));

/** Runs a command and keeps what it said. */
async function run(...args: readonly string[]): Promise<Finished> {
  const finished = await strata(...args);
  console.log(`${args.slice(0, 2).join(' ')}: exit ${finished.code}, ${Math.round(finished.ms)} ms`);
  said.push({ command: args.join(' '), finished });
  return finished;
}

function encrypt(name: string, values: Readonly<Record<string, string>>): void {
  const path = `secrets/${name}.enc.yaml`;
  write(path, JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: values }));
  const recipient = /public key: (age1\w+)/.exec(readFileSync(keyFile, 'utf8'))?.[1] ?? '';
  const args = ['encrypt', '--in-place', '--age', recipient, '--encrypted-regex', '^(data|stringData)$', path];
  execFileSync(sops, args, { cwd: directory });
}

async function definition(): Promise<void> {
  const [port] = await freePorts(1);
  const nobody = `127.0.0.1:${port}`;
  system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'machines.key'));
  const sshKey = readFileSync(join(directory, 'machines.key'), 'utf8');
  canaries.push({ name: 'ssh key', value: sshKey.split('\n')[2] ?? '' });
  const user = { name: 'u', user: { token: planted.token } };
  const cluster = {
    name: 'c',
    cluster: { server: `https://${nobody}`, 'insecure-skip-tls-verify': false, 'certificate-authority-data': 'AA==' },
  };
  const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    users: [user],
    contexts: [context],
    'current-context': 'x',
  };
  write('cluster.kubeconfig', JSON.stringify(kubeconfig), 0o600);
  const hostKey = readFileSync(join(directory, 'machines.key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  write('known_hosts', `[127.0.0.1]:${port} ${hostKey}\n`);
  const size = { hostKey, port, cpus: 4, memory: '16Gi' };
  const machines = [
    { name: 'cp-1', address: '127.0.0.1', role: 'control-plane', ...size },
    { name: 'worker-1', address: '127.0.0.2', role: 'worker', ...size },
  ];
  const shop = { name: 'shop', secrets: ['shop'] };
  const web = { name: 'web', delivery: 'helm', values: { admin: { password: { $sops: 'secrets/web.enc.yaml#password' } } } };
  const spec = {
    infrastructure: [
      {
        name: 'machines',
        use: 'existing',
        with: { machines, key: { file: 'machines.key' }, support: { address: '127.0.0.1' } },
      },
    ],
    kubernetes: [
      {
        name: 'cluster',
        use: 'existing-cluster',
        with: { kubeconfig: { file: 'cluster.kubeconfig' }, support: { registry: nobody, git: `git://${nobody}` } },
      },
    ],
    services: [{ name: 'core', use: 'flux', with: { packages: [shop, web] } }],
  };
  write('platform.yaml', object('Platform', 'canary', { spec }));
  write('environments/local.yaml', object('Environment', 'local', { spec: {} }));
  package_('shop', { namespace: 'shop' });
  write('packages/shop/kustomization.yaml', 'kind: Kustomization\nresources: [shop.yaml]\n');
  write('packages/shop/shop.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n');
  package_('web', { namespace: 'web', source: { chart: { folder: 'chart' } } });
  write('packages/web/chart/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
  const template =
    'apiVersion: v1\nkind: Secret\nmetadata: { name: web }\nstringData: { password: {{ required "password" .Values.admin.password | quote }} }\n';
  write('packages/web/chart/templates/web.yaml', template);
}

beforeAll(async () => {
  mkdirSync(directory, { recursive: true });
  began = Date.now() - 1_000;
  process.env.SOPS_AGE_KEY_FILE = keyFile;
  process.env.CHILDREN_RECORD = recorded;
  await definition();
  expect((await run('secrets', 'key', '--out', keyFile)).code).toBe(0);
  // Obtains sops, since the definition has nothing to rotate yet.
  expect((await run('secrets', 'rotate', '-f', directory)).code).toBe(0);
  const opened = await openSite(directory, 'local');
  if (!opened.ok) throw new Error(opened.error.diagnostic.message);
  sops = (await quietReader(opened.value.host).locate('sops')) ?? '';
  expect(sops).not.toBe('');
  process.env.NODE_OPTIONS = `--import=${fileURLToPath(new URL('../support/record-children.mjs', import.meta.url))}`;
  encrypt('shop', { password: planted.file });
  encrypt('web', { password: planted.value });
  canaries.push({ name: 'age key', value: /AGE-SECRET-KEY-\w+/.exec(readFileSync(keyFile, 'utf8'))?.[0] ?? '' });
}, 300_000);

afterAll(() => {
  for (const name of ['NODE_OPTIONS', 'CHILDREN_RECORD', 'SOPS_AGE_KEY_FILE']) delete process.env[name];
});

describe('the search itself', () => {
  test('finds what is planted, in every form, packed or as an argument', () => {
    const folder = mkdtempSync(join(scratch, 'toy-'));
    for (const form of formNames) {
      const leaked = { name: 'toy', value: 'toy-secret-of-many-signs+/"1' };
      const text = Buffer.from(`before ${inForm(form, leaked.value)} after`);
      writeFileSync(join(folder, 'plain.log'), text);
      writeFileSync(join(folder, 'packed.gz'), gzipSync(text));
      const found = sightingsBelow(folder, [leaked]).filter((one) => one.form === form);
      expect(found.map(({ where }) => where.slice(folder.length + 1)).sort(), form).toEqual([
        'packed.gz (unpacked)',
        'plain.log',
      ]);
    }
    expect(sightingsBelow(folder, [{ name: 'other', value: 'never-written-anywhere' }])).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('sees the arguments of children', () => {
    const record = join(scratch, 'toy.jsonl');
    execFileSync(process.execPath, ['-e', "require('node:child_process').spawnSync('true', ['--password=' + process.env.TOY])"], {
      env: { ...process.env, CHILDREN_RECORD: record, TOY: 'toy-argument-123' },
    });
    expect(sightingsIn(readFileSync(record), 'argv', [{ name: 'toy', value: 'toy-argument-123' }])).not.toEqual([]);
  });
});

describe('planted secrets', () => {
  test('reach the cluster through Flux: its own controller opens them in a rehearsal', async () => {
    const report = join(outside, 'rehearsal.html');
    mkdirSync(outside, { recursive: true });
    const done = await run('rehearse', directory, '-o', 'json', '--html', report);
    expect(done.stderr, done.stdout.slice(0, 2000)).toContain('running kustomize-controller');
    const told = JSON.parse(done.stdout);
    for (const name of ['shop', 'web'])
      expect(
        told.packages.find((one: { name: string }) => one.name === name),
        JSON.stringify(told.problems),
      ).toMatchObject({ verdict: 'ready' });
    expect(existsSync(report)).toBe(true);
    proves({ provider: 'services/flux', level: 'simulator', what: 'encrypted Secrets opened by kustomize-controller' });
  });

  test('are nowhere in what the commands say and leave', async () => {
    const plan = join(outside, 'plan.json');
    expect((await run('validate', directory, '-o', 'json')).code).toBe(0);
    expect((await run('plan', directory, '-o', 'json', '--out', plan)).code).toBe(0);
    expect((await run('secrets', 'list', '-f', directory, '-o', 'json')).code).toBe(0);
    expect((await run('prerequisites', directory, '-o', 'json', '--out', join(outside, 'prerequisites'))).code).toBe(0);
    await run('preflight', directory, '-o', 'json');
    // Nobody answers there: the run fails after it has kept the key and the kubeconfig and rendered the tree.
    const up = await run('up', directory, '--events', 'ndjson', '-v');
    expect(up.stdout).toContain('step-failed');
    await run('status', directory, '-o', 'json');
    expect((await run('evidence', directory, '-o', 'json')).code).toBe(0);
    await run('diff', directory, '-o', 'json', '--kubeconfig', join(directory, 'cluster.kubeconfig'));
    expect((await run('explain', 'services/core/render', '-f', directory, '-o', 'json')).code).toBe(0);
    expect((await run('eject', join(outside, 'ejected'), '-f', directory)).code).toBe(0);
    await run('secrets', 'rotate', '-f', directory);
    canaries.push({ name: 'new age key', value: /AGE-SECRET-KEY-\w+/.exec(readFileSync(keyFile, 'utf8'))?.[0] ?? '' });
    expect(canaries).toHaveLength(6);
    for (const { value } of canaries) expect(value.length).toBeGreaterThan(20);
    for (const { command, finished } of said) {
      const told = Buffer.from(`${finished.stdout}\n${finished.stderr}`);
      expect(sightingsIn(told, command, canaries)).toEqual([]);
    }
    const kept = join(directory, '.strata', 'local', 'secrets');
    const own = ['machines.key', 'cluster.kubeconfig'].map((name) => join(directory, name));
    expect(readdirSync(join(directory, '.strata', 'local'))).toContain('journal');
    expect(sightingsBelow(directory, canaries, { except: (path) => path === kept || own.includes(path) })).toEqual([]);
    expect(sightingsBelow(outside, canaries)).toEqual([]);
    expect(sightingsBelow(cacheFolder(), canaries, { sinceMs: began, except: (path) => /\/(digests|tmp)$/.test(path) })).toEqual(
      [],
    );
    const children = readFileSync(recorded);
    for (const tool of ['sops', 'helm', 'kubectl', 'kube-apiserver'])
      expect(children.toString(), tool).toMatch(new RegExp(`/${tool}"`));
    expect(sightingsIn(children, 'arguments of children', canaries)).toEqual([]);
  }, 240_000);

  test('are kept for nobody else to read', () => {
    const kept = join(directory, '.strata', 'local', 'secrets');
    expect(statSync(kept).mode & 0o777).toBe(0o700);
    expect(readdirSync(kept)).not.toEqual([]);
    for (const name of readdirSync(kept)) expect(statSync(join(kept, name)).mode & 0o777, name).toBe(0o600);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });
});

describe('an encrypted file', () => {
  const copy = (change: (text: string) => string): string => {
    const to = mkdtempSync(join(scratch, 'copy-'));
    cpSync(directory, to, { recursive: true, filter: (path) => !path.includes('.strata') });
    const file = join(to, 'secrets', 'shop.enc.yaml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    return to;
  };
  const rotated = (at: string) => strata('secrets', 'rotate', '-f', at);

  test('gives a step one value of it, in memory, which from then on nothing prints', async () => {
    const opened = await openSite(directory, 'local');
    if (!opened.ok) throw new Error(opened.error.diagnostic.message);
    const { host } = opened.value;
    const reveal = async (name: string) => host.secrets.reveal(secretRef(name));
    const value = await reveal('secrets/shop.enc.yaml#password');
    expect(value.ok && value.value.expose()).toBe(planted.file);
    expect(host.redact(`a line with ${planted.file} in it`)).toBe('a line with [secret] in it');
    expect(await host.secrets.holds(secretRef('secrets/shop.enc.yaml#password'))).toBe(true);
    const code = (told: Awaited<ReturnType<typeof reveal>>) => (told.ok ? 'ok' : told.error.diagnostic.code);
    expect(code(await reveal('secrets/shop.enc.yaml#pasword'))).toBe('SECRETS-NO-SUCH-VALUE');
    expect(code(await reveal('secrets/none.enc.yaml#password'))).toBe('SECRETS-FILE-MISSING');
    const changed = await openSite(
      copy((text) => text.replace('name: shop', 'name: shod')),
      'local',
    );
    if (!changed.ok) throw new Error(changed.error.diagnostic.message);
    const refused = await changed.value.host.secrets.reveal(secretRef('secrets/shop.enc.yaml#password'));
    expect(code(refused)).toBe('SECRETS-TAMPERED');
  });

  test('opens with the new key alone after a rotation', async () => {
    const before = readFileSync(keyFile, 'utf8');
    const at = copy((text) => text);
    const done = await rotated(at);
    expect(done.code, done.stderr).toBe(0);
    const open = (key: string): string => {
      const named = join(scratch, 'one.key');
      writeFileSync(named, key, { mode: 0o600 });
      return execFileSync(sops, ['decrypt', join(at, 'secrets', 'shop.enc.yaml')], {
        env: { PATH: process.env.PATH, HOME: scratch, SOPS_AGE_KEY_FILE: named },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    };
    expect(open(readFileSync(keyFile, 'utf8'))).toContain(planted.file);
    expect(() => open(before)).toThrow();
    writeFileSync(keyFile, before, { mode: 0o600 });
  });

  test('is refused where it was changed, and nothing is written', async () => {
    const before = readFileSync(keyFile, 'utf8');
    const at = copy((text) => text.replace('name: shop', 'name: shod'));
    const file = join(at, 'secrets', 'shop.enc.yaml');
    const text = readFileSync(file, 'utf8');
    const done = await rotated(at);
    expect(done.code).toBe(4);
    expect(done.stderr).toMatch(/secrets\/shop\.enc\.yaml:1:1: .*\[SECRETS-TAMPERED\]/);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readFileSync(keyFile, 'utf8')).toBe(before);
  });

  test.each([
    ['in clear', (text: string) => text.replace(/password: ENC\[.*\]/, 'password: hunter2-in-clear'), 'SECRETS-NOT-ENCRYPTED'],
    [
      'of others',
      (text: string) => text.replace(/age1\w+/, 'age1m0nwgqlnp8y6rv736jdk7jpr6c6ar7g5wfwdt3w2jmle209ka47sjsnkpy'),
      'SECRETS-WRONG-KEY',
    ],
  ])('is refused where it is %s, with its place', async (_, change, code) => {
    const done = await rotated(copy(change));
    expect(done.code).toBe(9);
    expect(done.stderr).toMatch(new RegExp(`secrets/shop\\.enc\\.yaml:[1-9][0-9]*:[1-9][0-9]*: .*\\[${code}\\]`));
    expect(done.stderr).not.toContain('hunter2');
  });

  test('stays closed while others may read the key', async () => {
    chmodSync(keyFile, 0o640);
    const done = await strata('secrets', 'list', '-f', directory);
    chmodSync(keyFile, 0o600);
    expect(done.code).toBe(9);
    expect(done.stderr).toContain('[SECRETS-KEY-OPEN]');
  });
});
