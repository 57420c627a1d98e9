import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { Value } from 'typebox/value';
import { expect, test, vi } from 'vitest';
import type { Command, Output } from '../../../model/index.js';
import {
  contract,
  createPuppet,
  memoryJournal,
  type Puppet,
  proves,
  runOnce,
  sampleGiven,
  sampleKit,
} from '../../../testkit/index.js';
import { readScap } from './catalog-data.js';
import { packer } from './index.js';
import { PackerSpec } from './spec.js';
import { samplesOfTargets } from './target-samples.js';

vi.setConfig({ testTimeout: 120_000 });

const catalog = resolve(import.meta.dirname, '../../../../catalog');
const tools = resolve(import.meta.dirname, '../../../tools');
/** Every rule met: what is not met without a reason fails a step, which other tests look at. */
const results = readFileSync(join(tools, 'oscap/samples/results.xml'), 'utf8').replaceAll(
  /<result>(fail|error|unknown|notchecked)<\/result>/g,
  '<result>pass</result>',
);
const recorded = readFileSync(join(tools, 'packer/samples/ami.txt'), 'utf8');
const content = 'the package of the SCAP content';
const pinned = /^sha256: .*$/m;

const files = Object.fromEntries(
  ['image', 'hardening'].flatMap((folder) =>
    readdirSync(join(catalog, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => {
        const text = readFileSync(path, 'utf8');
        const own = path.endsWith('scap.yaml')
          ? text.replace(pinned, `sha256: ${createHash('sha256').update(content).digest('hex')}`)
          : text;
        return [`catalog:${path.slice(catalog.length + 1)}`, own];
      }),
  ),
);

const origin = { version: 'packer 1.6.6, aws-cli 2.9, az 2.45, govc 0.51, Debian 12', recorded: '2026-11-24' };

/** What the clouds hold: kept by the puppet's own files, so that it outlives a process. */
const cloud = (name: string): string => `/cache/.cloud/${name}`;

/** How the next build of Packer ends. */
type Ending = 'well' | 'no credentials' | 'silent after the image';

/** A host whose Packer makes images in clouds that remember them. */
function host(ending: Ending = 'well'): Puppet {
  const puppet = createPuppet();
  const put = (path: string, body: string): Partial<Output> => {
    puppet.state.files.set(path, { body, mode: 0o644 });
    return {};
  };
  const there = (name: string): boolean => puppet.state.files.has(cloud(name));
  put('/proc/self/mountinfo', '1 1 0:1 / / rw - ext4 none rw');
  playContent(puppet, put);
  for (const tool of [
    'ln',
    'test',
    'goss',
    'ansible-playbook',
    'qemu-img',
    'qemu-system-x86_64',
    'kubelet',
    'kubeadm',
    'kubectl',
  ])
    puppet.tool(tool, origin).answer(() => ({}));
  puppet.tool('packer', origin);
  puppet.tool('setpriv', origin).answer((args) => playPacker(puppet, put, args, ending));
  puppet.tool('ssh-keygen', origin).answer((args) => {
    const path = args[args.indexOf('-f') + 1] ?? '';
    put(path, 'the private half');
    return put(`${path}.pub`, 'ssh-ed25519 AAAA strata\n');
  });
  puppet.tool('aws', origin).answer((args) => {
    if (args.includes('describe-instances')) return { stdout: '{"Reservations":[]}' };
    const name = args.at(-1)?.replace('Name=name,Values=', '') ?? '';
    const images = there(name) ? [{ ImageId: 'ami-fefa8925be9e5088d', State: 'available' }] : [];
    return { stdout: JSON.stringify({ Images: images }) };
  });
  puppet.tool('az', origin).answer((args) => {
    if (args.includes('exists')) return { stdout: 'false\n' };
    const name = args[args.indexOf('--name') + 1] ?? '';
    if (!there(name)) return { code: 3, stderr: 'ERROR: (ResourceNotFound) The Resource was not found.' };
    return { stdout: JSON.stringify({ id: `/subscriptions/s/images/${name}`, provisioningState: 'Succeeded' }) };
  });
  puppet.tool('govc', origin).answer((args) => {
    const name = args.at(-1)?.split('/').at(-1) ?? '';
    return { stdout: JSON.stringify({ virtualMachines: there(name) ? [{ config: { template: true } }] : null }) };
  });
  return puppet;
}

function playContent(puppet: Puppet, put: (path: string, body: string) => Partial<Output>): void {
  puppet.tool('apt-get', origin).answer((args, { cwd }) => {
    if (args.includes('indextargets')) return { stdout: 'Debian\tDebian\thttp://mirror.example/debian/\n' };
    const lists = args.find((arg) => arg.startsWith('Dir::State::lists='))?.slice('Dir::State::lists='.length);
    if (args.includes('update')) put(`${lists}/main_Packages`, '');
    if (args.includes('download')) put(`${cwd}/content_1_all.deb`, content);
    return {};
  });
  puppet.tool('dpkg-deb', origin).answer((args) => {
    for (const os of ['ubuntu-22.04', 'rhel-9', 'rocky-9']) {
      const scap = readScap(files[`catalog:image/${os}/scap.yaml`] ?? '');
      put(`${args[2]}/${scap.datastream}`, '<data-stream/>');
      const playbook = '- hosts: all\n  tasks:\n    - tags:\n        - sysctl_net_ipv4_ip_forward\n        - other\n';
      for (const profile of Object.values(scap.profiles)) put(`${args[2]}/${scap.playbooks}${profile}.yml`, playbook);
    }
    return {};
  });
}

/** Reads the values it was given, makes the image, and leaves what the provisioners would. */
function playPacker(
  puppet: Puppet,
  put: (path: string, body: string) => Partial<Output>,
  args: readonly string[],
  ending: Ending,
): Partial<Output> {
  const body = (path: string): string => puppet.state.files.get(path)?.body ?? '';
  const given = args.filter((arg) => arg.startsWith('-var-file=')).map((arg) => JSON.parse(body(arg.slice('-var-file='.length))));
  const values: Record<string, string> = Object.assign({}, ...given);
  if (ending === 'no credentials')
    return {
      code: 1,
      stdout: '1,amazon-ebs.machine,error,ExpiredToken: The security token included in the request is expired\n',
    };
  put(cloud(values.name ?? ''), 'an image');
  if (values.output) put(`${values.output}/${values.name}.qcow2`, 'a disk');
  if (ending === 'silent after the image')
    return { code: 1, stdout: '1,amazon-ebs.machine,error,timeout while waiting for state\n' };
  put(`${values.results}/results.xml`, results);
  put(`${values.results}/arf.xml`, '<x/>');
  put(`${values.results}/goss.json`, gossReport(body(values.checks ?? '')));
  put(`${values.results}/packer-manifest.json`, readFileSync(join(tools, 'packer/samples/packer-manifest.json'), 'utf8'));
  return { stdout: recorded };
}

/** Every check passes, told in the form that goss 0.4.9 has. */
function gossReport(gossfile: string): string {
  const kinds = load(gossfile) as Record<string, Record<string, unknown>>; // made by toGoss
  const one = (kind: string, id: string) => ({
    'resource-type': kind,
    'resource-id': id,
    property: 'exists',
    successful: true,
    skipped: false,
    'summary-line': 'matches expectation',
    meta: { id },
  });
  return JSON.stringify({ results: Object.entries(kinds).flatMap(([kind, all]) => Object.keys(all).map((id) => one(kind, id))) });
}

const spec = (target: keyof typeof samplesOfTargets, os: string): unknown => ({
  ...samplesOfTargets[target],
  os,
  profile: 'stig',
});

const skip = [{ rule: 12, reason: 'also calls programs of every Debian (apt-get, dpkg-deb, ln…), which nobody pins' }] as const;

const machine = (): Puppet => {
  const puppet = host();
  for (const name of ['aws-key-id', 'aws-key', 'vcenter-password']) puppet.state.secrets.set(name, `secret of ${name}`);
  return puppet;
};

for (const target of ['qemu', 'aws', 'azure', 'vsphere-iso', 'vsphere-clone'] as const)
  contract({
    provider: packer,
    folder: import.meta.dirname,
    files,
    specs: { [`${target} of ubuntu-22.04`]: spec(target, 'ubuntu-22.04'), [`${target} of rhel-9`]: spec(target, 'rhel-9') },
    machine,
    skip,
  });

const planned = (given: unknown) => {
  const kit = sampleKit('image', files);
  const filled = Value.Default(PackerSpec, structuredClone(given));
  if (!Value.Check(PackerSpec, filled)) throw new Error('no spec');
  const { steps } = packer.plan(filled, sampleGiven('image'), kit);
  return [...kit.toolchain(), ...steps];
};

const calls = (puppet: Puppet): readonly string[] =>
  puppet.state.deeds.flatMap(({ what }) => (what.includes('packer build') ? [what] : []));

test('expired credentials: told as such, nothing is left behind', async () => {
  const { run, events } = await runOnce({ steps: planned(spec('aws', 'rhel-9')), worlds: host('no credentials') });
  expect(run).toMatchObject({ ok: true, value: { verdict: 'failed' } });
  expect(JSON.stringify(events)).toContain('PACKER-CREDENTIALS');
});

test('a build that loses its answer after the image was made: found by its name, not built twice', async () => {
  proves({ provider: 'image/packer', level: 'puppet', what: 'image found again after a lost answer' });
  const puppet = host('silent after the image');
  const journal = memoryJournal();
  const steps = planned(spec('aws', 'rhel-9'));
  const first = await runOnce({ steps, worlds: puppet, journal });
  expect(JSON.stringify(first.events)).toContain('is there although the build ended with PACKER-BUILD');
  await runOnce({ steps, worlds: puppet, journal });
  expect(calls(puppet)).toHaveLength(1);
  // Its scan was lost with the answer: that is not a pass.
  expect(JSON.stringify(first.events)).toContain('"verdict":"not-checked"');
});

test('the same definition on another machine takes the image that is there', async () => {
  const puppet = host();
  const steps = planned(spec('vsphere-clone', 'ubuntu-22.04'));
  await runOnce({ steps, worlds: puppet, journal: memoryJournal() });
  await runOnce({ steps, worlds: puppet, journal: memoryJournal() });
  expect(calls(puppet)).toHaveLength(1);
});

test('what breaks the platform is skipped by its tag, and named in the page for the assessor', async () => {
  const puppet = host();
  let seen: Record<string, string> = {};
  puppet.tool('setpriv').answer((args, _command: Command) => {
    const file = args.find((arg) => arg.includes('common.pkrvars'))?.slice('-var-file='.length) ?? '';
    seen = JSON.parse(puppet.state.files.get(file)?.body ?? '{}');
    return undefined;
  });
  await runOnce({ steps: planned({ ...samplesOfTargets.aws, os: 'rhel-9', profile: 'cis-level2-server' }), worlds: puppet });
  const page = [...puppet.state.files].find(([path]) => path.startsWith('/cache/images/waivers/'))?.[1].body ?? '';
  expect(page).toContain('sysctl_net_ipv4_ip_forward');
  expect(seen).toMatchObject({
    profile: 'xccdf_org.ssgproject.content_profile_cis',
    skip: 'never-skipped,sysctl_net_ipv4_ip_forward',
  });
});
