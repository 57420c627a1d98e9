import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, err, ok, type ProcessRef, type Result } from '../model/index.js';
import { argumentText } from './argument.js';
import { daemonDied, daemonStays, spawnFailed, toolMissing } from './errors.js';
import { writeAtomically } from './files.js';
import {
  descendants,
  listProcesses,
  living,
  type ProcessEntry,
  readProcess,
  sendSignal,
  startVariable,
  waitUntilGone,
} from './process-table.js';

/** Variable that every process of a daemon inherits, unless it cleans its environment: `<environment id>:<name>`. */
export const daemonMark = 'STRATA_DAEMON';

/** A daemon as found among the machine's processes. */
export interface RunningDaemon extends ProcessRef {
  readonly name: string;
}

/** What daemons need of their surroundings. */
export interface DaemonHost {
  /** Tells this environment's daemons from those of others. */
  readonly id: string;
  /** The environment's state folder: logs in `log/`, process ids in `daemons/`. */
  readonly state: string;
  readonly locate: (tool: string) => Promise<string | undefined>;
  readonly secretPath: (name: string) => string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a daemon is ended. */
export interface EndOptions {
  /** Milliseconds before KILL; 10 000 where absent. */
  readonly graceMs?: number;
  /** Number of the first signal; TERM where absent. */
  readonly signal?: number;
}

/** Milliseconds a process must live to count as started. */
const settleMs = 100;

/** The daemons of one environment. */
export class Daemons {
  private readonly starting = new Map<string, Promise<Result<ProcessRef>>>();

  constructor(private readonly host: DaemonHost) {}

  /** The leader of a daemon, if it runs. */
  async find(name: string): Promise<ProcessRef | undefined> {
    const recorded = await this.recorded(name);
    if (recorded) return recorded;
    const all = await listProcesses();
    const marked = await this.marked(all, name);
    const pids = new Set(marked.map((entry) => entry.pid));
    const leader = marked.find((entry) => entry.pid === entry.session && !pids.has(entry.parent));
    return leader && { pid: leader.pid, startedAt: leader.startedAt };
  }

  /** All processes that carry this environment's mark, by daemon: what must be empty after a destruction. */
  async list(): Promise<readonly RunningDaemon[]> {
    const found: RunningDaemon[] = [];
    for (const { pid, startedAt } of await listProcesses()) {
      const mark = await startVariable(pid, daemonMark);
      if (mark?.startsWith(`${this.host.id}:`)) found.push({ pid, startedAt, name: mark.slice(this.host.id.length + 1) });
    }
    return found;
  }

  /** Starts it unless it runs. */
  start(daemon: Daemon): Promise<Result<ProcessRef>> {
    const under = this.starting.get(daemon.name) ?? this.startOnce(daemon).finally(() => this.starting.delete(daemon.name));
    this.starting.set(daemon.name, under);
    return under;
  }

  /** Ends it and all that descends from it. */
  async end(name: string, { graceMs = 10_000, signal }: EndOptions = {}): Promise<Result<void>> {
    const leader = await this.find(name);
    const before = await this.family(name, leader);
    if (leader) {
      sendSignal(leader.pid, signal ?? 'SIGTERM');
      await waitUntilGone([leader], graceMs);
    }
    const known = new Map([...before, ...(await this.family(name, leader))].map((entry) => [entry.pid, entry]));
    const left = await living([...known.values()]);
    for (const { pid } of left) sendSignal(pid, 'SIGKILL');
    const stays = await waitUntilGone(left, 5_000);
    if (stays.length > 0)
      return err(
        daemonStays(
          name,
          stays.map((entry) => entry.pid),
        ),
      );
    await rm(this.recordPath(name), { force: true });
    return ok(undefined);
  }

  private recordPath(name: string): string {
    return join(this.host.state, 'daemons', encodeURIComponent(name));
  }

  /** The process id written at start: some programs write over the environment that carries their mark. */
  private async recorded(name: string): Promise<ProcessRef | undefined> {
    const text = await readFile(this.recordPath(name), 'utf8').catch(() => '');
    const [pid, startedAt] = text.split(' ').map(Number);
    if (!pid || !startedAt) return undefined;
    const [entry] = await living([{ pid, startedAt }]);
    return entry && { pid, startedAt };
  }

  private async marked(all: readonly ProcessEntry[], name: string): Promise<readonly ProcessEntry[]> {
    const marks = await Promise.all(all.map((entry) => startVariable(entry.pid, daemonMark)));
    return all.filter((_, index) => marks[index] === `${this.host.id}:${name}`);
  }

  private async family(name: string, leader: ProcessRef | undefined): Promise<readonly ProcessEntry[]> {
    const all = await listProcesses();
    const roots = [...(await this.marked(all, name)).map((entry) => entry.pid), ...(leader ? [leader.pid] : [])];
    const sessions = leader ? all.filter((entry) => entry.session === leader.pid).map((entry) => entry.pid) : [];
    return descendants(all, [...roots, ...sessions]).filter((entry) => entry.pid !== process.pid);
  }

  private async startOnce(daemon: Daemon): Promise<Result<ProcessRef>> {
    const running = await this.find(daemon.name);
    if (running) return ok(running);
    const file = await this.host.locate(daemon.tool);
    if (file === undefined) return err(toolMissing(daemon.tool));
    const log = join(this.host.state, 'log', `${daemon.name}.log`);
    try {
      const started = await this.spawn(daemon, file, log);
      if (!started) return err(daemonDied(daemon.name, log));
      const kept = await writeAtomically(this.recordPath(daemon.name), `${started.pid} ${started.startedAt}`);
      return kept.ok ? ok(started) : kept;
    } catch (error) {
      return err(spawnFailed(daemon.tool, error));
    }
  }

  private async spawn(daemon: Daemon, file: string, log: string): Promise<ProcessRef | undefined> {
    await mkdir(join(this.host.state, 'log'), { recursive: true });
    const output = await open(log, 'a', 0o600);
    try {
      const child = spawn(
        file,
        daemon.args.map((arg) => argumentText(arg, this.host.secretPath)),
        {
          cwd: daemon.cwd ?? '/',
          detached: true, // a session of its own: it outlives Strata and no Ctrl-C reaches it
          stdio: ['ignore', output.fd, output.fd],
          env: { ...this.host.environment, ...daemon.env, [daemonMark]: `${this.host.id}:${daemon.name}` },
        },
      );
      child.unref();
      const ended = await new Promise<boolean>((resolve, reject) => {
        child.on('error', reject);
        child.on('exit', () => resolve(true));
        child.on('spawn', () => setTimeout(() => resolve(false), settleMs));
      });
      const entry = ended || child.pid === undefined ? undefined : await readProcess(child.pid);
      return entry && { pid: entry.pid, startedAt: entry.startedAt };
    } finally {
      await output.close();
    }
  }
}
