import type { Failure, Output } from '../../model/index.js';
import { failure } from '../../model/index.js';

/** A mount for a machine's root did not come about. */
export const mountFailed = (machine: string, output: Output): Failure =>
  failure('tool-failed', 'NSPAWN-MOUNT', `The root of ${machine} could not be mounted: ${output.stderr.trim()}`, {
    say: 'The state folder must lie on a file system that overlayfs takes as upper layer, e.g. ext4, xfs or btrfs.',
    command: 'findmnt -T .strata',
  });

/** Processes of a machine outlive a KILL. */
export const processesStay = (machine: string, pids: readonly number[]): Failure =>
  failure('tool-failed', 'NSPAWN-PROCESSES', `Processes of ${machine} do not end: ${pids.slice(0, 8).join(', ')}`, {
    say: 'They wait inside the kernel, usually for a disk. Look at them, then run again.',
    command: `ps -o pid,stat,wchan,cmd -p ${pids.slice(0, 8).join(',')}`,
  });
