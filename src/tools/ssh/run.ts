import type { Command, Output, ReadWorld, Result, SecretPath, SecretRef, SshAccess, SshHop, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { denied, scriptFailed, unreachable, wrongHostKey } from './errors.js';
import { quote } from './quote.js';

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

/** Nothing of the user's own configuration, exactly one known host; it comes from a command, so that looking needs no file either. */
const optionsFor = (host: string, hostKey: string): readonly string[] => [
  'BatchMode=yes',
  'IdentitiesOnly=yes',
  'PreferredAuthentications=publickey',
  'StrictHostKeyChecking=yes',
  'HostKeyAlgorithms=ssh-ed25519',
  // Preferred, not demanded: OpenSSH's own first choice takes as long as all the rest of a connection.
  'KexAlgorithms=^curve25519-sha256',
  'UserKnownHostsFile=none',
  'GlobalKnownHostsFile=none',
  `HostKeyAlias=${host}`,
  `KnownHostsCommand=/bin/echo ${host} ${hostKey}`,
  'ConnectTimeout=5',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  'LogLevel=ERROR',
];

/** The argv of ssh: exactly one key for the machine, and one for the bastion in front of it. */
export function sshArguments({ name, address, ssh }: SshTarget): Command['args'] {
  return [
    '-F',
    'none',
    '-T',
    '-i',
    { $secretPath: ssh.key.$secret },
    ...optionsFor(name, ssh.hostKey).flatMap((option) => ['-o', option]),
    ...(ssh.via === undefined ? [] : ['-o', throughHop(ssh.via)]),
    '-p',
    String(ssh.port),
    `${ssh.user}@${address}`,
  ];
}

/**
 * ssh's own jump takes the user's keys and known hosts, so the connection through the bastion is spelled out.
 * ssh hands this to a shell, after it has filled in what follows a percent sign: every value is quoted for both.
 */
function throughHop(hop: SshHop): SecretPath {
  const word = (value: string): string => quote(value.replaceAll('%', '%%'));
  const options = optionsFor('bastion', hop.hostKey).flatMap((option) => ['-o', word(option)]);
  const words = [
    'ssh',
    '-F',
    'none',
    '-T',
    '-i',
    "'{}'",
    ...options,
    '-p',
    String(hop.port),
    '-W',
    '%h:%p',
    word(`${hop.user}@${hop.address}`),
  ];
  return { $secretPath: hop.key.$secret, within: `ProxyCommand=${words.join(' ')}` };
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
