import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
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
  /** TERM, then KILL after `graceMs`; resolves when it is gone. */
  end(graceMs?: number): Promise<void>;
}

/**
 * Starts a program as a direct child that the kernel kills when Strata is gone, whatever ended it: `setpriv` sets the
 * parent-death signal before the program takes its place. Where there is no setpriv, only an orderly end takes it along.
 */
export async function startChild(program: ChildProgram): Promise<Result<Child>> {
  const folders = searchFolders(process.env.PATH ?? '');
  const guard = await findExecutable('setpriv', folders);
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
    async end(graceMs = 2_000) {
      if (!isRunning()) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
