import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The SCAP content is not the one that was pinned. */
export const contentDiffers = (wanted: string, got: string): Failure =>
  failure('corrupt', 'PACKER-CONTENT', `The SCAP content has digest ${got}; pinned is ${wanted}.`, {
    say: 'Somebody replaced the package, or the pin is wrong: compare catalog/image/debian-12/scap.yaml with the package of your mirror.',
    command: 'apt-cache policy ssg-debian',
  });

/** A stored image is not what its record says. */
export const imageCorrupt = (folder: string): Failure =>
  failure('corrupt', 'PACKER-IMAGE', `The image in ${folder} lacks its record or its root filesystem.`, {
    say: 'Delete the folder and run again: the image is built anew.',
    command: 'strata up',
  });

/** The control groups of this host cannot be read. */
export const noCgroups = (): Failure =>
  failure('refused', 'PACKER-CGROUP', 'No control groups are mounted at /sys/fs/cgroup, so no build machine can be booted.', {
    say: 'Mount them; a booted Linux does that by itself.',
    command: 'strata doctor',
  });

/** No free range for the build machine's link. */
export const noAddress = (): Failure =>
  failure('conflict', 'PACKER-ADDRESS', 'Every range in 198.18.0.0/15 tried for the build machine is routed already.', {
    say: 'Look for interfaces that former runs left behind.',
    command: 'ip -4 route',
  });

/** The build machine ended, or never answered. */
export const machineSilent = (machine: string, said: string): Failure =>
  failure('timeout', 'PACKER-MACHINE', `The machine ${machine} does not answer over SSH: ${said}`, {
    say: 'Look at its console in the log folder of the state, then run again.',
    command: 'strata up',
  });

/** A program that only moves files about failed. */
export const commandFailed = (what: string, code: number, said: string): Failure =>
  failure('tool-failed', 'PACKER-COMMAND', `${what} failed (${code}): ${said.trim().split('\n').slice(-2).join(' · ')}`, {
    say: 'Check free space and permissions of the cache folder, then run again.',
    command: 'strata doctor',
  });

/** The booted image answered the probes with something else. */
export const probesUnread = (said: string): Failure =>
  failure('tool-failed', 'PACKER-PROBES', `The image's answers to its checks cannot be read: ${said.slice(0, 200)}`, {
    say: 'Run again; if it stays, report it with the log.',
    command: 'strata up',
  });

/** A disk file differs from the root filesystem it was made from. */
export const exportDiffers = (format: string): Failure =>
  failure('corrupt', 'PACKER-EXPORT', `The ${format} disk does not hold the same bytes as the disk it was made from.`, {
    say: 'The disk or the memory of this machine may be failing; run again.',
    command: 'strata up',
  });

/** A build ended and its image is nowhere. */
export const imageNotMade = (name: string): Failure =>
  failure('timeout', 'PACKER-NOT-MADE', `The image ${name} is not at its target, or is still being made there.`, {
    say: 'Run again: an image that was made meanwhile is found by its name and taken, not built twice.',
    command: 'strata up',
  });

/** The target made an image and calls it broken. */
export const imageFailed = (name: string, id: string): Failure =>
  failure('conflict', 'PACKER-BROKEN-IMAGE', `The target has an image ${name} (${id}) and calls it failed.`, {
    say: 'Delete it at the target, then run again: it is built anew.',
    command: 'strata up',
  });

/** The boot loader does not fit in front of the partition. */
export const loaderTooLarge = (bytes: number): Failure =>
  failure('corrupt', 'PACKER-LOADER', `The boot loader has ${bytes} bytes; there must be some, and fewer than 1048064.`, {
    say: 'Take modules out of `modules` in catalog/image/<os>/boot.yaml.',
    command: 'strata up',
  });
