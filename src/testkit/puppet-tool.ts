import { type Command, err, type Failure, failure, ok, type Output, type Result } from '../model/index.js';

/** Where a fake's answers come from, so that a lying fake can be found: compared with the real program by hand or nightly. */
export interface Origin {
  /** Version of the real program the answers were recorded from. */
  readonly version: string;
  /** Date of the recording, ISO 8601. */
  readonly recorded: string;
}

/** A command that waits for the test to answer it. */
export interface PuppetCall {
  readonly kind: 'query' | 'change';
  readonly command: Command;
  /** The arguments as text; a secret's path as `secret:<name>`. */
  readonly args: readonly string[];
  stdout(text: string): void;
  stderr(text: string): void;
  /** Ends the command with this code. */
  exit(code: number): void;
  /** Ends it with a failure of the host, e.g. a timeout. */
  fail(failure: Failure): void;
}

/** Answers a command at once; `undefined` leaves it to `nextCall`. */
export type Answer = (
  args: readonly string[],
  command: Command,
  kind: 'query' | 'change',
) => Partial<Output> | Failure | undefined;

/** One external program, played by the test. */
export interface PuppetTool {
  readonly name: string;
  readonly origin: Origin;
  /** Waits for the next command that no answer took. */
  nextCall(): Promise<PuppetCall>;
  /** Answers commands from now on; the newest answer is asked first. */
  answer(answer: Answer): void;
}

/** What the puppet world uses of a tool. */
export interface PuppetToolInside extends PuppetTool {
  call(kind: 'query' | 'change', command: Command, signal: AbortSignal): Promise<Result<Output>>;
}

/** Makes a tool without any answer. */
export function createPuppetTool(name: string, origin: Origin): PuppetToolInside {
  const answers: Answer[] = [];
  const waiting: PuppetCall[] = [];
  const takers: ((call: PuppetCall) => void)[] = [];
  return {
    name,
    origin,
    answer: (answer) => answers.unshift(answer),
    nextCall: () =>
      new Promise((resolve) => {
        const call = waiting.shift();
        if (call) resolve(call);
        else takers.push(resolve);
      }),
    call(kind, command, signal) {
      const args = command.args.map((arg) => (typeof arg === 'string' ? arg : `secret:${arg.$secretPath}`));
      for (const answer of answers) {
        const given = answer(args, command, kind);
        if (given) return Promise.resolve('diagnostic' in given ? err(given) : ok({ code: 0, stdout: '', stderr: '', ...given }));
      }
      return new Promise((resolve) => {
        const call = openCall({ kind, command, args }, resolve);
        signal.addEventListener('abort', () => resolve(err(interrupted(name))), { once: true });
        const taker = takers.shift();
        if (taker) taker(call);
        else waiting.push(call);
      });
    },
  };
}

function openCall(told: Pick<PuppetCall, 'kind' | 'command' | 'args'>, resolve: (result: Result<Output>) => void): PuppetCall {
  let stdout = '';
  let stderr = '';
  return {
    ...told,
    stdout(text) {
      stdout += text;
    },
    stderr(text) {
      stderr += text;
    },
    exit: (code) => resolve(ok({ code, stdout, stderr })),
    fail: (why) => resolve(err(why)),
  };
}

const interrupted = (tool: string): Failure =>
  failure('cancelled', 'PUPPET-CANCELLED', `${tool} was interrupted`, { say: 'Run again.' });
