// A bundle is enough, or what is not inside is named: with the real bundle, the real control plane, and no way out.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { strata, system } from './strata.js';

const root = mkdtempSync(join(tmpdir(), 'strata-prove-'));
const directory = join(root, 'platform');
const bundle = join(root, 'bundle');
let server: Server | undefined;
let address = '';
let asked = 0;

const write = (folder: string, path: string, body: string): void => {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, body, { mode: 0o600 });
};
/** JSON is YAML. */
const object = (kind: string, name: string, more: object): string =>
  JSON.stringify({ apiVersion: 'strata.dev/v1alpha1', kind, metadata: { name }, ...more });

function platform(folder: string, packages: readonly object[]): void {
  const machine = { address: '127.0.0.1', port: 1, cpus: 4, memory: '16Gi', hostKey: 'ssh-ed25519 AAAA' };
  const machines = [
    { name: 'cp-1', role: 'control-plane', ...machine },
    { name: 'worker-1', role: 'worker', ...machine, address: '127.0.0.2' },
  ];
  const support = { registry: '127.0.0.1:1', git: 'git://127.0.0.1:1' };
  const spec = {
    infrastructure: [
      { name: 'machines', use: 'existing', with: { machines, key: { secret: 'ssh' }, support: { address: '127.0.0.1' } } },
    ],
    kubernetes: [{ name: 'cluster', use: 'existing-cluster', with: { kubeconfig: { secret: 'kubeconfig' }, support } }],
    services: [{ name: 'core', use: 'flux', with: { packages } }],
  };
  write(folder, 'platform.yaml', object('Platform', 'gap', { spec }));
  write(folder, 'environments/local.yaml', object('Environment', 'local', { spec: {} }));
}

function shop(folder: string, objects: readonly object[]): void {
  write(folder, 'packages/shop/package.yaml', object('Package', 'shop', { spec: { title: 'shop', namespace: 'shop' } }));
  write(folder, 'packages/shop/kustomization.yaml', 'kind: Kustomization\nresources: [shop.yaml]\n');
  const all = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, ...objects];
  write(folder, 'packages/shop/shop.yaml', all.map((one) => JSON.stringify(one)).join('\n---\n'));
}

const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop', namespace: 'shop' }, data: { colour: 'blue' } };

/** The platform with something changed since the bundle was made. */
function changed(change: (folder: string) => void): string {
  const folder = mkdtempSync(join(root, 'changed-'));
  cpSync(directory, folder, { recursive: true, filter: (path) => !path.includes('.strata') });
  change(folder);
  return folder;
}

const create = (folder: string, out: string) =>
  strata('bundle', 'create', folder, '--out', out, '--key', join(root, 'maker.key'), '--release', '1.0');
const prove = (folder: string, what: string) =>
  strata('bundle', 'prove', what, '-f', folder, '--key', join(root, 'maker.pub'), '-o', 'json');
const codes = (stdout: string): readonly string[] =>
  JSON.parse(stdout).problems.map(({ code }: { readonly code: string }) => code);

beforeAll(async () => {
  mkdirSync(directory);
  platform(directory, [{ name: 'shop' }]);
  shop(directory, [settings]);
  expect((await strata('bundle', 'key', '--out', join(root, 'maker'))).code).toBe(0);
  const made = await create(directory, bundle);
  expect(made.code, made.stderr).toBe(0);
}, 600_000);

afterAll(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  rmSync(root, { recursive: true, force: true });
});

test('what is complete passes: loaded into an empty cache, rehearsed without a route', async () => {
  const done = await prove(directory, bundle);
  expect(done.code, done.stderr).toBe(0);
  const proof = JSON.parse(done.stdout);
  expect(proof).toMatchObject({ verdict: 'pass', problems: [] });
  expect(proof.closed.packages).toBe(2);
  expect(proof.compared.images).toBeGreaterThan(0);
  // What came from elsewhere is said.
  for (const name of proof.closed.fromThisMachine) expect(proof.notProven.join()).toContain(name);
  expect(readdirSync(join(directory, '.strata', 'local'))).not.toContain('prove');
}, 400_000);

test('an image that is not inside is named, with the object and its place: Jobs, init containers, flags', async () => {
  const pod = (containers: object) => ({
    restartPolicy: 'Never',
    containers: [{ name: 'a', image: 'docker.io/library/one:1' }],
    ...containers,
  });
  const folder = changed((at) =>
    shop(at, [
      settings,
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'fill', namespace: 'shop' },
        spec: { template: { spec: pod({ initContainers: [{ name: 'b', image: 'docker.io/library/two:2' }] }) } },
      },
    ]),
  );
  const done = await prove(folder, bundle);
  expect(done.code).toBe(1);
  const problems = JSON.parse(done.stdout).problems.filter(({ code }: { code: string }) => code === 'PROVE-IMAGE-MISSING');
  expect(problems).toHaveLength(2);
  for (const [at, image] of ['docker.io/library/one:1', 'docker.io/library/two:2'].entries()) {
    expect(problems[at].message).toBe(`Job shop/fill runs ${image}, which is not in the bundle.`);
    expect(problems[at].where.file).toMatch(/packages\/shop\/shop\.yaml$/);
    expect(problems[at].where.line).toBeGreaterThan(1);
  }
  expect(codes(done.stdout)).toContain('PROVE-DEPLOY-DIFFERENT');
});

test('what would be delivered otherwise, or is for another environment, is said', async () => {
  const other = changed((at) => shop(at, [{ ...settings, data: { colour: 'red' } }]));
  expect(codes((await prove(other, bundle)).stdout)).toEqual(['PROVE-DEPLOY-DIFFERENT']);
  const elsewhere = changed((at) => {
    write(at, 'environments/prod.yaml', object('Environment', 'prod', { spec: {} }));
    rmSync(join(at, 'environments', 'local.yaml'));
  });
  expect(codes((await prove(elsewhere, bundle)).stdout)).toContain('PROVE-OTHER-ENVIRONMENT');
  const unjudged = await strata('bundle', 'prove', bundle, '-f', directory);
  expect(unjudged.code).toBe((await strata('bundle', 'verify', bundle)).code);
  expect(unjudged.stderr).toContain('BUNDLE-');
});

test('a chart that is fetched where there is a network is missed where there is none', async () => {
  const chart = join(root, 'web');
  write(chart, 'Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
  write(chart, 'templates/web.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\n');
  system('tar', '-czf', join(root, 'web-1.0.0.tgz'), '-C', root, 'web');
  const archive = readFileSync(join(root, 'web-1.0.0.tgz'));
  const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  server = createServer(({ url }, response) => {
    asked += 1;
    response.end(
      url?.endsWith('.tgz')
        ? archive
        : `apiVersion: v1\nentries: { web: [{ name: web, version: 1.0.0, urls: [web-1.0.0.tgz] }] }\n`,
    );
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const held = server.address();
  if (held === null || typeof held === 'string') throw new Error('no port');
  address = `http://127.0.0.1:${held.port}`;
  const source = { chart: { repository: address, name: 'web', version: '1.0.0', digest } };
  const fetching = changed((at) => {
    platform(at, [{ name: 'shop' }, { name: 'web' }]);
    write(at, 'packages/web/package.yaml', object('Package', 'web', { spec: { title: 'web', namespace: 'web', source } }));
  });
  const out = join(root, 'fetching');
  const made = await create(fetching, out);
  expect(made.code, made.stderr).toBe(0);
  expect(asked).toBeGreaterThan(0);
  const before = asked;
  const done = await prove(fetching, out);
  expect(done.code).not.toBe(0);
  expect(`${done.stdout}${done.stderr}`).toContain('PROVE-NOT-REHEARSED');
  expect(`${done.stdout}${done.stderr}`).toContain('web');
  expect(asked).toBe(before);
}, 400_000);
