import type { RunEvent } from '../model/index.js';
import { linesView } from '../report/lines.js';
import { renderOutcome } from '../report/outcome.js';
import { liveView, type View } from '../report/tty.js';
import type { Call } from './call.js';

/** How often the live view looks at the clock, in milliseconds. */
const beatMs = 250;

/** What a use case is given to tell about its run, and how it is asked to stop. */
export interface Watching {
  readonly listen: (event: RunEvent) => void;
  readonly drain: AbortSignal;
  readonly cancel: AbortSignal;
}

/** Shows a run on stderr while `work` goes on; with `--events`, every event is also a line on stdout. */
export async function watched<T>(call: Call, resume: string, work: (watching: Watching) => Promise<T>): Promise<T> {
  const { streams, options } = call;
  const view = viewOf(call);
  const beat = setInterval(view.tick, beatMs);
  beat.unref();
  call.onNotice((text) => view.say(text));
  const listen = (event: RunEvent): void => {
    if (options.events) streams.out(`${JSON.stringify(event)}\n`);
    view.event(event);
    if (event.type === 'run-finished') view.tick();
  };
  try {
    return await work({ listen, drain: call.drain, cancel: call.cancel });
  } finally {
    clearInterval(beat);
    view.close();
    const progress = view.progress();
    if (progress?.verdict !== undefined) streams.err(`\n${renderOutcome(progress, streams.errStyle, resume)}`);
  }
}

function viewOf({ streams, options }: Call): View {
  if (!streams.live) return linesView(streams.err, streams.errStyle, { verbose: options.verbose });
  return liveView({ write: streams.err, columns: streams.columns, rows: streams.rows }, streams.errStyle, Date.now);
}
