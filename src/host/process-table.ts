import { readdir, readFile } from 'node:fs/promises';
import type { ProcessRef } from '../model/index.js';

/** One line of the kernel's process table. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** `R`, `S`, `D`, `Z`… */
  readonly state: string;
  /** Clock ticks since boot. */
  readonly startedAt: number;
}

/** A process, unless there is none (any more). */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name in parentheses may itself hold spaces and parentheses: fields are counted after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '?', parent, group, session] = fields;
  return { pid, state, parent: Number(parent), group: Number(group), session: Number(session), startedAt: Number(fields[19]) };
}

/** All processes that live: zombies have ended and only wait to be noticed. */
export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  const names = await readdir('/proc');
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readProcess));
  return entries.filter((entry) => entry !== undefined).filter((entry) => entry.state !== 'Z');
}

/** Value of a variable in the environment a process was started with. */
export async function startVariable(pid: number, name: string): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  const found = text.split('\0').find((entry) => entry.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** A process and all that descends from it, parents first. */
export function descendants(all: readonly ProcessEntry[], roots: readonly number[]): readonly ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of all) children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry]);
  const found = new Map<number, ProcessEntry>(
    all.filter((entry) => roots.includes(entry.pid)).map((entry) => [entry.pid, entry]),
  );
  for (const entry of found.values()) for (const child of children.get(entry.pid) ?? []) found.set(child.pid, child);
  return [...found.values()];
}

/** Sends a signal; a process that is gone is fine. */
export function sendSignal(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it has ended already, which is what a signal is for
  }
}

/** Those of these processes that still live. */
export async function living<P extends ProcessRef>(processes: readonly P[]): Promise<readonly P[]> {
  const now = await Promise.all(processes.map((one) => readProcess(one.pid)));
  return processes.filter((one, index) => {
    const entry = now[index];
    return entry !== undefined && entry.state !== 'Z' && entry.startedAt === one.startedAt;
  });
}

/** Waits for their end; those that still live after so many milliseconds. */
export async function waitUntilGone<P extends ProcessRef>(processes: readonly P[], ms: number): Promise<readonly P[]> {
  const end = Date.now() + ms;
  let left = await living(processes);
  for (let pauseMs = 5; left.length > 0 && Date.now() < end; pauseMs = Math.min(pauseMs * 2, 100)) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    left = await living(left);
  }
  return left;
}
