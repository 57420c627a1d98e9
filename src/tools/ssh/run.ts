import type { Command, Output, ReadWorld, Result, SecretRef, SshAccess, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { denied, scriptFailed, unreachable, wrongHostKey } from './errors.js';

/** A machine as SSH sees it. */
export interface SshTarget {
  readonly name: string;
  readonly address: string;
  readonly ssh: SshAccess;
}

/** A script for one machine; it runs as root with `set -eu`. */
export interface RemoteScript {
  /** What it does, in words for an error, e.g. `joining the cluster`. */
  readonly what: string;
  /** POSIX shell; values in it are quoted by the caller. A SecretRef where the script itself is secret. */
  readonly script: string | SecretRef;
  readonly deadlineMs?: number;
  /** Shows its output to the user line by line. */
  readonly stream?: true;
}

/**
 * The argv of ssh: nothing of the user's own configuration, exactly one key, exactly one known host.
 * The known host comes from a command instead of a file, so that looking needs no file either.
 */
export function sshArguments({ name, address, ssh }: SshTarget): Command['args'] {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'PreferredAuthentications=publickey',
    'StrictHostKeyChecking=yes',
    'HostKeyAlgorithms=ssh-ed25519',
    // Preferred, not demanded: OpenSSH's own first choice takes as long as all the rest of a connection.
    'KexAlgorithms=^curve25519-sha256',
    'UserKnownHostsFile=none',
    'GlobalKnownHostsFile=none',
    `HostKeyAlias=${name}`,
    `KnownHostsCommand=/bin/echo ${name} ${ssh.hostKey}`,
    'ConnectTimeout=5',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'LogLevel=ERROR',
  ];
  return [
    '-F',
    'none',
    '-T',
    '-i',
    { $secretPath: ssh.key.$secret },
    ...options.flatMap((option) => ['-o', option]),
    '-p',
    String(ssh.port),
    `${ssh.user}@${address}`,
  ];
}

const shell = (target: SshTarget): string => (target.ssh.user === 'root' ? '/bin/sh -eu' : 'sudo -n /bin/sh -eu');

/** The command that runs a script: the script goes in over stdin, never as an argument. */
export function sshCommand(target: SshTarget, { script, deadlineMs, stream }: RemoteScript): Command {
  return {
    tool: 'ssh',
    args: [...sshArguments(target), shell(target)],
    // A hardened machine's own mask would hide from its services what we write for them.
    stdin: typeof script === 'string' ? `umask 022\n${script}` : script,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(stream === undefined ? {} : { stream }),
  };
}

/** Runs a script that changes nothing; what it prints. */
export async function askMachine(w: ReadWorld, target: SshTarget, script: RemoteScript): Promise<Result<string>> {
  return judge(target, script.what, await w.query(sshCommand(target, script)));
}

/** Runs a script that may change the machine; what it prints. */
export async function changeMachine(w: World, target: SshTarget, script: RemoteScript): Promise<Result<string>> {
  return judge(target, script.what, await w.change(sshCommand(target, script)));
}

/** ssh itself answers 255; the messages are those of OpenSSH 9.2, whose exit code says no more. */
export function judge(target: SshTarget, what: string, ran: Result<Output>): Result<string> {
  if (!ran.ok) return ran;
  const output = ran.value;
  if (output.code === 0) return ok(output.stdout);
  if (output.code !== 255) return err(scriptFailed(target.name, what, output));
  if (/host key verification failed|no .*host key is known/i.test(output.stderr))
    return err(wrongHostKey(target.name, target.address));
  if (/permission denied/i.test(output.stderr)) return err(denied(target.name, target.ssh.user));
  return err(unreachable(target.name, target.address, output.stderr.trim()));
}
