import type { Daemon } from '../../model/index.js';
import { type CgroupPlace, enterScript } from './cgroup.js';

/** A machine alone in its own network namespace: nothing inside configures its network. */
export interface SoloBoot {
  /** Unique on the host, a valid host name. */
  readonly machine: string;
  readonly hostname: string;
  /** Absolute path of the root; it is written to. */
  readonly root: string;
  /** Path of the network namespace, with interface and address already in it. */
  readonly namespace: string;
  readonly cgroup: CgroupPlace;
  /** For a machine that runs containers; else no more rights than a service needs. */
  readonly containers: 'yes' | 'no';
}

/** The machine's daemon (systemd 252 and newer). Of the kernel's settings only those of its own network can be written. */
export function soloDaemon(name: string, boot: SoloBoot): Daemon {
  const nspawn = ['systemd-nspawn', ...soloArguments(boot)];
  const env = { SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' };
  if (boot.cgroup.manager === 'systemd') return { name, tool: 'systemd-nspawn', args: nspawn.slice(1), env };
  return { name, tool: 'sh', args: ['-c', enterScript, 'enter-cgroup', '-', '-', ...boot.cgroup.folders, '--', ...nspawn], env };
}

function soloArguments({ machine, hostname, root, namespace, cgroup, containers }: SoloBoot): readonly string[] {
  const rights =
    containers === 'yes'
      ? ['--capability=all', '--system-call-filter=@keyring @mount bpf @resources']
      : ['--capability=CAP_NET_ADMIN'];
  return [
    '--quiet',
    '--boot',
    `--directory=${root}`,
    `--machine=${machine}`,
    `--hostname=${hostname}`,
    `--network-namespace-path=${namespace}`,
    ...rights,
    '--private-users=no',
    '--register=no',
    ...(cgroup.manager === 'own' ? ['--keep-unit'] : []),
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    '--console=pipe',
  ];
}
