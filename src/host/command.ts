import { type ChildProcess, spawn } from 'node:child_process';
import { type Command, err, isSecretRef, ok, type Output, type Result } from '../model/index.js';
import { argumentText } from './argument.js';
import { commandCancelled, commandTimeout, errnoOf, outputTooLarge, spawnFailed, toolMissing } from './errors.js';
import { splitLines } from './lines.js';
import { sendSignal } from './process-table.js';
import type { SecretStore } from './secrets.js';

/** What running a command needs of its surroundings. */
export interface CommandHost {
  /** Absolute path of an executable. */
  readonly locate: (tool: string) => Promise<string | undefined>;
  readonly secrets: SecretStore;
  readonly environment: Readonly<Record<string, string>>;
}

/** Whose command it is. */
export interface CommandScope {
  readonly signal: AbortSignal;
  readonly line: (stream: 'out' | 'err', text: string) => void;
}

/** Bytes of each stream that are kept of output which a program reads. */
const keptBytes = 32 * 1024 * 1024;
/** Bytes kept of output that is shown as it comes: enough to see why it failed. */
const keptStreamedBytes = 256 * 1024;
/** Milliseconds between TERM and KILL, and for pipes that a grandchild still holds. */
const graceMs = 2_000;

/** A command with every reference replaced: ready to spawn. */
interface Prepared {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | undefined;
}

/** Runs one command in its own process group, to its end or to its deadline. */
export async function runCommand(host: CommandHost, scope: CommandScope, command: Command): Promise<Result<Output>> {
  if (scope.signal.aborted) return err(commandCancelled(command.tool));
  const prepared = await prepare(host, command);
  return prepared.ok ? await execute(command, prepared.value, scope) : prepared;
}

async function prepare(host: CommandHost, command: Command): Promise<Result<Prepared>> {
  const file = await host.locate(command.tool);
  if (file === undefined) return err(toolMissing(command.tool));
  const args = command.args.map((arg) => argumentText(arg, host.secrets.path));
  const env: Record<string, string> = { ...host.environment };
  for (const [name, value] of Object.entries(command.env ?? {})) {
    const text = await textOf(host, value);
    if (!text.ok) return text;
    env[name] = text.value;
  }
  if (command.stdin === undefined) return ok({ file, args, env, stdin: undefined });
  const stdin = await textOf(host, command.stdin);
  return stdin.ok ? ok({ file, args, env, stdin: stdin.value }) : stdin;
}

async function textOf(host: CommandHost, value: string | { readonly $secret: string }): Promise<Result<string>> {
  if (!isSecretRef(value)) return ok(value);
  const secret = await host.secrets.reveal(value);
  return secret.ok ? ok(secret.value.expose()) : secret;
}

function execute(command: Command, { file, args, env, stdin }: Prepared, scope: CommandScope): Promise<Result<Output>> {
  const deadlineMs = command.deadlineMs ?? 60_000;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env,
      cwd: command.cwd,
      detached: true, // a group of its own, so that a deadline ends its children as well
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const captured = capture(child, command, scope);
    const killer = groupKiller(child);
    const abort = (): void => killer.end('cancelled');
    const timer = setTimeout(() => killer.end('timeout'), deadlineMs);
    scope.signal.addEventListener('abort', abort, { once: true });
    const settle = (result: Result<Output>): void => {
      clearTimeout(timer);
      scope.signal.removeEventListener('abort', abort);
      killer.stop();
      resolve(result);
    };
    child.on('error', (error) =>
      settle(err(errnoOf(error) === 'ENOENT' && !command.cwd ? toolMissing(command.tool) : spawnFailed(command.tool, error))),
    );
    child.on('exit', () => killer.closePipesSoon());
    child.on('close', (code, signal) => {
      const output = captured.finish(code ?? 128 + signalNumber(signal));
      if (killer.cause === 'timeout') settle(err(commandTimeout(command.tool, deadlineMs, captured.lastLine())));
      else if (killer.cause === 'cancelled') settle(err(commandCancelled(command.tool)));
      else settle(captured.overflowed() && !command.stream ? err(outputTooLarge(command.tool, keptBytes)) : ok(output));
    });
    child.stdin?.on('error', () => {}); // a command that does not read its input to the end is its own business
    child.stdin?.end(stdin);
  });
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};
const signalNumber = (signal: string | null): number => signalNumbers[signal ?? ''] ?? 1;

/** Ends a whole process group, once, and remembers why. */
function groupKiller(child: ChildProcess) {
  const timers = new Set<NodeJS.Timeout>();
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined) sendSignal(-child.pid, signal);
  };
  const later = (work: () => void): void => {
    timers.add(setTimeout(work, graceMs));
  };
  const killer = {
    cause: undefined as 'timeout' | 'cancelled' | undefined,
    end(cause: 'timeout' | 'cancelled'): void {
      killer.cause ??= cause;
      signalGroup('SIGTERM');
      later(() => signalGroup('SIGKILL'));
    },
    /** A child that outlives its parent may hold the pipes open for ever. */
    closePipesSoon(): void {
      later(() => {
        signalGroup('SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
      });
    },
    stop(): void {
      for (const timer of timers) clearTimeout(timer);
    },
  };
  return killer;
}

/** Keeps what a command prints, up to a limit, and passes whole lines on. */
function capture(child: ChildProcess, command: Command, scope: CommandScope) {
  const limit = command.stream ? keptStreamedBytes : keptBytes;
  const out = keep(limit, command.stream === true);
  const error = keep(limit, command.stream === true);
  for (const [name, stream, kept] of [['out', child.stdout, out] as const, ['err', child.stderr, error] as const]) {
    const lines = splitLines((text) => scope.line(name, text));
    stream?.on('data', (chunk: Buffer) => {
      kept.push(chunk);
      if (command.stream) lines.push(chunk);
    });
    stream?.on('end', () => lines.end());
  }
  return {
    finish: (code: number): Output => ({ code, stdout: out.text(), stderr: error.text() }),
    overflowed: () => out.overflowed() || error.overflowed(),
    lastLine: () => (error.text().trim() || out.text().trim()).split('\n').at(-1)?.slice(0, 500) ?? '',
  };
}

/** A byte buffer with a limit: keeps the end where `tail`, else the beginning. */
function keep(limit: number, tail: boolean) {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  return {
    push(chunk: Buffer): void {
      over ||= size + chunk.length > limit;
      if (over && !tail) return;
      chunks.push(chunk);
      size += chunk.length;
      while (tail && chunks[0] && size - chunks[0].length >= limit) size -= chunks.shift()?.length ?? 0;
    },
    overflowed: () => over,
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
