import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** Only root may make machines. */
export const notRoot = (): Failure =>
  failure('refused', 'NSPAWN-NOT-ROOT', 'Machines on this host need root: they mount file systems and make network namespaces.', {
    say: 'Run the same command as root.',
    command: 'sudo strata up',
  });

/** systemd-nspawn is a Linux program. */
export const notLinux = (): Failure =>
  failure('refused', 'NSPAWN-NOT-LINUX', 'Machines on this host need Linux.', {
    say: 'Run Strata on a Linux machine, or use another infrastructure provider.',
    command: 'strata schema',
  });

/** The kernel offers no control groups where they are expected. */
export const noCgroups = (): Failure =>
  failure('refused', 'NSPAWN-NO-CGROUPS', 'No control groups are mounted under /sys/fs/cgroup.', {
    say: 'Mount them; inside a container, start it with its own writable control groups.',
    command: 'mount -t cgroup2 none /sys/fs/cgroup',
  });

/** Another network of this host uses the range. */
export const subnetTaken = (subnet: string, route: string, device: string): Failure =>
  failure('conflict', 'NSPAWN-SUBNET-TAKEN', `${subnet} overlaps ${route}, which this host reaches over ${device}.`, {
    say: 'Set another /24 as `subnet` of this component in the environment file.',
    command: 'ip route',
  });

/** The machines stand in another range. */
export const subnetChanged = (had: string, wanted: string): Failure =>
  failure(
    'refused',
    'NSPAWN-SUBNET-CHANGED',
    `The machines stand in the network of ${had}, wanted is ${wanted}; certificates and routes carry the old addresses.`,
    {
      say: 'Put the old `subnet` back, or take the environment down and bring it up again.',
      command: 'strata drill',
    },
  );

/** Too little memory is left. */
export const memoryShort = (available: number, wanted: number): Failure =>
  failure('exhausted', 'NSPAWN-MEMORY', `${available} MiB of memory are available, ${wanted} are needed.`, {
    say: 'End other programs, use fewer workers, or lower `require.memory` if you know better.',
    command: 'free -m',
  });

/** Too little disk space is left. */
export const diskShort = (folder: string, available: number, wanted: number): Failure =>
  failure('exhausted', 'NSPAWN-DISK', `${folder} has ${available} MiB of free disk space, ${wanted} are needed.`, {
    say: 'Free some space, or lower `require.disk` if you know better.',
    command: `df -h ${folder}`,
  });

/** No root file system to boot from. */
export const noImage = (name: string | undefined, offered: readonly string[]): Failure =>
  failure(
    'invalid',
    'NSPAWN-NO-IMAGE',
    `No machine image ${name === undefined ? 'of format rootfs' : `'${name}' of format rootfs`} is published; there are: ${offered.join(', ') || 'none'}.`,
    { say: 'Name one of them as `image`, or let the image layer make a rootfs.' },
  );

/** The image's folder is not in the cache. */
export const imageGone = (name: string, path: string): Failure =>
  failure('not-ready', 'NSPAWN-IMAGE-GONE', `The root file system of image '${name}' is not at ${path}.`, {
    say: 'Run again: it is made anew.',
    command: 'strata up',
  });

/** A machine stands on another image; replacing it would lose what it stores. */
export const imageChanged = (machine: string, had: string, wanted: string): Failure =>
  failure(
    'refused',
    'NSPAWN-IMAGE-CHANGED',
    `${machine} runs from image ${had.slice(0, 19)}…, wanted is ${wanted.slice(0, 19)}…; its root cannot be exchanged under it.`,
    {
      say: 'Machines are replaced, not changed: take the environment down and bring it up again. Data in its volumes is lost.',
      command: 'strata drill',
    },
  );

/** The machine's process ended. */
export const machineDied = (machine: string, log: string): Failure =>
  failure('tool-failed', 'NSPAWN-DIED', `${machine} ended while it booted: ${log}`, {
    say: 'Read its console.',
    command: `less .strata/*/log/machine-${machine}.log`,
  });

/** The machine did not come up in time. */
export const bootTimeout = (machine: string, seconds: number, state: string): Failure =>
  failure('timeout', 'NSPAWN-BOOT', `${machine} is not up after ${seconds} s: ${state}`, {
    say: 'Look at its console, then run again.',
    command: `less .strata/*/log/machine-${machine}.log`,
  });

/** ssh-keygen said no. */
export const keyFailed = (said: string): Failure =>
  failure('tool-failed', 'NSPAWN-KEY', `A key could not be made: ${said}`, {
    say: 'Check that OpenSSH is installed.',
    command: 'ssh -V',
  });

/** A supporting service does not answer. */
export const supportSilent = (what: string, address: string, log: string): Failure =>
  failure('not-ready', 'NSPAWN-SUPPORT', `The ${what} at ${address} does not answer: ${log}`, {
    say: 'Look at its log, then run again.',
    command: 'strata up',
  });

/** A program the machines need is nowhere. */
export const programMissing = (program: string): Failure =>
  failure('tool-missing', 'NSPAWN-PROGRAM', `The program ${program} is not installed.`, {
    say: 'Install what is missing.',
    command: 'strata doctor --install',
  });
