import type { Command, Daemon, Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { type CgroupPlace, enterScript } from './cgroup.js';
import { mountFailed } from './errors.js';

/** How one machine is booted by systemd-nspawn (252 and newer). */
export interface Boot {
  /** Unique on the host, a valid host name. */
  readonly machine: string;
  readonly hostname: string;
  /** Absolute path of the mounted root. */
  readonly root: string;
  /** Network namespace that holds the bridge. */
  readonly namespace: string;
  readonly bridge: string;
  readonly binds: readonly { readonly from: string; readonly to: string }[];
  readonly cgroup: CgroupPlace;
  readonly memoryBytes?: number;
  readonly cpus?: number;
}

/** nspawn splits bind arguments at colons. */
const bindPart = (path: string): string => path.replaceAll('\\', '\\\\').replaceAll(':', '\\:');

/**
 * The machine's daemon: enters its own cgroups, then the network namespace, then boots.
 * System calls: containerd and runc need keyrings, mounts, bpf (device cgroups) and priorities.
 */
export function bootDaemon(name: string, boot: Boot): Daemon {
  const nspawn = ['systemd-nspawn', ...nspawnArguments(boot)];
  const inNetwork = ['nsenter', `--net=${boot.namespace}`, '--', ...nspawn];
  // Of the kernel's settings only the machine's own network is writable.
  const env = { SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' };
  if (boot.cgroup.manager === 'systemd') return { name, tool: 'nsenter', args: inNetwork.slice(1), env };
  return { name, tool: 'sh', args: ['-c', enterScript, 'enter-cgroup', ...enterArguments(boot), ...inNetwork], env };
}

function enterArguments({ cgroup, memoryBytes, cpus }: Boot): readonly string[] {
  const folders = cgroup.manager === 'own' ? cgroup.folders : [];
  return [
    memoryBytes === undefined ? '-' : String(memoryBytes),
    cpus === undefined ? '-' : String(Math.round(cpus * 100_000)),
    ...folders,
    '--',
  ];
}

function nspawnArguments(boot: Boot): readonly string[] {
  const limits = [
    ...(boot.memoryBytes === undefined ? [] : [`--property=MemoryMax=${boot.memoryBytes}`]),
    ...(boot.cpus === undefined ? [] : [`--property=CPUQuota=${Math.round(boot.cpus * 100)}%`]),
  ];
  return [
    '--quiet',
    '--boot',
    `--directory=${boot.root}`,
    `--machine=${boot.machine}`,
    `--hostname=${boot.hostname}`,
    `--network-bridge=${boot.bridge}`,
    '--capability=all',
    '--private-users=no',
    '--system-call-filter=@keyring @mount bpf @resources',
    '--register=no',
    // Where systemd runs the host, nspawn asks it for a scope with delegated control groups; elsewhere there is nobody to ask.
    ...(boot.cgroup.manager === 'own' ? ['--keep-unit'] : limits),
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    '--console=pipe',
    ...boot.binds.map(({ from, to }) => `--bind=${bindPart(from)}:${bindPart(to)}`),
  ];
}

/** A copy-on-write root: reads come from `lower`, writes go to `upper`. */
export interface Overlay {
  readonly lower: string;
  readonly upper: string;
  readonly work: string;
  readonly root: string;
}

/** overlayfs splits its options at commas and lower layers at colons. */
const overlayPart = (path: string): string => path.replaceAll('\\', '\\\\').replaceAll(':', '\\:').replaceAll(',', '\\,');

/** Arguments of `mount` for such a root. */
export function overlayCommand({ lower, upper, work, root }: Overlay): Command {
  const options = `lowerdir=${overlayPart(lower)},upperdir=${overlayPart(upper)},workdir=${overlayPart(work)}`;
  return { tool: 'mount', args: ['-t', 'overlay', 'overlay', '-o', options, root] };
}

/** Mounts a machine's root. The caller has looked that it is not mounted. */
export async function mountOverlay(w: World, machine: string, overlay: Overlay): Promise<Result<void>> {
  const ran = await w.change(overlayCommand(overlay));
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(mountFailed(machine, ran.value));
}
