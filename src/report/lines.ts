import type { RunEvent, StepId } from '../model/index.js';
import { visible } from './cells.js';
import { clock, duration } from './durations.js';
import { type Progress, track } from './progress.js';
import { type Paint, paintOf, type Signs, type Style, signsOf } from './style.js';
import type { View } from './tty.js';

/** How much is told. */
export interface LinesOptions {
  /** Tool output too, not only what steps say. */
  readonly verbose: boolean;
}

/** One line per event, for logs and for terminals that cannot redraw. */
export function linesView(write: (text: string) => void, style: Style, { verbose }: LinesOptions): View {
  const tracker = track();
  return {
    event(event) {
      tracker.add(event);
      const progress = tracker.progress();
      if (progress === undefined || (event.type === 'step-output' && !verbose)) return;
      const text = lineOf(event, progress, style);
      if (text !== undefined) write(`${text}\n`);
    },
    tick: () => {},
    say: (text) => write(text.endsWith('\n') ? text : `${text}\n`),
    close: () => {},
    progress: tracker.progress,
  };
}

/** The line of one event; `undefined` for those that have none. */
export function lineOf(event: RunEvent, progress: Progress, style: Style): string | undefined {
  const paint = paintOf(style);
  const text = bodyOf(event, progress, paint, signsOf(style));
  if (text === undefined) return undefined;
  const offset = `+${duration(Math.max(0, Date.parse(event.at) - progress.startedAt))}`;
  return `${paint.dim(offset.padStart(8))} ${text}`;
}

function bodyOf(event: RunEvent, progress: Progress, paint: Paint, signs: Signs): string | undefined {
  const of = (step: StepId, sign: string, rest: string): string => `${sign} ${visible(step)}  ${rest}`;
  switch (event.type) {
    case 'run-started':
      return `${event.mode} ${event.platform}/${event.environment}: ${event.steps.length} steps (run ${event.run})`;
    case 'step-started':
      return of(
        event.step,
        paint.cyan(signs.running),
        `started${event.attempt > 1 ? `, try ${event.attempt}` : ''}${expectation(event.step, progress)}`,
      );
    case 'step-output':
      return of(event.step, paint.dim(signs.bar), paint.dim(visible(event.text)));
    case 'step-note':
      return of(event.step, paint.dim(signs.bar), visible(event.text));
    case 'step-finished':
      return of(event.step, paint.green(signs[event.verdict]), `${event.verdict} in ${duration(event.durationMs)}`);
    case 'step-failed': {
      const { code, message } = event.failure.diagnostic;
      return of(event.step, paint.red(signs.failed), `failed after ${duration(event.durationMs)}: ${visible(message)} [${code}]`);
    }
    case 'step-skipped':
      return of(event.step, paint.yellow(signs.skipped), `skipped, because ${event.because} failed`);
    case 'evidence':
      return event.evidence.verdict === 'pass'
        ? undefined
        : of(event.evidence.step, paint.yellow(signs.skipped), `${event.evidence.verdict}: ${visible(event.evidence.claim)}`);
    case 'heartbeat':
      return stillRunning(event.running, event.at, progress);
    case 'run-finished':
      return `${event.verdict} after ${duration(Date.parse(event.at) - progress.startedAt)}`;
  }
}

function expectation(step: StepId, progress: Progress): string {
  const expected = progress.steps.get(step)?.expectedMs;
  return expected === undefined ? '' : `, took ${duration(expected)} last time`;
}

function stillRunning(running: readonly StepId[], at: string, progress: Progress): string {
  const now = Date.parse(at);
  const shown = running.slice(0, 5).map((id) => `${id} (${clock(now - (progress.steps.get(id)?.startedAt ?? now))})`);
  const more = running.length > shown.length ? `, and ${running.length - shown.length} more` : '';
  return `still running: ${shown.join(', ')}${more}`;
}
