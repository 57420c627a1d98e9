import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Command, ReadWorld, Result, SecretRef, World } from '../../model/index.js';
import { ok } from '../../model/index.js';
import { quote, remotePath } from './quote.js';
import { askMachine, changeMachine, judge, type SshTarget, sshArguments } from './run.js';

/** A file as it should be on a machine, owned by root. */
export interface RemoteFile {
  readonly path: string;
  readonly content: string;
  /** Octal permission bits as text; `0644` where absent. */
  readonly mode?: string;
}

/** Script lines that write the files, each one whole or not at all. */
export function writeLines(files: readonly RemoteFile[]): Result<string> {
  const lines: string[] = [];
  for (const file of files) {
    const path = remotePath(file.path);
    if (!path.ok) return path;
    const folder = path.value.slice(0, path.value.lastIndexOf('/')) || '/';
    lines.push(
      `mkdir -p ${folder}`,
      `printf %s ${quote(Buffer.from(file.content).toString('base64'))} | base64 -d > ${path.value}.strata`,
      `chmod ${file.mode ?? '0644'} ${path.value}.strata`,
      `mv -f ${path.value}.strata ${path.value}`,
    );
  }
  return ok(`${lines.join('\n')}\n`);
}

/** Paths whose file on the machine is absent or differs. */
export async function differingFiles(
  w: ReadWorld,
  target: SshTarget,
  files: readonly RemoteFile[],
): Promise<Result<readonly string[]>> {
  const list = files.map(({ path }) => quote(path)).join(' ');
  const said = await askMachine(w, target, { what: 'comparing files', script: `sha256sum ${list} 2>/dev/null || true\n` });
  if (!said.ok) return said;
  return ok(differing(files, said.value));
}

/** Compares files with the lines of `sha256sum`. */
export function differing(files: readonly RemoteFile[], sums: string): readonly string[] {
  const there = new Map(
    sums
      .split('\n')
      .filter((line) => line.length > 66)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  return files
    .filter(({ path, content }) => there.get(path) !== createHash('sha256').update(content).digest('hex'))
    .map(({ path }) => path);
}

/** Writes a secret to a file (0600) on the machine; the value travels over stdin only. */
export async function putSecret(w: World, target: SshTarget, ref: SecretRef, path: string): Promise<Result<void>> {
  const checked = remotePath(path);
  if (!checked.ok) return checked;
  const file = checked.value;
  const folder = file.slice(0, file.lastIndexOf('/'));
  const script = `umask 077 && mkdir -p ${folder} && cat > ${file}.strata && mv -f ${file}.strata ${file}`;
  const shell = target.ssh.user === 'root' ? '/bin/sh -euc' : 'sudo -n /bin/sh -euc';
  const command: Command = { tool: 'ssh', args: [...sshArguments(target), `${shell} ${quote(script)}`], stdin: ref };
  const put = judge(target, 'writing a secret file', await w.change(command));
  return put.ok ? ok(undefined) : put;
}

/** Writes files to a machine in one go. */
export async function putFiles(w: World, target: SshTarget, files: readonly RemoteFile[]): Promise<Result<void>> {
  const script = writeLines(files);
  if (!script.ok) return script;
  const put = await changeMachine(w, target, { what: 'writing files', script: script.value });
  return put.ok ? ok(undefined) : put;
}
