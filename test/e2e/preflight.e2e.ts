// What is looked at before anything is built: an account that is simulated on loopback (moto), a vCenter that is played there,
// machines over a real SSH connection. Changes nothing anywhere.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, quietReader } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import type { PreflightCheck, PreflightReport, Result } from '../../src/model/index.js';
import { samplesOfTargets } from '../../src/providers/image/packer/target-samples.js';
import { memoryJournal, proves, runOnce } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';
import { pythonWith } from '../support/python.js';
import { eventually, repository, strata, system } from './strata.js';

const support = (name: string): string => join(repository, 'test', 'support', name);
const children: Child[] = [];
let folder = '';
let moto = '';
let vcsim = '';
let endpoint = '';
let sshPort = 0;

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};

async function serve(
  name: string,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  children.push(value(await startChild({ name, file, args: [...args], env, log: join(folder, `${name}.log`) })));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-preflight-'));
  const site = value(await openSite(folder, 'e2e'));
  const { cache } = site.paths;
  const steps = planToolchain(site.toolchain, { tools: ['vcsim'], images: [] });
  const { run } = await runOnce({ steps, worlds: site.host, journal: memoryJournal() });
  expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  vcsim = (await quietReader(site.host).locate('vcsim')) ?? '';
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
  // It loads each service at its first call, which takes longer than a check waits.
  const each = '[c.client(s, region_name="eu-west-3", endpoint_url=e) for s in ("sts", "ec2", "elbv2", "autoscaling")]';
  const calls = 't.get_caller_identity(); n.describe_vpcs(); l.describe_load_balancers(); a.describe_auto_scaling_groups()';
  const keys = 'aws_access_key_id="x", aws_secret_access_key="y"';
  system(moto, '-c', `import boto3; e = "${endpoint}"; c = boto3.Session(${keys}); t, n, l, a = ${each}; ${calls}`);
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
  proves({ provider: 'infrastructure/existing', level: 'simulator', what: 'preflight over SSH' });
}, 60_000);

test('a vCenter is looked at without signing in: its port, and who signed its certificate', async () => {
  const [port = 0] = await freePorts(1);
  await serve('vcsim', vcsim, ['-listen', `127.0.0.1:${port}`, '-user', 'u', '-template', 'debian-12'], { VCSIM_PASSWORD: 'p' });
  await eventually(
    20,
    'the vCenter listens',
    () => readFileSync(join(folder, 'vcsim.log'), 'utf8').includes('listening') || undefined,
  );
  const server = `127.0.0.1:${port}`;
  const shown = spawnSync('openssl', ['s_client', '-connect', server], { input: '', encoding: 'utf8' }).stdout;
  const [pem = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(shown) ?? [];
  const machines = (vcenter: object) => ({
    image: [{ ...image, with: samplesOfTargets['vsphere-clone'] }],
    infrastructure: [
      {
        name: 'machines',
        use: 'terraform-vsphere',
        with: {
          vcenter,
          datacenter: 'DC0',
          cluster: 'DC0_C0',
          datastore: 'LocalDS_0',
          network: 'DC0_DVPG0',
          subnet: { cidr: '172.17.4.0/24', gateway: '172.17.4.1', nameservers: ['127.0.0.1'] },
          plugins: { mirror: '/var/mirror' },
          support: { registry: `127.0.0.1:${port}`, git: 'git://127.0.0.1' },
        },
      },
    ],
    kubernetes: [cluster],
  });
  const strange = await preflight(platform('vcenter', machines({ server })));
  expect(strange.of('reach').verdict).toBe('met');
  expect(strange.of('certificate')).toMatchObject({ verdict: 'not met', saw: expect.stringMatching(/not trusted: \S/) });
  expect(strange.of('answers').verdict).toBe('not-checked');
  expect(strange.of('ranges')).toMatchObject({ verdict: 'not met', saw: '172.17.4.0/24 and 172.17.0.0/16 overlap' });

  const home = platform('vcenter-known', machines({ server, authority: 'vcenter.pem' }));
  expect((await preflight(home)).of('authority').verdict).toBe('not met');
  writeFileSync(join(home, 'vcenter.pem'), pem);
  const known = await preflight(home);
  expect(known.of('authority').verdict).toBe('met');
  expect(known.of('certificate-own')).toMatchObject({
    verdict: 'met',
    saw: expect.stringMatching(/^trusted, valid for \d+ days more$/),
  });
  proves({ provider: 'infrastructure/terraform-vsphere', level: 'simulator', what: 'preflight: port and certificate' });
}, 60_000);
