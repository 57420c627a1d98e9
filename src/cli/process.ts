import { constants } from 'node:os';
import { complain, type Streams } from './call.js';
import * as errors from './errors.js';
import { exitCodes } from './exit-codes.js';
import { runProgram, type Stopping } from './program.js';
import { isLive, styleOf } from './terminal.js';

/** Time that work may take to drain after the first signal is not limited; after the command, leftovers get this long. */
const lingerMs = 2000;

/** Runs the program for this process: its arguments, streams, signals and exit code. */
export async function start(version: string): Promise<void> {
  const argv = process.argv.slice(2);
  endQuietlyOnClosedPipe();
  const streams = streamsOf(argv);
  try {
    process.exitCode = await runProgram(argv, {
      streams,
      version,
      program: process.env.STRATA_COMMAND ?? 'strata',
      interruptible: () => drainOnSignal(streams),
    });
  } catch (error) {
    process.exitCode = exitCodes.failed;
    complain({ streams }, [errors.bug(error instanceof Error ? error.message : String(error), version)]);
    if (process.env.STRATA_DEBUG === '1' && error instanceof Error) streams.err(`${error.stack}\n`);
  }
  // Whatever still holds the event loop (an idle connection) must not hold the shell.
  setTimeout(() => process.exit(), lingerMs).unref();
}

function streamsOf(argv: readonly string[]): Streams {
  const ends = argv.indexOf('--');
  const noColor = (ends === -1 ? argv : argv.slice(0, ends)).includes('--no-color') ? 'no-color' : 'auto';
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outStyle: styleOf(process.stdout, process.env, noColor),
    errStyle: styleOf(process.stderr, process.env, noColor),
    live: isLive(process.stderr, process.env),
    rows: () => process.stderr.rows ?? 24,
    columns: () => process.stderr.columns ?? 80,
  };
}

/** `strata plan | head` is no error. */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitCodes.ok);
      throw error;
    });
  }
}

/** The first signal asks to drain and save, the second to interrupt, the third ends at once; the journal makes even that safe. */
function drainOnSignal(streams: Streams): Stopping {
  const drain = new AbortController();
  const cancel = new AbortController();
  let notice = (text: string): void => streams.err(text);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (cancel.signal.aborted) process.exit(128 + constants.signals[name]);
      if (drain.signal.aborted) {
        notice('interrupting the running steps; once more ends at once\n');
        cancel.abort();
      } else {
        notice('stopping: running steps finish, nothing new starts; Ctrl-C again interrupts them\n');
        drain.abort();
      }
    });
  }
  return {
    drain: drain.signal,
    cancel: cancel.signal,
    onNotice: (show) => {
      notice = show;
    },
  };
}
