// Runs the built command line as a user would, with its progress in the test's own output.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const launcher = join(repository, 'strata');

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A copy of the example platform that a test may change. */
export function exampleCopy(): string {
  const directory = join(mkdtempSync(join(tmpdir(), 'strata-e2e-')), 'local');
  cpSync(join(repository, 'examples', 'local'), directory, { recursive: true, filter: (path) => !path.includes('.strata') });
  return directory;
}

/** Starts a command; its stderr is shown as it comes. */
export function startStrata(args: readonly string[]): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const began = performance.now();
  const child = spawn(launcher, [...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    process.stdout.write(chunk);
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, ms: performance.now() - began }));
  });
  return { child, finished };
}

/** Runs a command to its end. */
export const strata = (...args: readonly string[]): Promise<Finished> => startStrata(args).finished;

/** Runs a system program; its output, or a thrown error that names it. */
export function system(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return stdout;
}

/** Calls something until it returns a value; throws with the last complaint when the time is over. */
export async function eventually<T>(
  seconds: number,
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let complaint = '';
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      complaint = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${what}: not within ${seconds} s. ${complaint}`);
}

/** What of this machine a platform could leave behind. */
export function traces(): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.includes('strata'));
  const links = system('ip', '-o', 'link')
    .split('\n')
    .map((line) => line.split(': ')[1] ?? '');
  const namespaces = system('ip', 'netns', 'list')
    .split('\n')
    .map((line) => `netns ${line.split(' ')[0]}`);
  const processes = system('ps', '-eo', 'args')
    .split('\n')
    .filter((line) => /systemd-nspawn|docker-registry|git daemon|containerd|kubelet|etcd/.test(line) && !line.includes('ps -eo'))
    // Ended, and only waiting to be collected by the machine's own first process.
    .filter((line) => !line.includes('<defunct>'));
  return [...mounts, ...links, ...namespaces, ...processes].filter((line) => line.trim() !== '').sort();
}
