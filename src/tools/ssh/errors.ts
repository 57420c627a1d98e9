import type { Failure, Output } from '../../model/index.js';
import { failure } from '../../model/index.js';

/** Last lines of what a program said, on one line. */
export const tail = (text: string, lines = 6): string => text.trim().split('\n').slice(-lines).join(' · ');

/** The machine does not answer; it may do so later. */
export const unreachable = (machine: string, address: string, said: string): Failure =>
  failure('network', 'SSH-UNREACHABLE', `${machine} (${address}) does not answer over SSH: ${said}`, {
    say: 'Look whether the machine runs, then run again.',
    command: 'strata status',
  });

/** The machine is another one than the one that was made. */
export const wrongHostKey = (machine: string, address: string): Failure =>
  failure('conflict', 'SSH-HOST-KEY', `${address} shows another host key than the one made for ${machine}.`, {
    say: 'Something else uses this address. Find it, or choose another subnet in the environment file.',
    command: 'ip neigh',
  });

/** The machine refuses the key. */
export const denied = (machine: string, user: string): Failure =>
  failure('refused', 'SSH-DENIED', `${machine} refuses the key of user ${user}.`, {
    say: 'The machine was made with another key: make it again.',
    command: 'strata destroy',
  });

/** A script on a machine ended with an error. */
export const scriptFailed = (machine: string, what: string, output: Output): Failure =>
  failure(
    'tool-failed',
    'SSH-SCRIPT',
    `${what} failed on ${machine} (exit ${output.code}): ${tail(output.stderr || output.stdout)}`,
    {
      say: 'Read what the machine said above, then run again: finished steps are not repeated.',
      command: 'strata up',
    },
  );

/** A path that cannot be used inside a script. */
export const unusablePath = (path: string): Failure =>
  failure('bug', 'SSH-PATH', `'${path}' is no path for a machine.`, { say: 'Report this; it is a defect of Strata.' });

/** ssh-keygen said no. */
export const keyFailed = (said: string): Failure =>
  failure('tool-failed', 'SSH-KEY', `ssh-keygen could not make a key: ${said}`, {
    say: 'Check that the state folder can be written and has space left.',
    command: 'strata doctor',
  });
