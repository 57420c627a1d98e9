import { createHash } from 'node:crypto';
import type { PlannedMachine } from './naming.js';

/** What the files of one machine are made from. */
export interface MachineFacts extends PlannedMachine {
  readonly prefix: number;
  /** Address of the host: the way to everything that is not a machine. */
  readonly gateway: string;
  readonly domain: string;
  /** All machines, this one included. */
  readonly peers: readonly PlannedMachine[];
  readonly user: string;
  /** Public key that may log in. */
  readonly authorized: string;
  /** This machine's own public key. */
  readonly hostKey: string;
  readonly cgroup: 'v1' | 'v2';
  /** Makes the machine id: the same machine has the same one after a rebuild. */
  readonly seed: string;
}

/** A file in a machine's root. */
export interface MachineFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

/** All files that make a machine out of an image, except its private key. */
export function machineFiles(facts: MachineFacts): readonly MachineFile[] {
  return [
    { path: '/etc/hostname', content: `${facts.name}\n` },
    { path: '/etc/hosts', content: hostsFile(facts) },
    { path: '/etc/resolv.conf', content: `search ${facts.domain}\n` },
    { path: '/etc/machine-id', content: `${machineId(facts)}\n`, mode: 0o444 },
    { path: '/etc/ssh/ssh_host_ed25519_key.pub', content: `${facts.hostKey}\n` },
    // Owned by root: who logs in cannot let others in.
    { path: `/home/${facts.user}/.ssh/authorized_keys`, content: `${facts.authorized}\n` },
    { path: '/etc/systemd/network/10-host0.network', content: networkFile(facts) },
    { path: '/etc/strata/machine-start', content: startScript(facts), mode: 0o755 },
    { path: '/etc/systemd/system/strata-machine.service', content: startUnit },
    { path: '/etc/systemd/system/sysinit.target.d/strata.conf', content: '[Unit]\nWants=strata-machine.service\n' },
    { path: '/etc/systemd/system/multi-user.target.d/strata.conf', content: '[Unit]\nWants=systemd-networkd.service\n' },
  ];
}

function machineId({ seed, name }: MachineFacts): string {
  return createHash('sha256').update(`${seed}/${name}`).digest('hex').slice(0, 32);
}

function hostsFile({ peers, domain }: MachineFacts): string {
  const lines = peers.map(({ name, address }) => `${address} ${name}.${domain} ${name}`);
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost', ...lines, ''].join('\n');
}

function networkFile({ address, prefix, gateway }: MachineFacts): string {
  return [
    '[Match]',
    'Name=host0',
    '',
    '[Network]',
    `Address=${address}/${prefix}`,
    `Gateway=${gateway}`,
    'LinkLocalAddressing=no',
    'IPv6AcceptRA=no',
    'LLDP=no',
    'IPForward=ipv4',
    '',
  ].join('\n');
}

/** Kernel settings kubelet insists on. The machine shows them with its own files, so that the host's kernel stays as it is. */
const shownSettings: readonly (readonly [string, string])[] = [
  ['vm/overcommit_memory', '1'],
  ['vm/panic_on_oom', '0'],
  ['kernel/panic', '10'],
  ['kernel/panic_on_oops', '1'],
  ['kernel/keys/root_maxkeys', '1000000'],
  ['kernel/keys/root_maxbytes', '25000000'],
];

function startScript({ cgroup }: MachineFacts): string {
  const show = shownSettings.flatMap(([path, value]) => {
    const file = `/run/strata/sysctl/${path.replaceAll('/', '.')}`;
    return [`[ "$(cat /proc/sys/${path})" = ${value} ] || { echo ${value} > ${file}; mount --bind ${file} /proc/sys/${path}; }`];
  });
  const groups =
    cgroup === 'v1'
      ? [
          'mount -o remount,bind,rw /sys/fs/cgroup',
          'for d in /sys/fs/cgroup/*; do',
          '  mountpoint -q "$d" && mount -o remount,bind,rw "$d"',
          'done',
        ]
      : [];
  return [
    '#!/bin/sh',
    '# Gives the machine what a container lacks: a kernel log to open, settings kubelet checks, writable control groups.',
    '[ -e /dev/kmsg ] || ln -s /dev/null /dev/kmsg',
    'mount --make-rshared /',
    'mkdir -p /run/strata/sysctl',
    ...show,
    ...groups,
    'exit 0',
    '',
  ].join('\n');
}

const startUnit = [
  '[Unit]',
  'Description=What this machine needs before its services start',
  'DefaultDependencies=no',
  'After=local-fs.target',
  'Before=sysinit.target',
  '',
  '[Service]',
  'Type=oneshot',
  'RemainAfterExit=yes',
  'ExecStart=/etc/strata/machine-start',
  '',
].join('\n');
