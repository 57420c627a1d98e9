import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../model/index.js';
import { spawnFailed } from './errors.js';
import { minimalEnvironment } from './environment.js';
import { findExecutable, searchFolders } from './locate.js';

/** A program that lives no longer than Strata does. */
export interface ChildProgram {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Both its streams go here. */
  readonly log: string;
}

/** A started child. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Code or signal it ended with; resolves when it has ended. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** Does `work` while the program stands still, so that its files do not change under it. */
  frozen<T>(work: () => Promise<T>): Promise<T>;
  /** Kills it; resolves when it is gone. */
  end(): Promise<void>;
}

/**
 * Starts a program as a direct child that the kernel kills when Strata is gone, whatever ended it: `setpriv` sets the
 * parent-death signal before the program takes its place. Where there is no setpriv, only an orderly end takes it along.
 */
export async function startChild(program: ChildProgram): Promise<Result<Child>> {
  const folders = searchFolders(process.env.PATH ?? '');
  const guard = await findGuard(folders);
  const [file, args] =
    guard === undefined ? [program.file, program.args] : [guard, ['--pdeathsig', 'KILL', '--', program.file, ...program.args]];
  await mkdir(dirname(program.log), { recursive: true });
  const log = createWriteStream(program.log, { flags: 'a', mode: 0o600 });
  const child = spawn(file, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...minimalEnvironment(process.env, folders), ...program.env },
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const spawned = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', resolve);
  });
  if (spawned !== undefined) return err(spawnFailed(program.name, spawned));
  return ok(follow(program.name, child, () => log.end()));
}

/** BusyBox has a setpriv that knows no parent-death signal. */
async function findGuard(folders: readonly string[]): Promise<string | undefined> {
  const found = await findExecutable('setpriv', folders);
  if (found === undefined) return undefined;
  return (await realpath(found)).endsWith('busybox') ? undefined : found;
}

function follow(name: string, child: ChildProcess, close: () => void): Child {
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      close();
      resolve(signal ?? String(code));
    });
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    isRunning,
    async frozen(work) {
      child.kill('SIGSTOP');
      try {
        await standsStill(child.pid ?? 0);
        return await work();
      } finally {
        child.kill('SIGCONT');
      }
    },
    async end() {
      if (isRunning()) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A stop signal is delivered at once but takes effect a moment later: the kernel says `T` once every thread is held. */
async function standsStill(pid: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (stat === '' || stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
