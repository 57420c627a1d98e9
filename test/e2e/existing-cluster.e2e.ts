// A cluster that is there already: a real etcd and a real API server, looked at by the command line as a user would, and
// every refusal that can be provoked for real. Machines are the only thing played: nodes are objects that somebody wrote.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, quietReader } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import type { Result } from '../../src/model/index.js';
import { startControlPlane } from '../../src/rehearsal/control-plane.js';
import { registryConfig } from '../../src/tools/registry/index.js';
import { proves } from '../../src/testkit/index.js';
import { eventually, strata, system } from './strata.js';

const provider = 'kubernetes/existing-cluster';
const children: Child[] = [];
let folder = '';
let kubectlPath = '';
let registry = '';
let admin = '';

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};
const kubectl = (...args: readonly string[]): string => system(kubectlPath, '--kubeconfig', admin, ...args);
/** Writes objects as their owner would; status goes in by its own door. */
function write(object: { readonly status?: unknown; readonly [key: string]: unknown }): void {
  const put = (...more: readonly string[]): void => {
    execFileSync(kubectlPath, ['--kubeconfig', admin, 'apply', '--server-side', '--force-conflicts', '-f', '-', ...more], {
      input: JSON.stringify(object),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  };
  put();
  if (object.status !== undefined) put('--subresource=status');
}
const node = (name: string, ready: 'True' | 'False') =>
  write({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready, reason: 'Written', message: 'by a test' }] },
  });
const storageClass = (isDefault: 'true' | 'false') =>
  write({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
    provisioner: 'example.org/none',
  });

/** A platform of one component, in a folder of its own; `kubeconfig` is the text of the file. */
function platform(name: string, kubeconfig: string, given: Readonly<Record<string, unknown>> = {}): string {
  const directory = join(folder, name);
  mkdirSync(join(directory, 'environments'), { recursive: true });
  writeFileSync(join(directory, 'cluster.kubeconfig'), kubeconfig, { mode: 0o600 });
  const component = {
    name: 'cluster',
    use: 'existing-cluster',
    with: { kubeconfig: { file: 'cluster.kubeconfig' }, support: { registry, git: 'git://127.0.0.1:9418' }, ...given },
  };
  // JSON is YAML.
  const head = { apiVersion: 'strata.dev/v1alpha1' };
  const texts = {
    'platform.yaml': { ...head, kind: 'Platform', metadata: { name }, spec: { kubernetes: [component] } },
    'environments/local.yaml': { ...head, kind: 'Environment', metadata: { name: 'local' }, spec: {} },
  };
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(directory, file), JSON.stringify(text));
  return directory;
}

interface Config {
  readonly clusters: readonly { readonly cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly users: readonly { readonly user: { token?: string } }[];
}
/** The administrator's kubeconfig with something changed in it. */
function changed(change: (config: Config) => void): string {
  const config = JSON.parse(readFileSync(admin, 'utf8')) as Config;
  change(config);
  return JSON.stringify(config);
}
const firstUser = (config: Config) => (config.users[0] as Config['users'][0]).user;
const firstCluster = (config: Config) => (config.clusters[0] as Config['clusters'][0]).cluster;

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** `strata up` of a platform; the code of what it refused, empty where it went well. */
async function upped(directory: string): Promise<{ readonly refused: string; readonly text: string }> {
  const up = await strata('up', directory, '-e', 'local', '-o', 'json');
  const text = `${up.stdout}${up.stderr}`;
  return { refused: up.code === 0 ? '' : (/EXISTING-CLUSTER-[A-Z-]+|KUBE-CONFIG-UNUSABLE/.exec(text)?.[0] ?? text), text };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-existing-'));
  const site = value(await openSite(folder, 'local'));
  const reader = quietReader(site.host);
  const locate = (tool: string): Promise<string | undefined> => reader.locate(tool);
  kubectlPath = (await locate('kubectl')) ?? '';
  const plane = value(
    await startControlPlane({ folder: join(folder, 'plane'), locate, signal: new AbortController().signal }, children),
  );
  plane.connection.close();
  admin = join(folder, 'admin.kubeconfig');
  const flat = system(kubectlPath, '--kubeconfig', plane.places.kubeconfig, 'config', 'view', '--raw', '--flatten', '-o', 'json');
  writeFileSync(admin, flat, { mode: 0o600 });
  cpSync(plane.places.kubeconfig, join(folder, 'beside.kubeconfig'));
  const [port = 0] = await freePorts(1);
  registry = `127.0.0.1:${port}`;
  const config = join(folder, 'registry.yml');
  writeFileSync(config, registryConfig({ storage: join(folder, 'registry'), listen: registry }));
  const file = await locate('docker-registry');
  if (file === undefined) throw new Error('docker-registry is not on this machine: strata doctor --install');
  children.push(
    value(
      await startChild({
        name: 'docker-registry',
        file,
        args: ['serve', config],
        env: {},
        cwd: folder,
        log: join(folder, 'registry.log'),
      }),
    ),
  );
  await eventually(20, 'the registry answers', async () => ((await fetch(`http://${registry}/v2/`)).ok ? true : undefined));
}, 120_000);

afterAll(async () => {
  await Promise.all(children.map((child) => child.end()));
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

test('a kubeconfig that is missing, open to others, not whole or no kubeconfig is refused before anything is asked', async () => {
  const good = readFileSync(admin, 'utf8');
  const open = platform('open', good);
  chmodSync(join(open, 'cluster.kubeconfig'), 0o644);
  expect((await upped(open)).refused).toBe('EXISTING-CLUSTER-KUBECONFIG-OPEN');
  const missing = platform('missing', good, { kubeconfig: { file: 'other.kubeconfig' } });
  expect((await upped(missing)).refused).toBe('EXISTING-CLUSTER-KUBECONFIG-MISSING');
  const beside = readFileSync(join(folder, 'beside.kubeconfig'), 'utf8');
  expect((await upped(platform('beside', beside))).refused).toBe('EXISTING-CLUSTER-NOT-SELF-CONTAINED');
  const nobody = changed((config) => {
    delete firstUser(config).token;
  });
  expect((await upped(platform('nobody', nobody))).refused).toBe('KUBE-CONFIG-UNUSABLE');
}, 120_000);

test('a server that does not answer, or is another than the trusted one, is told apart', async () => {
  const [port = 0] = await freePorts(1);
  const silent = changed((config) => {
    firstCluster(config).server = `https://127.0.0.1:${port}`;
  });
  expect((await upped(platform('silent', silent))).refused).toBe('EXISTING-CLUSTER-UNREACHABLE');
  const made = ['-keyout', join(folder, 'other.key'), '-out', join(folder, 'other.crt')];
  system('openssl', 'req', '-x509', ...newKey, '-days', '1', '-subj', '/CN=other', ...made);
  const other = changed((config) => {
    firstCluster(config)['certificate-authority-data'] = readFileSync(join(folder, 'other.crt')).toString('base64');
  });
  expect((await upped(platform('other', other))).refused).toBe('EXISTING-CLUSTER-AUTHORITY');
}, 120_000);

test('credentials that the server does not take are refused; so is a client certificate that is past its time', async () => {
  const token = 'not-a-token-of-this-cluster';
  const wrong = changed((config) => {
    firstUser(config).token = token;
  });
  const { refused, text } = await upped(platform('wrong', wrong));
  expect(refused).toBe('EXISTING-CLUSTER-CREDENTIALS');
  expect(text).not.toContain(token);
  const [key, request, past] = ['past.key', 'past.csr', 'past.crt'].map((name) => join(folder, name)) as [string, string, string];
  system('openssl', 'req', '-new', ...newKey, '-subj', '/CN=past', '-keyout', key, '-out', request);
  system('openssl', 'x509', '-req', '-days', '-1', '-in', request, '-signkey', key, '-out', past);
  const late = changed((config) => {
    Object.assign(firstUser(config), {
      token: undefined,
      'client-certificate-data': readFileSync(past).toString('base64'),
      'client-key-data': readFileSync(key).toString('base64'),
    });
  });
  expect((await upped(platform('late', late))).refused).toBe('EXISTING-CLUSTER-EXPIRED');
}, 60_000);

test('credentials that may only look are refused with what they may not do', async () => {
  kubectl('create', 'namespace', 'guests');
  kubectl('create', 'serviceaccount', 'guest', '-n', 'guests');
  kubectl('create', 'clusterrolebinding', 'guest', '--clusterrole=view', '--serviceaccount=guests:guest');
  const token = kubectl('create', 'token', 'guest', '-n', 'guests').trim();
  const guest = changed((config) => {
    firstUser(config).token = token;
  });
  const { refused, text } = await upped(platform('guest', guest));
  expect(refused).toBe('EXISTING-CLUSTER-FORBIDDEN');
  for (const right of ['create namespaces', 'create pods/exec', 'escalate clusterroles.rbac.authorization.k8s.io'])
    expect(text).toContain(right);
}, 60_000);

test('no node, a node that is not Ready, no default StorageClass, a version outside: each is said', async () => {
  const good = readFileSync(admin, 'utf8');
  const directory = platform('facts', good);
  expect((await upped(directory)).text).toContain('The cluster has no node.');
  node('one', 'True');
  node('two', 'False');
  expect((await upped(directory)).text).toContain('1 of 2 nodes are not Ready: two.');
  node('two', 'True');
  storageClass('false');
  expect((await upped(directory)).refused).toBe('EXISTING-CLUSTER-STORAGE');
  expect((await upped(platform('asked', good, { storageClass: 'slow' }))).text).toContain('no StorageClass slow; it has fast');
  const old = platform('old', good, { versions: { oldest: 'v1.34', newest: 'v1.35' } });
  expect((await upped(old)).refused).toBe('EXISTING-CLUSTER-VERSION');
}, 240_000);

test('a good cluster is taken, kept the second time, proved, and left as it was', async () => {
  proves({ provider, level: 'simulator', what: 'up, up again, refusals, destroy against a real API server without machines' });
  storageClass('true');
  const seen = (): string =>
    kubectl('get', 'nodes,storageclasses,namespaces,clusterroles,configmaps,secrets', '-A', '-o', 'name');
  const before = seen();
  const directory = platform('good', readFileSync(admin, 'utf8'));
  const first = await upped(directory);
  expect(first.refused).toBe('');
  const again = JSON.parse((await strata('plan', directory, '-e', 'local', '-o', 'json')).stdout);
  expect(again.steps.filter((one: { verdict: string }) => one.verdict !== 'keep')).toEqual([]);
  const { evidence } = JSON.parse((await strata('status', directory, '-e', 'local', '-o', 'json')).stdout);
  expect(JSON.stringify(evidence ?? first.text)).toContain('all 2 nodes are Ready');
  expect(JSON.stringify([first.text, evidence])).not.toContain(firstUser(JSON.parse(readFileSync(admin, 'utf8'))).token);
  expect(seen()).toBe(before);
  expect((await strata('destroy', directory, '-e', 'local', '--confirm', 'good')).code).toBe(0);
  expect(seen()).toBe(before);
}, 120_000);

test('a registry that does not answer is refused', async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const directory = platform('no-registry', readFileSync(admin, 'utf8'), {
    support: { registry: `127.0.0.1:${port}`, git: 'git://127.0.0.1:9418' },
  });
  expect((await upped(directory)).refused).toBe('EXISTING-CLUSTER-REGISTRY');
}, 60_000);
