// Real Terraform with the real AWS provider against an account that is simulated on loopback (moto): a vanished image, a lock
// that is held, a kill in the middle, nothing more to do, a change, all taken away. Nothing answers SSH there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import { type ImageRef, type Result, type Step, secretRef } from '../../src/model/index.js';
import { terraformAws } from '../../src/providers/infrastructure/terraform-aws/index.js';
import { AwsSpec } from '../../src/providers/infrastructure/terraform-aws/spec.js';
import { anyDigest, memoryJournal, proves, type RigResult, runOnce, sampleGiven, sampleKit } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';
import { pythonWith } from '../support/python.js';
import { eventually, system } from './strata.js';

const provider = 'infrastructure/terraform-aws';
const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const support = (name: string): string => join(repository, 'test', 'support', name);
let folder = '';
let python = '';
let endpoint = '';
let image = '';
let simulator: Child | undefined;

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};

const account = (verb: 'seed' | 'machines'): unknown =>
  JSON.parse(system(python, support('aws-instances.py'), verb, endpoint, 'test', 'test'));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-aws-'));
  const site = value(await openSite(folder, 'e2e'));
  const steps = planToolchain(site.toolchain, { tools: ['terraform', 'terraform-provider-aws', 'ssh-keygen'], images: [] });
  const { run } = await runOnce({ steps, worlds: site.host, journal: memoryJournal() });
  expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  python = pythonWith(site.paths.cache, 'moto-5.2.5', 'moto[server]==5.2.5');
  const [port = 0] = await freePorts(1);
  endpoint = `http://127.0.0.1:${port}`;
  const log = join(folder, 'moto.log');
  const args = [support('aws-simulator.py'), '-H', '127.0.0.1', '-p', String(port)];
  simulator = value(await startChild({ name: 'moto', file: python, args, env: {}, log }));
  await eventually(60, 'the simulated account answers', async () => (await fetch(`${endpoint}/moto-api/`)).ok || undefined);
  // Version 3.1 of the provider takes an empty answer for an error where it asks for instances by their tags.
  image = String(account('seed'));
}, 900_000);

afterAll(async () => {
  await simulator?.end();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** An environment of its own, with the secrets it keeps. */
async function environment(name: string): Promise<Site> {
  const site = value(await openSite(join(folder, name), 'e2e'));
  value(await site.host.secrets.keep(secretRef('aws-key'), 'AKIAEXAMPLE'));
  value(await site.host.secrets.keep(secretRef('aws-secret'), 'only for this test'));
  return site;
}

/** Steps of the provider without those that wait for an answer over SSH. */
function stepsFor(given: Readonly<Record<string, unknown>> = {}, location = image): readonly Step[] {
  const kit = sampleKit('infrastructure');
  const services = ['autoscaling', 'ec2', 'elb', 'iam', 'route53', 's3', 'sts'];
  const spec = Value.Default(AwsSpec, {
    region: 'eu-west-3',
    zones: ['eu-west-3a', 'eu-west-3b'],
    controlPlanes: 1,
    workers: 1,
    dns: false,
    bastion: { allow: ['203.0.113.0/24'] },
    disks: { type: 'gp2' },
    plugins: { built: true },
    support: { registry: '10.20.0.5:5000', git: 'git://10.20.0.5' },
    credentials: { accessKey: 'aws-key', secretKey: 'aws-secret' },
    endpoints: Object.fromEntries(services.map((service) => [service, endpoint])),
    ...given,
  }) as AwsSpec; // checked on the next line
  expect([...Value.Errors(AwsSpec, spec)]).toEqual([]);
  const ami: ImageRef = { name: 'node', format: 'ami', location, digest: anyDigest, os: 'debian-12', versions: {} };
  const { steps } = terraformAws.plan(spec, { ...sampleGiven('infrastructure'), image: { images: [ami] } }, kit);
  return [...kit.toolchain(), ...steps.filter(({ id }) => !id.includes('/machine/'))];
}

const failuresOf = ({ run }: RigResult) => (run.ok ? run.value.failures.map(({ failure }) => failure.diagnostic) : []);
const codesOf = (result: RigResult): readonly string[] => failuresOf(result).map(({ code }) => code);
const changesOf = ({ plan }: RigResult) => plan.steps.find(({ id }) => id === 'infrastructure/sample/terraform')?.changes ?? [];

/** The terraform process that works in a folder. */
function terraformIn(where: string): number | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (readlinkSync(`/proc/${pid}/cwd`) === where && /terraform\0apply/.test(line)) return Number(pid);
    } catch {
      // It ended meanwhile, or is a thread of the kernel.
    }
  }
  return undefined;
}

test('an environment is made through every trouble, and taken away', async () => {
  const site = await environment('whole');
  const at = join(site.paths.state, 'terraform', 'sample');
  const journal = memoryJournal();

  // An image that vanished: the rest is made meanwhile, which takes long enough to meet the lock.
  const vanished = runOnce({ steps: stepsFor({}, 'ami-0123456789abcdef0'), worlds: site.host, journal });
  await eventually(240, 'terraform applies', () => terraformIn(at));
  const locked = await runOnce({ steps: stepsFor(), worlds: site.host, journal: memoryJournal() });
  expect(codesOf(locked)).toEqual(['TERRAFORM-LOCKED']);
  expect(failuresOf(locked)[0]?.message).toMatch(/locked by \S+@\S+ \(apply, since 20\d\d-/);
  expect(failuresOf(locked)[0]?.remedies[0].command).toMatch(/force-unlock [0-9a-f-]{36}$/);
  expect(codesOf(await vanished)).toEqual(['TERRAFORM-IMAGE-GONE']);
  expect(account('machines')).toEqual([]);

  // Killed after the account has made the machines and before anybody wrote that down.
  const killed = runOnce({ steps: stepsFor(), worlds: site.host, journal });
  let ended: RigResult | undefined;
  void killed.then((result) => {
    ended = result;
  });
  await eventually(240, 'the account has machines', () => {
    if (ended !== undefined) throw new Error(`the run ended before that: ${codesOf(ended).join()}`);
    return (account('machines') as string[]).length === 3 ? true : undefined;
  });
  process.kill(terraformIn(at) ?? 0, 'SIGKILL');
  expect((await killed).run).toMatchObject({ value: { verdict: 'failed' } });

  const again = await runOnce({ steps: stepsFor(), worlds: site.host, journal });
  expect(codesOf(again)).toEqual([]);
  expect(changesOf(again)).toContainEqual(
    expect.objectContaining({
      what: 'aws_instance.machine["cp-1"]',
      from: expect.stringMatching(/^found as i-/),
      to: 'taken over',
    }),
  );
  expect(account('machines')).toEqual(['bastion', 'cp-1', 'worker-1']);

  const kept = await runOnce({ steps: stepsFor(), worlds: site.host, journal });
  expect(kept.plan.steps.filter(({ verdict }) => verdict !== 'keep')).toEqual([]);

  const more = await runOnce({ steps: stepsFor({ workers: 2 }), worlds: site.host, journal });
  expect(codesOf(more)).toEqual([]);
  expect(account('machines')).toEqual(['bastion', 'cp-1', 'worker-1', 'worker-2']);

  const gone = await runOnce({ steps: stepsFor({ workers: 2 }), worlds: site.host, journal, mode: 'destroy' });
  expect(codesOf(gone)).toEqual([]);
  expect(account('machines')).toEqual([]);
  expect(existsSync(at)).toBe(false);
  proves({ provider, level: 'simulator', what: 'apply, killed and continued, nothing more to do, one worker more, destroy' });
}, 900_000);

test('missing credentials are told as what they are', async () => {
  const site = await environment('nobody');
  const without = await runOnce({ steps: stepsFor({ credentials: {} }), worlds: site.host });
  expect(codesOf(without)).toEqual(['TERRAFORM-CREDENTIALS']);
}, 180_000);

test('the modules are formatted, and checkov finds nothing that is not explained', async () => {
  const site = await environment('checked');
  const modules = readdirSync(join(repository, 'catalog', 'terraform'), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  for (const { name } of modules) system('terraform', 'fmt', '-check', '-diff', join(repository, 'catalog', 'terraform', name));
  const checkov = pythonWith(site.paths.cache, 'checkov-3.3.30', 'checkov==3.3.30');
  const { status, stdout, stderr } = spawnSync(
    checkov,
    [
      '-m',
      'checkov.main',
      '--directory',
      join(repository, 'catalog', 'terraform'),
      '--config-file',
      join(repository, 'catalog', 'terraform', '.checkov.yaml'),
      '--compact',
      '--quiet',
    ],
    { encoding: 'utf8', env: { ...process.env, LOG_LEVEL: 'ERROR', CKV_IGNORE_HIDDEN_DIRECTORIES: 'true' } },
  );
  expect(`${stdout}${stderr}`).not.toMatch(/FAILED for resource/);
  expect(status).toBe(0);
}, 180_000);
