// Images for every target, as far as they can be made here: the real Packer on every target and operating system, the real
// amazon-ebs builder against a simulated account, the real roles and linter, and a disk file that boots under emulation.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import { type Result, type Step, secretRef } from '../../src/model/index.js';
import { readChecks, readScap } from '../../src/providers/image/packer/catalog-data.js';
import { readConflicts } from '../../src/providers/image/packer/conflicts.js';
import { packer } from '../../src/providers/image/packer/index.js';
import { targetPlan, templatesOf } from '../../src/providers/image/packer/plan-target.js';
import { reportOfGoss } from '../../src/providers/image/packer/report.js';
import { toGoss } from '../../src/providers/image/packer/runners.js';
import { PackerSpec } from '../../src/providers/image/packer/spec.js';
import { content } from '../../src/providers/image/packer/steps/content.js';
import { systemIds } from '../../src/providers/image/packer/systems.js';
import { samplesOfTargets } from '../../src/providers/image/packer/target-samples.js';
import { anyDigest, memoryJournal, proves, runOnce, sampleGiven, sampleKit } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';
import { parseGoss } from '../../src/tools/goss/index.js';
import { pythonWith } from '../support/python.js';
import { eventually, strata, system } from './strata.js';

const provider = 'image/packer';
const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const catalog = join(repository, 'catalog');
const folder = mkdtempSync(join(tmpdir(), 'strata-images-'));
const tools = ['packer', 'ansible-playbook', 'ssh-keygen', 'goss', 'qemu-img', 'qemu-system-x86_64'] as const;
let site: Site;
let lint = '';
let simulator: Child | undefined;

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};
/** Where the toolchain has a program. */
const at = async (tool: string): Promise<string> => (await site.host.world(scope).locate(tool)) ?? tool;
const text = (path: string): string => readFileSync(join(catalog, path), 'utf8');
const scope = { signal: new AbortController().signal, emit: () => {} };

/** The catalog's texts, for plans. */
const files = Object.fromEntries(
  ['image', 'hardening'].flatMap((part) =>
    readdirSync(join(catalog, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(catalog.length + 1))
      .map((path) => [`catalog:${path}`, text(path)]),
  ),
);

/** A folder of Python packages in the cache. */
const pythonHome = (name: string, ...packages: readonly string[]): string =>
  dirname(dirname(pythonWith(site.paths.cache, name, ...packages)));

const specOf = (given: unknown): PackerSpec => {
  const spec: unknown = Value.Default(PackerSpec, structuredClone(given));
  if (!Value.Check(PackerSpec, spec)) throw new Error(JSON.stringify([...Value.Errors(PackerSpec, spec)]));
  return spec;
};

beforeAll(async () => {
  site = value(await openSite(folder, 'e2e'));
  const home = pythonHome('moto-5.2.5-awscli', 'moto[server]==5.2.5', 'awscli==1.46.3');
  lint = pythonHome('ansible-lint-26.10.1', 'ansible-lint==26.10.1');
  process.env.PATH = `${process.env.PATH}:${home}/bin`;
  site = value(await openSite(folder, 'e2e'));
  const { run } = await runOnce({
    steps: planToolchain(site.toolchain, { tools: [...tools], images: [] }),
    worlds: site.host,
    journal: memoryJournal(),
  });
  expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
}, 900_000);

afterAll(async () => {
  await simulator?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Files and values that every build is given, as far as Packer looks at them before it builds. */
function commonValues(work: string): Readonly<Record<string, unknown>> {
  mkdirSync(join(work, 'answers'), { recursive: true });
  system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(work, 'key'));
  for (const name of ['variables.json', 'content.xml', 'goss.yaml']) writeFileSync(join(work, name), '{}');
  return {
    name: 'strata-x',
    tags: { 'strata-key': 'x' },
    ansible: join(catalog, 'ansible'),
    playbook: join(catalog, 'ansible/node.yml'),
    skip: 'a,b',
    variables: join(work, 'variables.json'),
    results: work,
    content: '/var/tmp/strata/datastream.xml',
    profile: 'p',
    checks: join(work, 'goss.yaml'),
    runner: '/bin/true',
    inspec: '/bin/true',
  };
}

/** Writes the folder of one build, with the values that its templates declare. */
function writeBuild(work: string, given: unknown, os: string, runner: 'goss' | 'inspec'): readonly string[] {
  const target = targetPlan(specOf({ ...Object(given), os }), sampleKit('image', files));
  if (target === undefined) throw new Error('a root file system');
  const templates = mkdtempSync(join(work, `${target.id}-${os}-`));
  const texts = templatesOf(sampleKit('image', files), target, runner);
  for (const [name, body] of Object.entries(texts)) writeFileSync(join(templates, name), body);
  const declared = new Set([...(texts['source.pkr.hcl'] ?? '').matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name));
  const late = { key: join(work, 'key'), answers: join(work, 'answers'), output: join(work, 'out'), build_group: 'b' };
  const own = Object.entries({ ...late, ...target.variables }).filter(([name]) => declared.has(name));
  const datastream = os === 'rocky-9' ? '' : join(work, 'content.xml');
  writeFileSync(join(templates, 'own.json'), JSON.stringify({ datastream, login: target.login, ...Object.fromEntries(own) }));
  const secrets = ['password', 'client_secret'].filter((name) => declared.has(name)).map((name) => `PKR_VAR_${name}=x`);
  return [...secrets, templates];
}

test('the real Packer takes every target on every operating system, with either runner of checks', async () => {
  const work = join(folder, 'validate');
  const common = commonValues(work);
  const values = join(work, 'common.pkrvars.json');
  writeFileSync(values, JSON.stringify(common));
  const program = await at('packer');
  const builds = Object.values(samplesOfTargets).flatMap((given) => [
    ...systemIds.map((os) => writeBuild(work, given, os, 'goss')),
    writeBuild(work, given, 'rhel-9', 'inspec'),
  ]);
  for (const build of builds) {
    const templates = build.at(-1) ?? '';
    system('mv', join(templates, 'own.json'), `${templates}.pkrvars.json`);
    const files = [`-var-file=${values}`, `-var-file=${templates}.pkrvars.json`];
    system('env', ...build.slice(0, -1), 'CHECKPOINT_DISABLE=1', program, 'validate', ...files, templates);
  }
  expect(builds).toHaveLength(5 * 7 + 5);
  proves({ provider, level: 'rendered', what: 'validated by the real Packer on every target and operating system' });
}, 900_000);

test('roles and playbooks: syntax, and the linter without a finding', async () => {
  const playbooks = ['prepare.yml', 'node.yml', 'harden.yml', 'seal.yml'];
  const program = await at('ansible-playbook');
  for (const name of playbooks) system(program, '--syntax-check', '-i', 'localhost,', join(catalog, 'ansible', name));
  const path = `PATH=${lint}/bin:${process.env.PATH}`;
  system('env', '-C', join(catalog, 'ansible'), path, `${lint}/bin/ansible-lint`, '--offline', '--strict', ...playbooks);
}, 600_000);

test('the table of conflicts has the profiles that the SCAP content has', async () => {
  const world = site.host.world(scope);
  const table = readConflicts(text('hardening/conflicts.yaml'));
  for (const os of systemIds.filter((id) => id !== 'rocky-9')) {
    const scap = readScap(text(`image/${os}/scap.yaml`));
    const { suite, package: name, version, sha256, datastream } = scap;
    const want = { suite, package: name, version, sha256, datastream };
    const there = value(await content.observe(want, world));
    const got = there ?? value(await content.apply(want, undefined, world));
    const xml = readFileSync(join(site.paths.cache, got.datastream), 'utf8');
    const held = (rule: string): readonly string[] =>
      Object.entries(scap.profiles).flatMap(([profile, id]) => {
        const from = xml.indexOf(`id="${scap.profilePrefix}${id}"`);
        const body = xml.slice(from, xml.indexOf('Profile>', from));
        return body.includes(`idref="xccdf_org.ssgproject.content_rule_${rule}" selected="true"`) ? [profile] : [];
      });
    for (const { rules } of table)
      for (const [rule, where] of Object.entries(rules)) expect([os, rule, where[os] ?? []]).toEqual([os, rule, held(rule)]);
  }
}, 600_000);

/** The plan's image step, with a build block that needs no machine to answer. */
function simulated(given: unknown): readonly Step[] {
  const kit = sampleKit('image', files);
  const { steps } = packer.plan(specOf(given), sampleGiven('image'), kit);
  const scap = steps.find(({ id }) => id.endsWith('/content'));
  const image = steps.find(({ id }) => id.endsWith('/image'));
  if (scap === undefined || image === undefined) throw new Error('no such steps');
  const inputs = image.inputs as Record<string, Record<string, string>>; // of the plan above
  const source = (inputs.templates?.['source.pkr.hcl'] ?? '')
    .replace(/ {2}ssh_(username|interface|timeout) .*\n/g, '')
    .replace(
      '  region  ',
      '  communicator = "none"\n  skip_region_validation = true\n  skip_metadata_api_check = true\n  region  ',
    );
  const build = (inputs.templates?.['build.pkr.hcl'] ?? '').replace(/ {2}provisioner [\s\S]*?\n {2}}\n/g, '');
  const templates = { ...inputs.templates, 'source.pkr.hcl': source, 'build.pkr.hcl': build };
  const binaries = { kubelet: { name: 'kubelet', version: 'v1.37.2', digest: anyDigest } };
  return [scap, { ...image, after: [scap.id], inputs: { ...inputs, templates, binaries } }];
}

test('the real builder makes an AMI in a simulated account, once; a lost one is made anew', async () => {
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const file = join(pythonHome('moto-5.2.5-awscli'), 'bin', 'python');
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  simulator = value(await startChild({ name: 'moto', file, args, env: {}, log: join(folder, 'moto.log') }));
  await eventually(60, 'the simulated account answers', async () => (await fetch(`${endpoint}/moto-api/`)).ok || undefined);
  value(await site.host.secrets.keep(secretRef('aws-key-id'), 'AKIAEXAMPLE'));
  value(await site.host.secrets.keep(secretRef('aws-key'), 'only for this test'));
  const source = { owners: ['099720109477'], name: 'ubuntu/images/*' };
  const aws = { ...samplesOfTargets.aws.aws, endpoint, source };
  const given = { ...samplesOfTargets.aws, os: 'ubuntu-22.04', aws };
  const journal = memoryJournal();
  const first = await runOnce({ steps: simulated(given), worlds: site.host, journal });
  expect(JSON.stringify(first.events)).not.toContain('step-failed');
  const [got] = first.events.flatMap((event) => (event.type === 'step-finished' && event.step.endsWith('/image') ? [event] : []));
  expect(got?.record?.outputs).toMatchObject({ location: expect.stringMatching(/^ami-[0-9a-f]{17}$/) });
  // Nothing was scanned: no pass is claimed.
  expect(JSON.stringify(first.events)).toContain('"verdict":"not-checked"');
  const second = await runOnce({ steps: simulated(given), worlds: site.host, journal });
  expect(second.plan.steps.map(({ verdict }) => verdict)).toEqual(['keep', 'keep']);
  const call = (...rest: string[]): string =>
    system(
      'env',
      'AWS_ACCESS_KEY_ID=x',
      'AWS_SECRET_ACCESS_KEY=y',
      'aws',
      '--region',
      'eu-central-1',
      '--endpoint-url',
      endpoint,
      'ec2',
      ...rest,
    );
  const id = /ami-[0-9a-f]{17}/.exec(JSON.stringify(got?.record?.outputs))?.[0] ?? '';
  call('deregister-image', '--image-id', id);
  const third = await runOnce({ steps: simulated(given), worlds: site.host, journal });
  expect(third.plan.steps.map(({ verdict }) => verdict)).toEqual(['keep', 'create']);
  const gone = { ...given, aws: { ...aws, source: { ...source, name: 'gone/*' } } };
  const fourth = await runOnce({ steps: simulated(gone), worlds: site.host, journal: memoryJournal() });
  expect(JSON.stringify(fourth.events)).toContain('PACKER-SOURCE');
  proves({ provider, level: 'simulator', what: 'AMI by the real amazon-ebs builder: made, kept, made anew; a vanished source' });
}, 600_000);

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest('hex');
};

test('a disk file of the local image boots to a login and answers over SSH; the ova holds what its manifest says', async () => {
  const platform = join(folder, 'platform');
  const version = /^apiVersion: .*$/m.exec(readFileSync(join(repository, 'examples/local/platform.yaml'), 'utf8'))?.[0];
  mkdirSync(join(platform, 'environments'), { recursive: true });
  const image = '    - name: node\n      use: packer\n      with: { exports: [qcow2, ova] }\n';
  writeFileSync(
    join(platform, 'platform.yaml'),
    `${version}\nkind: Platform\nmetadata: { name: images }\nspec:\n  image:\n${image}`,
  );
  writeFileSync(join(platform, 'environments/local.yaml'), `${version}\nkind: Environment\nmetadata: { name: local }\n`);
  expect(await strata('up', platform, '--install')).toMatchObject({ code: 0 });
  const made = readdirSync(join(site.paths.cache, 'images'))
    .map((name) => join(site.paths.cache, 'images', name, 'exports'))
    .filter((path) => existsSync(join(path, 'node.ova')))
    .sort((a, b) => Number(system('stat', '-c', '%Y', b)) - Number(system('stat', '-c', '%Y', a)));
  const exported = made[0] ?? '';
  await checkOva(join(exported, 'node.ova'));
  await bootAndAsk(join(exported, 'node.qcow2'));
  proves({ provider, level: 'real', what: 'disk file booted under QEMU to SSH, checked by goss; ova with a valid manifest' });
}, 900_000);

async function checkOva(ova: string): Promise<void> {
  const out = join(folder, 'ova');
  mkdirSync(out);
  expect(system('tar', '-tf', ova).trim().split('\n')).toEqual(['node.ovf', 'node.mf', 'node.vmdk']);
  system('tar', '-xf', ova, '-C', out);
  const lines = readFileSync(join(out, 'node.mf'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const [, name = '', digest] = /^SHA256\((.+)\)= ([0-9a-f]{64})$/.exec(line) ?? [];
    expect([name, await digestOf(join(out, name))]).toEqual([name, digest]);
  }
  expect(lines).toHaveLength(2);
  const info = JSON.parse(system(await at('qemu-img'), 'info', '--output=json', join(out, 'node.vmdk')));
  expect(info['format-specific'].data['create-type']).toBe('streamOptimized');
}

/** A machine that has just booted starts its SSH server anew once cloud-init is done: a connection that is cut is tried again. */
function patiently(program: string, ...args: readonly string[]): string {
  for (let tries = 0; ; tries += 1) {
    try {
      return system(program, ...args);
    } catch (error) {
      if (tries === 5 || !/reset by peer|closed by|lost connection/i.test(String(error))) throw error;
      system('sleep', '5');
    }
  }
}

/** Boots a throw-away copy; cloud-init takes the key from this test. */
async function bootAndAsk(disk: string): Promise<void> {
  const work = join(folder, 'boot');
  mkdirSync(work);
  system('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(work, 'key'));
  const key = readFileSync(join(work, 'key.pub'), 'utf8').trim();
  const seed: Record<string, string> = {
    '/user-data': `#cloud-config\nssh_authorized_keys:\n  - ${key}\n`,
    '/meta-data': 'instance-id: e2e\n',
    '/vendor-data': '',
  };
  const server = createServer((request, response) => {
    const body = seed[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const [port = 0] = await freePorts(1);
  system(await at('qemu-img'), 'create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'qcow2', join(work, 'disk.qcow2'));
  const args = [
    ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', '1536', '-display', 'none', '-no-reboot'],
    ...['-serial', `file:${work}/console.log`, '-drive', `file=${work}/disk.qcow2,if=virtio,format=qcow2`],
    ...['-netdev', `user,id=n,hostfwd=tcp:127.0.0.1:${port}-:22`, '-device', 'virtio-net-pci,netdev=n'],
    ...['-smbios', `type=1,serial=ds=nocloud-net;s=http://10.0.2.2:${address.port}/`],
  ];
  const machine = spawn(await at('qemu-system-x86_64'), args, { stdio: 'ignore' });
  try {
    const ssh = ['-i', join(work, 'key'), '-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${work}/known`];
    const quiet = ['-o', 'ConnectTimeout=10', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'];
    const ask = (...command: readonly string[]): string =>
      patiently('timeout', '120', 'ssh', ...ssh, ...quiet, '-p', String(port), 'strata@127.0.0.1', ...command);
    expect(await eventually(600, 'the machine answers over SSH', () => ask('uname', '-r'))).toMatch(/cloud-amd64/);
    await eventually(300, 'the console asks for a login', () =>
      readFileSync(join(work, 'console.log'), 'utf8').includes('strata login:') ? true : undefined,
    );
    expect(ask('sudo', '/usr/sbin/sshd', '-T')).toMatch(/^allowusers strata$/m);
    checkWithGoss(await at('goss'), work, ask, (from, to) =>
      patiently('scp', '-O', ...ssh, ...quiet, '-P', String(port), from, `strata@127.0.0.1:${to}`),
    );
  } finally {
    const ended = new Promise((done) => machine.once('exit', done));
    machine.kill();
    await ended;
    await new Promise((done) => server.close(done));
  }
}

/** What holds on a machine with a kernel of its own, whatever else its emulation is too slow for. */
const certain = [
  'root-login',
  'ssh-keys-only',
  'ssh-one-account',
  'forwarding',
  'redirects',
  'no-telnet',
  'containerd',
  'lockout',
];

function checkWithGoss(
  program: string,
  work: string,
  ask: (...command: string[]) => string,
  copy: (from: string, to: string) => void,
): void {
  const checks = readChecks(text('image/debian-12/verify.yaml'));
  writeFileSync(join(work, 'goss.yaml'), toGoss(checks));
  copy(program, 'goss');
  copy(join(work, 'goss.yaml'), 'goss.yaml');
  const said = ask('sudo ./goss --gossfile goss.yaml validate --format json || test $? -eq 1');
  const report = reportOfGoss(checks, parseGoss(said) ?? []);
  expect(report.results).toHaveLength(checks.length);
  expect(report.results.filter(({ outcome }) => outcome === 'error')).toEqual([]);
  expect(report.results.filter(({ id, outcome }) => certain.includes(id) && outcome !== 'pass')).toEqual([]);
}
