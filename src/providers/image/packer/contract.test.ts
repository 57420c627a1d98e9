import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Output } from '../../../model/index.js';
import { vi } from 'vitest';
import { contract, createPuppet, type Puppet } from '../../../testkit/index.js';
import { packer } from './index.js';

// Killed after each of some hundred deeds.
vi.setConfig({ testTimeout: 120_000 });

const origin = { version: 'Debian 12', recorded: '2026-11-24' };
const results = readFileSync(join(import.meta.dirname, '../../../tools/oscap/samples/results.xml'), 'utf8');
const junit = readFileSync(join(import.meta.dirname, '../../../tools/ansible/samples/seal.xml'), 'utf8');
const content = 'the package of the SCAP content';
/** The digest of that one file. */
const contentDigest = createHash('sha256').update(content).digest('hex');

const image = {
  os: 'debian-12',
  title: 'Debian 12',
  family: 'apt',
  suite: 'bookworm',
  snapshot: '1',
  user: 'strata',
  sudoGroup: 'sudogrp',
  packages: ['systemd'],
  leaveOut: [],
  include: [],
  binaries: ['kubelet'],
  record: ['systemd'],
};
const scap = {
  suite: 'trixie',
  package: 'ssg-debian',
  version: '1',
  sha256: contentDigest,
  datastream: 'ds.xml',
  playbooks: 'playbook-',
  profilePrefix: 'profile_',
  profiles: { 'anssi-bp28-enhanced': 'enhanced', 'anssi-bp28-minimal': 'minimal' },
};
const why = 'Because the sample has it.';
const tailoring = {
  rules: ['partition_for_*', 'aide_*', 'sudo_*', 'sysctl_*', 'audit_*', 'grub2_*', 'rsyslog_*']
    .map((rule) => ({ rule, treatment: 'accepted', why }))
    .concat(
      ['service_*', 'timer_*', 'apparmor_*', 'security_*', 'all_*'].map((rule) => ({ rule, treatment: 'unmeasured', why })),
    ),
};
const verification = { checks: [{ id: 'one', title: 'It runs', command: { run: ['true'] } }] };
const sources = {
  aws: { owners: ['1'], name: 'debian-*', login: 'admin', device: '/dev/xvda' },
  azure: { publisher: 'Debian', offer: 'debian-12', sku: '12', plan: false },
  vsphere: { guest: 'debian12_64Guest' },
  iso: { boot: ['<enter>'], answers: 'preseed.cfg' },
};
const boot = {
  suite: 'bookworm',
  packages: ['linux-image-cloud-amd64'],
  loader: ['grub-pc-bin'],
  modules: ['ext2'],
  label: 'strata-root',
  files: { '/etc/fstab': '/' },
  links: { '/etc/there': '/etc/here' },
};
const conflicts = {
  conflicts: [
    {
      id: 'one',
      rules: { sysctl_net_ipv4_ip_forward: { 'debian-12': ['anssi-bp28-enhanced'] } },
      breaks: ['pods'],
      how: 'Because the sample has it.',
      setting: '1',
      tailoring: 'leave-out',
      waiver: 'Because the sample has it.',
    },
  ],
};
const files = {
  ...Object.fromEntries(
    Object.entries({ image, scap, tailoring, verify: verification, sources, boot }).map(([name, value]) => [
      `catalog:image/debian-12/${name}.yaml`,
      JSON.stringify(value),
    ]),
  ),
  'catalog:hardening/conflicts.yaml': JSON.stringify(conflicts),
};

/** Writes a file of the pretended disk; as a program that ends well. */
type Put = (path: string, body: string) => Partial<Output>;

/** A Linux host as far as these steps touch it: mounts, one link, files, all in memory. */
function host(): Puppet {
  const puppet = createPuppet();
  const put: Put = (path, body) => {
    puppet.state.files.set(path, { body, mode: 0o644 });
    return {};
  };
  playKernel(puppet, put);
  playPackages(puppet, put);
  playImage(puppet, put);
  for (const tool of [
    'chroot',
    'sed',
    'rm',
    'mkdir',
    'find',
    'install',
    'ln',
    'test',
    'kill',
    'truncate',
    'e2fsck',
    'sh',
    'systemd-nspawn',
    'kubelet',
    'dd',
    'sfdisk',
  ]) {
    puppet.tool(tool, origin).answer(() => ({}));
  }
  return puppet;
}

function playKernel(puppet: Puppet, put: Put): void {
  const mounts = new Map([['/sys/fs/cgroup', 'cgroup2']]);
  const links = new Set<string>();
  const told = (work?: () => void): Partial<Output> => {
    work?.();
    put('/proc/self/mountinfo', [...mounts].map(([point, type]) => `1 1 0:1 / ${point} rw - ${type} none rw`).join('\n'));
    return {};
  };
  told();
  puppet.tool('mount', origin).answer((args) => told(() => void mounts.set(args.at(-1) ?? '', 'overlay')));
  puppet.tool('umount', origin).answer((args) => told(() => mounts.delete(args[0] ?? '')));
  puppet.tool('unshare', origin).answer((args) => told(() => mounts.set(args[0]?.slice('--net='.length) ?? '', 'nsfs')));
  puppet.tool('nsenter', origin).answer(() => ({}));
  puppet.tool('ip', origin).answer((args) => {
    if (args.includes('route')) return { stdout: '[]' };
    if (args.includes('show'))
      return { stdout: JSON.stringify([...links].map((ifname) => ({ ifname, flags: [], addr_info: [] }))) };
    const [object, verb, name = ''] = args;
    if (object === 'link' && verb === 'add' && links.has(name)) return { code: 2, stderr: 'RTNETLINK answers: File exists' };
    if (object === 'link' && verb === 'add') links.add(name);
    if (verb === 'delete') links.delete(name);
    return {};
  });
}

function playPackages(puppet: Puppet, put: Put): void {
  puppet.tool('apt-get', origin).answer((args, { cwd }) => {
    if (args.includes('indextargets')) return { stdout: 'Debian\tDebian\thttp://mirror.example/debian/\n' };
    const lists = args.find((arg) => arg.startsWith('Dir::State::lists='))?.slice('Dir::State::lists='.length);
    if (args.includes('update')) put(`${lists}/main_Packages`, '');
    if (args.includes('--simulate')) return { stdout: `Inst ${args.at(-1)} (1 Debian:12 [amd64])\n` };
    const [name] = args.at(-1)?.split('=') ?? [];
    if (args.includes('download')) put(`${cwd}/${name}_1_all.deb`, content);
    return {};
  });
  puppet.tool('dpkg-deb', origin).answer((args) => put(`${args[2]}/ds.xml`, '<data-stream/>'));
  puppet.tool('dpkg-query', origin).answer(() => ({ stdout: 'systemd\t252\n' }));
  puppet.tool('mmdebstrap', origin);
  puppet.tool('packer', origin);
  puppet.tool('setpriv', origin).answer((args) => bound(args, put));
}

/** What runs bound to Strata's life: after the second `--`. */
function bound(args: readonly string[], put: Put): Partial<Output> {
  const [program, ...rest] = args.slice(args.lastIndexOf('--') + 1);
  if (program === '/puppet/bin/mmdebstrap') put(`${rest.at(-2)}/etc/os-release`, 'ID=debian\n');
  const folder = rest.find((arg) => arg.startsWith('results='))?.slice('results='.length);
  if (program === '/puppet/bin/packer') put(`${folder}/seal.xml`, junit);
  return {};
}

function playImage(puppet: Puppet, put: Put): void {
  const { files: disk } = puppet.state;
  const after = (args: readonly string[], flag: string): string => args[args.indexOf(flag) + 1] ?? '';
  puppet.tool('cp', origin).answer((args) => {
    const [from = '', to = ''] = args.slice(-2);
    for (const [path, file] of [...disk]) if (path.startsWith(`${from}/`)) disk.set(to + path.slice(from.length), file);
    return {};
  });
  puppet.tool('tee', origin).answer((args, { stdin }) => put(args[0] ?? '', String(stdin)));
  puppet.tool('ssh-keygen', origin).answer((args) => {
    put(after(args, '-f'), 'the private half');
    put(`${after(args, '-f')}.pub`, 'ssh-ed25519 AAAA strata\n');
    return {};
  });
  puppet.tool('oscap', origin).answer((args, { env }) => {
    if (args.includes('generate')) put(after(args, '--output'), '- hosts: all\n');
    else
      for (const flag of ['--results', '--results-arf', '--report'])
        put(after(args, flag), flag === '--results' ? risen(String(env?.OSCAP_PROBE_ROOT)) : '<x/>');
    return { code: args.includes('generate') ? 0 : 2 };
  });
  puppet.tool('ssh', origin).answer((_args, command) => ({ stdout: answers(command) }));
  puppet.tool('mke2fs', origin).answer((args) => put(args.at(-2) ?? '', 'disk'));
  puppet.tool('env', origin).answer((args) => put(after(args, '-o'), 'boot loader'));
  puppet.tool('tar', origin).answer((args) => put(after(args, '-cf'), 'archive'));
  puppet.tool('nice', origin).answer((args) => {
    if (args.includes('convert')) put(args.at(-1) ?? '', 'disk');
    return {};
  });
  puppet.tool('qemu-img', origin).answer((args) => ({
    stdout: JSON.stringify({ format: args.at(-1)?.split('.').at(-1), 'virtual-size': 4 * 2 ** 30, 'actual-size': 1 }),
  }));
}

/** Hardening raises the score: the base is scanned with a lower one. */
const risen = (root: string): string => (root.includes('/base-') ? results.replace('81.545685', '57.0') : results);

/** Each probe of the script answers that all is well. */
const answers = ({ stdin }: Command): string =>
  [...String(stdin).matchAll(/^probe '([^']+)'/gm)].map(([, id]) => `{"id":"${id}","code":0,"out":""}`).join('\n');

const rules = {
  provider: packer,
  folder: import.meta.dirname,
  files,
  skip: [{ rule: 12, reason: 'also calls programs of every Debian (apt-get, cp, chroot, mke2fs…), which nobody pins' }] as const,
};

// Killed after each of some hundred deeds: one spec with every step is enough for the played machine.
contract({ ...rules, specs: { 'as is': {} }, machine: host });
contract({ ...rules, specs: { 'no disks': { profile: 'anssi-bp28-minimal', exports: [] }, ova: { exports: ['ova'] } } });
