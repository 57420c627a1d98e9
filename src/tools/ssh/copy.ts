import type { Command, Result, World } from '../../model/index.js';
import { ok } from '../../model/index.js';
import { remotePath } from './quote.js';
import { changeMachine, judge, type SshTarget, sshArguments } from './run.js';

/** A file of this machine, for another one. */
export interface CopiedFile {
  /** Absolute path here. */
  readonly from: string;
  /** Absolute path there; owned by root. */
  readonly to: string;
  /** Hex SHA-256 it must have there. */
  readonly sha256: string;
  readonly mode?: string;
}

/** Where the user of the connection, who is not root, may write. */
const landing = '.strata-copied';

/** Copies a file by scp and puts it in its place once its sum is right; one with another sum is thrown away. */
export async function copyFile(w: World, target: SshTarget, file: CopiedFile): Promise<Result<void>> {
  const to = remotePath(file.to);
  if (!to.ok) return to;
  const args = scpArguments(target, file.from);
  const sent = judge(target, 'copying a file', await w.change({ tool: 'scp', args, deadlineMs: 1_800_000 }));
  if (!sent.ok) return sent;
  const placed = await changeMachine(w, target, {
    what: `comparing the sum of ${to.value}`,
    script: [
      `home=$(getent passwd ${target.ssh.user} | cut -d: -f6)`,
      `echo "${file.sha256}  $home/${landing}" | sha256sum -c --status || { rm -f "$home/${landing}"; echo "its sum is not ${file.sha256}" >&2; exit 1; }`,
      `mkdir -p ${to.value.slice(0, to.value.lastIndexOf('/'))}`,
      `install -o root -g root -m ${file.mode ?? '0644'} "$home/${landing}" ${to.value}.strata`,
      `mv -f ${to.value}.strata ${to.value}`,
      `rm -f "$home/${landing}"`,
      '',
    ].join('\n'),
    deadlineMs: 300_000,
  });
  return placed.ok ? ok(undefined) : placed;
}

/** As ssh is called, in the words of scp. */
function scpArguments(target: SshTarget, from: string): Command['args'] {
  const args = sshArguments(target);
  const who = args.at(-1);
  const options = args.slice(0, -1).filter((one) => one !== '-T');
  return [...options.map((one) => (one === '-p' ? '-P' : one)), '-q', from, `${String(who)}:${landing}`];
}
