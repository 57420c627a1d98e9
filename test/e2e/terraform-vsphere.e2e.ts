// Real Terraform with the real vSphere provider against a vCenter that is played on loopback: made from the template, nothing
// more to do, changed, taken away; and what goes wrong there. The machines themselves are not started: nothing answers SSH.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { afterEach, beforeAll, afterAll, expect, test } from 'vitest';
import { openSite, quietReader, type Site } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import { type ImageRef, type Result, type Step, secretRef } from '../../src/model/index.js';
import { terraformVsphere } from '../../src/providers/infrastructure/terraform-vsphere/index.js';
import { VsphereSpec } from '../../src/providers/infrastructure/terraform-vsphere/spec.js';
import { terraformOutputs, terraformResources } from '../../src/tools/terraform/index.js';
import { terraformOf } from '../../src/terraform/index.js';
import { anyDigest, memoryJournal, proves, type RigResult, runOnce, sampleGiven, sampleKit } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';
import { eventually } from './strata.js';

const provider = 'infrastructure/terraform-vsphere';
const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const recordedFile = join(repository, 'src/providers/infrastructure/terraform-vsphere/cases/recorded.json');
const template: ImageRef = {
  name: 'node',
  format: 'vsphere-template',
  location: 'debian-12',
  digest: anyDigest,
  os: 'debian-12',
  versions: {},
};
const user = 'strata@vsphere.local';
const password = 'only for this test';
let folder = '';
let simulator = '';
let children: Child[] = [];

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};

/** An environment of its own, with the secrets it keeps. */
async function environment(name: string, secret = password): Promise<Site> {
  const site = value(await openSite(join(folder, name), 'e2e'));
  value(await site.host.secrets.keep(secretRef('vsphere-user'), user));
  value(await site.host.secrets.keep(secretRef('vsphere-password'), secret));
  return site;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-vsphere-'));
  const site = value(await openSite(folder, 'e2e'));
  const tools = ['vcsim', 'terraform', 'terraform-provider-vsphere', 'ssh-keygen'];
  const steps = planToolchain(site.toolchain, { tools, images: [] });
  const { run } = await runOnce({ steps, worlds: site.host, journal: memoryJournal() });
  expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  simulator = (await quietReader(site.host).locate('vcsim')) ?? '';
}, 600_000);

afterEach(async () => {
  await Promise.all(children.map((child) => child.end()));
  children = [];
});
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

interface Vcenter {
  readonly server: string;
  /** Its own certificate is the authority. */
  readonly authority: string;
  said(): string;
}

async function vcenter(...args: readonly string[]): Promise<Vcenter> {
  const [port = 0] = await freePorts(1);
  const log = join(folder, `vcsim-${port}.log`);
  const child = value(
    await startChild({
      name: 'vcsim',
      file: simulator,
      args: ['-listen', `127.0.0.1:${port}`, '-user', user, '-template', template.location, ...args],
      env: { VCSIM_PASSWORD: password },
      log,
    }),
  );
  children.push(child);
  const said = () => readFileSync(log, 'utf8');
  await eventually(20, 'the vCenter listens', () => (said().includes('listening') ? true : undefined));
  return { server: `127.0.0.1:${port}`, authority: await certificateOf(port), said };
}

/** What the server shows, as PEM: Terraform then trusts this one and no other. */
const certificateOf = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const body =
        socket
          .getPeerCertificate()
          .raw.toString('base64')
          .match(/.{1,64}/g)
          ?.join('\n') ?? '';
      socket.destroy();
      resolve(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
    });
    socket.on('error', reject);
  });

/** Steps of the provider without those that wait for an answer over SSH. */
function stepsFor(at: Vcenter, given: Readonly<Record<string, unknown>> = {}, image: ImageRef = template): readonly Step[] {
  const kit = sampleKit('infrastructure', { 'project:vcenter.pem': at.authority });
  const spec = Value.Default(VsphereSpec, {
    vcenter: { server: at.server, authority: 'vcenter.pem' },
    datacenter: 'DC0',
    cluster: 'DC0_C0',
    datastore: 'LocalDS_0',
    network: 'DC0_DVPG0',
    plugins: { built: true },
    support: { registry: '10.20.0.2:5000', git: 'git://10.20.0.2' },
    subnet: { cidr: '10.20.0.0/24', gateway: '10.20.0.1', nameservers: ['10.20.0.1'] },
    workers: 1,
    ...given,
  }) as VsphereSpec; // checked on the next line
  expect([...Value.Errors(VsphereSpec, spec)]).toEqual([]);
  const { steps } = terraformVsphere.plan(spec, { ...sampleGiven('infrastructure'), image: { images: [image] } }, kit);
  return [...kit.toolchain(), ...steps.filter(({ id }) => !id.includes('/machine/'))];
}

/** Codes of what failed; the sentences are shown, so that a failing test says why. */
function codesOf({ run }: RigResult): readonly string[] {
  if (!run.ok) return ['no run'];
  const told = run.value.failures.map(({ failure }) => failure.diagnostic);
  for (const { code, message } of told) process.stdout.write(`${code}: ${message}\n`);
  return told.map(({ code }) => code);
}

const terraformAt = (site: Site) =>
  terraformOf(site.paths.state, { bin: 'terraform', name: 'sample', variables: {}, secrets: {}, env: {} });

test('machines are cloned, nothing more is to be done, a change is made in place, and all is taken away', async () => {
  const at = await vcenter();
  const site = await environment('whole');
  const journal = memoryJournal();
  const first = await runOnce({ steps: stepsFor(at), worlds: site.host, journal });
  expect(codesOf(first)).toEqual([]);
  await comparedWithRecording(site, stepsFor(at));

  const again = await runOnce({ steps: stepsFor(at), worlds: site.host, journal });
  expect(again.plan.steps.filter(({ verdict }) => verdict !== 'keep')).toEqual([]);

  const more = stepsFor(at, { workers: 2, sizes: { controlPlane: { memory: 8 } } });
  const before = await idsAt(site);
  const changed = await runOnce({ steps: more, worlds: site.host, journal });
  expect(codesOf(changed)).toEqual([]);
  const resources = value(await terraformResources(quietReader(site.host), terraformAt(site)));
  expect(resources).toContain('vsphere_virtual_machine.machine["worker-2"]');
  // More memory and one machine more: those that are there are the same ones.
  expect(await idsAt(site)).toMatchObject(before);

  const gone = await runOnce({ steps: more, worlds: site.host, journal, mode: 'destroy' });
  expect(codesOf(gone)).toEqual([]);
  // The same names are free again: nothing was left in the vCenter.
  const anew = await runOnce({ steps: stepsFor(at), worlds: site.host, journal: memoryJournal() });
  expect(codesOf(anew)).toEqual([]);
  proves({ provider, level: 'simulator', what: 'apply from a template, nothing more to do, change in place, destroy' });
}, 300_000);

/** Machines by name, as the vCenter knows them. */
async function idsAt(site: Site): Promise<Readonly<Record<string, unknown>>> {
  const { nodes } = value(await terraformOutputs(quietReader(site.host), terraformAt(site)));
  const machines = nodes?.value as readonly { readonly name: string; readonly id: unknown }[]; // as the recording shows
  return Object.fromEntries(machines.map(({ name, id }) => [name, id]));
}

/** What puppets play in contract tests is what was seen here. */
async function comparedWithRecording(site: Site, steps: readonly Step[]): Promise<void> {
  const tf = terraformAt(site);
  const reader = quietReader(site.host);
  const resources = value(await terraformResources(reader, tf)).filter((address) => !address.startsWith('data.'));
  const outputs = Object.fromEntries(
    Object.entries(value(await terraformOutputs(reader, tf))).map(([name, { value: one }]) => [name, one]),
  );
  const nodes = (outputs.nodes as readonly Record<string, unknown>[]).map(({ id: _, ...node }) => node);
  const step = steps.find(({ id }) => id === 'infrastructure/sample/terraform');
  const inputs = step?.inputs as { readonly variables: Record<string, unknown> }; // as planModule makes them
  const { server: _, template: __, ...variables } = inputs.variables;
  const seen = {
    origin: { terraform: '1.11.4', provider: 'hashicorp/vsphere 1.26.0', vcenter: 'govmomi simulator 0.51.0' },
    variables: { ...variables, login: { user: 'strata' } },
    resources: [...resources].sort(),
    outputs: { ...outputs, nodes },
  };
  if (process.env.STRATA_RECORD !== undefined) writeFileSync(recordedFile, `${JSON.stringify(seen, null, 2)}\n`);
  const { origin: _origin, ...recorded } = JSON.parse(readFileSync(recordedFile, 'utf8'));
  const { origin: __origin, ...now } = seen;
  expect(now).toEqual(recorded);
}

const asked = (at: Vcenter, method: string): number => at.said().split(`asked for ${method}`).length - 1;

test('what the vCenter made while nobody heard of it is found again, not made twice', async () => {
  const at = await vcenter('-slow', 'PowerOnVM_Task', '-delay', '3s');
  const site = await environment('broken-off');
  const journal = memoryJournal();
  const cancel = new AbortController();
  const running = runOnce({ steps: stepsFor(at), worlds: site.host, journal, cancel: cancel.signal, cancelGraceMs: 0 });
  await eventually(60, 'machines are started', () => (asked(at, 'PowerOnVM_Task') === 5 ? true : undefined));
  cancel.abort();
  await running;
  // Terraform is gone; the vCenter finishes what it was asked for.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const told: string[] = [];
  const again = await runOnce({
    steps: stepsFor(at),
    worlds: site.host,
    journal,
    listen: (event) => {
      if (event.type === 'step-note') told.push(event.text);
    },
  });
  expect(codesOf(again)).toEqual([]);
  expect(told.join('\n')).toContain('Found and taken over: ');
  expect(told.join('\n')).toContain('vsphere_virtual_machine.machine["cp-1"]');
  expect(asked(at, 'CloneVM_Task')).toBe(5);
  const kept = await runOnce({ steps: stepsFor(at), worlds: site.host, journal });
  expect(kept.plan.steps.filter(({ verdict }) => verdict !== 'keep')).toEqual([]);
  proves({ provider, level: 'simulator', what: 'an apply that was broken off is continued with what it had made' });
}, 300_000);

test('a template that vanished, a wrong password and a vCenter that is full are told as what they are', async () => {
  const at = await vcenter('-capacity', '2');
  const vanished = await runOnce({
    steps: stepsFor(at, {}, { ...template, location: 'rocky-9' }),
    worlds: (await environment('vanished')).host,
  });
  expect(codesOf(vanished)).toEqual(['TERRAFORM-IMAGE-GONE']);
  const wrong = await runOnce({ steps: stepsFor(at), worlds: (await environment('wrong', 'guessed')).host });
  expect(codesOf(wrong)).toEqual(['TERRAFORM-EXPIRED']);
  const full = await runOnce({ steps: stepsFor(at), worlds: (await environment('full')).host });
  expect(codesOf(full)).toEqual(['TERRAFORM-QUOTA']);
  const nobody = { ...at, server: `127.0.0.1:${(await freePorts(1))[0]}` };
  const silent = await runOnce({ steps: stepsFor(nobody), worlds: (await environment('silent')).host });
  expect(codesOf(silent)).toEqual(['TERRAFORM-NETWORK']);
  const foreign = await runOnce({ steps: stepsFor({ ...at, authority: '' }), worlds: (await environment('foreign')).host });
  expect(codesOf(foreign)).toEqual(['VSPHERE-AUTHORITY']);
}, 120_000);
