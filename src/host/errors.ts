import { type Failure, type FailureKind, failure } from '../model/index.js';

const kinds: Readonly<Record<string, FailureKind>> = {
  ENOSPC: 'exhausted',
  EDQUOT: 'exhausted',
  EMFILE: 'exhausted',
  ENFILE: 'exhausted',
  ENOMEM: 'exhausted',
  EAGAIN: 'exhausted',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  ENOENT: 'invalid',
  ENOTDIR: 'invalid',
  EISDIR: 'invalid',
  EEXIST: 'conflict',
  EBUSY: 'conflict',
  ENOTEMPTY: 'conflict',
};

const says: Readonly<Partial<Record<FailureKind, string>>> = {
  exhausted: 'Free some disk space, memory or file handles, then run again.',
  refused: 'Run as a user who may do this, or change the permissions.',
  conflict: 'End what uses it, then run again.',
};

/** The system's error code, e.g. `ENOENT`; empty where it is none. */
export function errnoOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A system call on a path failed. */
export function pathFailed(doing: string, path: string, error: unknown): Failure {
  const kind = kinds[errnoOf(error)] ?? 'tool-failed';
  return failure(kind, 'HOST-FILE', `cannot ${doing} ${path}: ${textOf(error)}`, {
    say: says[kind] ?? 'Check the path, then run again.',
  });
}

/** No such executable. */
export const toolMissing = (tool: string): Failure =>
  failure('tool-missing', 'HOST-TOOL-MISSING', `no executable "${tool}" in the toolchain or on PATH`, {
    say: 'See what is missing and how to get it.',
    command: 'strata doctor',
  });

/** An executable could not be started. */
export const spawnFailed = (tool: string, error: unknown): Failure =>
  failure(kinds[errnoOf(error)] ?? 'tool-failed', 'HOST-SPAWN', `cannot start ${tool}: ${textOf(error)}`, {
    say: 'See whether the tool fits this machine.',
    command: 'strata doctor',
  });

/** A command ran into its deadline; its process group was killed. */
export const commandTimeout = (tool: string, deadlineMs: number, last: string): Failure =>
  failure(
    'timeout',
    'HOST-COMMAND-TIMEOUT',
    `${tool} did not end within ${Math.round(deadlineMs / 1000)} s${last && `; it said last: ${last}`}`,
    {
      say: 'Run again; finished steps are not repeated.',
      command: 'strata up',
    },
  );

/** The run was interrupted; the command's process group was killed. */
export const commandCancelled = (tool: string): Failure =>
  failure('cancelled', 'HOST-COMMAND-CANCELLED', `${tool} was interrupted`, {
    say: 'Go on where it stopped.',
    command: 'strata up',
  });

/** More output than is kept. */
export const outputTooLarge = (tool: string, bytes: number): Failure =>
  failure('exhausted', 'HOST-OUTPUT-TOO-LARGE', `${tool} printed more than ${bytes} bytes`, {
    say: 'Please report this with the command.',
  });

/** A removal outside the folders Strata owns. */
export const outsideOwned = (path: string): Failure =>
  failure('refused', 'HOST-OUTSIDE', `${path} is outside Strata's own folders and is not removed`, {
    say: 'Remove it by hand if it is not needed.',
  });

/** A removal that would reach into a mount. */
export const stillMounted = (path: string, mount: string): Failure =>
  failure('conflict', 'HOST-MOUNTED', `${path} is not removed: ${mount} is still mounted`, {
    say: 'Unmount it, then run again.',
    command: `umount ${mount}`,
  });

/** Nothing answers. */
export const noAnswer = (url: string, error: unknown): Failure =>
  failure('network', 'HOST-NO-ANSWER', `${url} does not answer: ${textOf(error)}`, {
    say: 'Check that the service runs and can be reached from here.',
  });

/** An HTTP exchange was interrupted. */
export const requestCancelled = (url: string): Failure =>
  failure('cancelled', 'HOST-REQUEST-CANCELLED', `the request to ${url} was interrupted`, {
    say: 'Go on where it stopped.',
    command: 'strata up',
  });

/** A secret is not kept here. */
export const secretMissing = (name: string): Failure =>
  failure('invalid', 'HOST-SECRET-MISSING', `no secret "${name}" is kept for this environment`, {
    say: 'Run the step that makes it.',
    command: 'strata up',
  });

/** A daemon ended right after its start. */
export const daemonDied = (name: string, log: string): Failure =>
  failure('tool-failed', 'HOST-DAEMON-DIED', `the daemon ${name} ended right after it was started`, { say: `Read ${log}.` });

/** A daemon survived even KILL. */
export const daemonStays = (name: string, pids: readonly number[]): Failure =>
  failure('conflict', 'HOST-DAEMON-STAYS', `processes of ${name} do not end: ${pids.join(', ')}`, {
    say: 'See what they wait for.',
    command: `ps -o pid,stat,wchan:32,args -p ${pids.join(',')}`,
  });

/** Commands of a killed run survived even KILL. */
export const leftoversStay = (pids: readonly number[]): Failure =>
  failure('conflict', 'HOST-LEFTOVERS', `processes of a run that was killed do not end: ${pids.join(', ')}`, {
    say: 'See what they wait for.',
    command: `ps -o pid,stat,wchan:32,args -p ${pids.join(',')}`,
  });

/** Another run holds the environment. */
export const lockHeld = (holder: {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since: string;
}): Failure =>
  failure(
    'conflict',
    'LOCK-HELD',
    `"${holder.command}" (process ${holder.pid} on ${holder.host}) has been working on this environment since ${holder.since}`,
    { say: 'Wait for it, or watch it.', command: 'strata status' },
  );

/** A lock file that nobody can read. */
export const lockUnreadable = (path: string): Failure =>
  failure('conflict', 'LOCK-UNREADABLE', `the lock ${path} does not say who holds it`, {
    say: 'If no other Strata works on this environment, remove it.',
    command: `rm ${path}`,
  });
