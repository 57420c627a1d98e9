// What is looked at before anything is built: an account that is simulated on loopback (moto), machines over a real SSH
// connection, and what others must grant for three environments. Changes nothing anywhere.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import type { PreflightCheck, PreflightReport, PrerequisiteReport, Result } from '../../src/model/index.js';
import { proves } from '../../src/testkit/index.js';
import { pythonWith } from '../support/python.js';
import { eventually, repository, strata, system } from './strata.js';

const support = (name: string): string => join(repository, 'test', 'support', name);
const children: Child[] = [];
let folder = '';
let moto = '';
let endpoint = '';
let sshPort = 0;

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};

async function serve(name: string, file: string, args: readonly string[]): Promise<void> {
  children.push(value(await startChild({ name, file, args: [...args], env: {}, log: join(folder, `${name}.log`) })));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-preflight-'));
  const { cache } = value(await openSite(folder, 'e2e')).paths;
  const [account = 0, ssh = 0] = await freePorts(2);
  moto = pythonWith(cache, 'moto-5.2.5', 'moto[server]==5.2.5');
  endpoint = `http://127.0.0.1:${account}`;
  await serve('moto', moto, [support('aws-simulator.py'), '-H', '127.0.0.1', '-p', String(account)]);
  sshPort = ssh;
  for (const name of ['host', 'user']) system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name));
  const server = pythonWith(cache, 'asyncssh-2.21.0', 'asyncssh==2.21.0');
  await serve('sshd', server, [support('ssh-server.py'), join(folder, 'host'), join(folder, 'user.pub'), String(ssh)]);
  await eventually(60, 'the simulated account answers', async () => (await fetch(`${endpoint}/moto-api/`)).ok || undefined);
  await eventually(
    30,
    'the SSH server listens',
    () => readFileSync(join(folder, 'sshd.log'), 'utf8').includes('listening') || undefined,
  );
  process.env.AWS_ACCESS_KEY_ID = 'AKIAEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'only for this test';
}, 300_000);

afterAll(async () => {
  for (const child of children.reverse()) await child.end();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** A platform in a folder of its own; its environment is what is given, in JSON, which is YAML. */
function platform(name: string, spec: object): string {
  const home = join(folder, name);
  mkdirSync(join(home, 'environments'), { recursive: true });
  const head = { apiVersion: 'strata.dev/v1alpha1' };
  const made = { ...head, kind: 'Platform', metadata: { name: 'shop' }, spec };
  writeFileSync(join(home, 'platform.yaml'), JSON.stringify(made));
  writeFileSync(
    join(home, 'environments/test.yaml'),
    JSON.stringify({ ...head, kind: 'Environment', metadata: { name: 'test' }, spec: {} }),
  );
  return home;
}

const image = { name: 'node', use: 'packer' };
const cluster = { name: 'cluster', use: 'kubeadm' };

async function preflight(home: string): Promise<{ readonly code: number | null; readonly of: (id: string) => PreflightCheck }> {
  const { code, stdout, stderr } = await strata('preflight', home, '-e', 'test', '-o', 'json');
  if (!stdout.startsWith('{')) throw new Error(`exit ${code}: ${stderr}`);
  const { checks } = JSON.parse(stdout) as PreflightReport;
  return {
    code,
    of: (id) => {
      const found = checks.find((one) => one.id === id || one.id === `infrastructure/machines/${id}`);
      if (found === undefined) throw new Error(`no check ${id}: ${checks.map((one) => one.id).join()}`);
      return found;
    },
  };
}

/** Makes networks in the account, beside the one that is there. */
const networks = (count: number): string =>
  system(
    moto,
    '-c',
    `import boto3; ec2 = boto3.client("ec2", region_name="eu-west-3", endpoint_url="${endpoint}"); [ec2.create_vpc(CidrBlock="10.%d.0.0/16" % n) for n in range(${count})]`,
  );

test('an account is looked at by signed calls that only read: what it lacks, and what it does not', async () => {
  const services = ['autoscaling', 'ec2', 'elb', 'iam', 'route53', 's3', 'sts'];
  const home = platform('account', {
    image: [{ ...image, with: { target: 'aws', aws: { region: 'eu-west-3' } } }],
    infrastructure: [
      {
        name: 'machines',
        use: 'terraform-aws',
        with: {
          region: 'eu-west-3',
          zones: ['eu-west-3a', 'eu-west-3z'],
          types: { controlPlane: 'm5.large', worker: 'm99.large' },
          autoscaling: { max: 3, userData: '#cloud-config' },
          plugins: { mirror: '/var/mirror' },
          support: { registry: '10.20.0.5:5000', git: 'git://10.20.0.5' },
          endpoints: Object.fromEntries(services.map((service) => [service, endpoint])),
        },
      },
    ],
    kubernetes: [cluster],
  });
  const first = await preflight(home);
  expect(first.code).not.toBe(0);
  const met = [
    'identity',
    'region',
    'zone-first',
    'control-plane-type',
    'vpcs',
    'balancers',
    'may-see-scaling',
    'time-simulated',
  ];
  expect(met.map((id) => [id, first.of(id).verdict])).toEqual(met.map((id) => [id, 'met']));
  expect(first.of('identity').saw).toMatch(/arn:aws:/);
  expect(first.of('zone-second')).toMatchObject({
    verdict: 'not met',
    saw: 'DescribeAvailabilityZones answers without zoneState',
  });
  expect(first.of('worker-type')).toMatchObject({ verdict: 'not met', remedy: 'Choose a type that the region has.' });
  expect(first.of('vpcs').answers).toEqual(['infrastructure/machines/vpcs']);

  networks(4);
  const full = await preflight(home);
  expect(full.of('vpcs')).toMatchObject({ verdict: 'not met', saw: 'number of vpcId is 5' });
  expect(full.of('vpcs').remedy).toContain('L-F678F1CE');

  // Credentials that are not there make nothing met, and nothing unmet.
  const { AWS_ACCESS_KEY_ID: id = '' } = process.env;
  delete process.env.AWS_ACCESS_KEY_ID;
  const blind = await preflight(home).finally(() => {
    process.env.AWS_ACCESS_KEY_ID = id;
  });
  expect(blind.of('vpcs')).toMatchObject({
    verdict: 'not-checked',
    saw: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
  });
  proves({ provider: 'infrastructure/terraform-aws', level: 'simulator', what: 'preflight: what the account lacks' });
}, 60_000);

test('machines are asked over SSH; what two of them share is told', async () => {
  const home = platform('machines', {
    image: [image],
    infrastructure: [
      {
        name: 'machines',
        use: 'existing',
        with: {
          machines: ['cp-1', 'worker-1'].map((name, at) => ({
            name,
            address: '127.0.0.1',
            role: at === 0 ? 'control-plane' : 'worker',
          })),
          user: userInfo().username,
          port: sshPort,
          key: { file: 'user' },
          support: { address: '127.0.0.1' },
        },
      },
    ],
    kubernetes: [cluster],
  });
  writeFileSync(join(home, 'user'), readFileSync(join(folder, 'user')), { mode: 0o600 });
  const [kind, key] = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ');
  writeFileSync(join(home, 'known_hosts'), `[127.0.0.1]:${sshPort} ${kind} ${key}\n127.0.0.1 ${kind} ${key}\n`);
  const { code, of } = await preflight(home);
  expect(code).not.toBe(0);
  const facts = system('sh', join(repository, 'catalog/checks/facts.sh'));
  const cpus = /^cpus=(.*)$/m.exec(facts)?.[1];
  expect(of('linux@cp-1')).toMatchObject({ verdict: 'met', saw: 'system is Linux' });
  expect(of('cpus@worker-1').saw).toBe(`cpus is ${cpus}`);
  expect(of('ssh@cp-1').verdict).toBe('met');
  expect(of('key').verdict).toBe('met');
  expect(of('known-hosts').verdict).toBe('met');
  // Both are this host.
  expect(of('hostname').verdict).toBe('not met');
  expect(of('hostname').remedy).toBe('Give each machine a name of its own.');
  expect(of('mtu').verdict).not.toBe('not met');

  chmodSync(join(home, 'user'), 0o644);
  expect((await preflight(home)).of('key')).toMatchObject({ verdict: 'not met', saw: 'user is there, mode 644' });
  writeFileSync(join(home, 'known_hosts'), `127.0.0.1 ${readFileSync(join(folder, 'user.pub'), 'utf8')}`);
  chmodSync(join(home, 'user'), 0o600);
  expect((await preflight(home)).of('linux@cp-1')).toMatchObject({ verdict: 'not-checked' });
  proves({ provider: 'infrastructure/existing', level: 'real', what: 'preflight over SSH' });
}, 60_000);

const places = [
  { example: 'local', environment: 'local', has: ['infrastructure/machines/host', 'services/core/images'] },
  { example: 'large', environment: 'production', has: ['infrastructure/machines/login', 'kubernetes/cluster/ranges'] },
  { example: 'fleet', environment: 'cloud', has: ['infrastructure/machines/actions', 'kubernetes/cluster/pull-secret'] },
] as const;

test.each(places)(
  'everything that others must grant for $example/$environment, and a request for each of them',
  async ({ example, environment, has }) => {
    const out = join(folder, `asked-${example}`);
    const args = ['-e', environment, '--start', '2026-11-24', '--situation', 'restricted', '--out', out, '-o', 'json'];
    const { code, stdout, stderr } = await strata('prerequisites', join(repository, 'examples', example), ...args);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as PrerequisiteReport;
    expect(readdirSync(out).sort()).toEqual([
      'prerequisites.csv',
      'prerequisites.html',
      'prerequisites.json',
      'prerequisites.md',
      'requests',
    ]);
    expect(report.items.map(({ id }) => id)).toEqual(expect.arrayContaining([...has]));
    expect(report.silent).toEqual([]);
    expect(report.ready > '2026-11-24').toBe(true);
    expect(readdirSync(join(out, 'requests')).sort()).toEqual(report.owners.map(({ name }) => `${name}.txt`).sort());
    const page = readFileSync(join(out, 'prerequisites.html'), 'utf8');
    const csv = readFileSync(join(out, 'prerequisites.csv'), 'utf8');
    for (const { id, what, owner } of report.items) {
      expect(csv).toContain(id);
      expect(readFileSync(join(out, 'prerequisites.md'), 'utf8')).toContain(`### ${id}`);
      expect(readFileSync(join(out, 'requests', `${owner}.txt`), 'utf8')).toContain(what);
    }
    expect(page).toContain(`<b>${report.ready}</b>`);
    expect(page).not.toMatch(/undefined|\$\{|<script/);
  },
  60_000,
);

test('actions are names that AWS has', () => {
  const table = readFileSync(join(repository, 'catalog/prerequisites/aws-actions.yaml'), 'utf8');
  const services = { ec2: 'ec2', elasticloadbalancing: 'elbv2', autoscaling: 'autoscaling', iam: 'iam', route53: 'route53' };
  const script =
    'import boto3,json,sys; print(json.dumps({k: boto3.client(v, region_name="eu-west-3").meta.service_model.operation_names for k, v in json.loads(sys.argv[1]).items()}))';
  const { stdout, stderr } = spawnSync(moto, ['-c', script, JSON.stringify(services)], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const operations = JSON.parse(stdout) as Readonly<Record<string, readonly string[]>>;
  const named = [...table.matchAll(/\b(ec2|elasticloadbalancing|autoscaling|iam|route53):([A-Z][A-Za-z0-9]+)/g)];
  expect(named.length).toBeGreaterThan(150);
  // iam:PassRole is asked for where a role is handed to a service; no operation has that name.
  const unknown = named.filter(([, service = '', name = '']) => !operations[service]?.includes(name)).map(([action]) => action);
  expect([...new Set(unknown)]).toEqual(['iam:PassRole']);
});
