import type { RunEvent } from '../model/index.js';
import { cut, widthOf } from './cells.js';
import { clock } from './durations.js';
import { renderFrame } from './frame.js';
import { type Progress, track } from './progress.js';
import type { Style } from './style.js';

/** A terminal that is drawn on. */
export interface Screen {
  write(text: string): void;
  columns(): number;
  rows(): number;
}

/** A consumer of events that also has to be reminded of time. */
export interface View {
  event(event: RunEvent): void;
  /** Draws again where something may have changed; called about four times a second. */
  tick(): void;
  /** Writes lines above the live part. */
  say(text: string): void;
  /** Leaves the last picture standing and gives the cursor back. */
  close(): void;
  progress(): Progress | undefined;
}

const csi = '\u001b[';
const hideCursor = `${csi}?25l`;
const showCursor = `${csi}?25h`;
const wrapOff = `${csi}?7l`;
const wrapOn = `${csi}?7h`;
const eraseLine = `${csi}K`;
const eraseBelow = `${csi}J`;

/**
 * Redraws a run in place. The picture is always the last thing on the screen; before each redraw the cursor goes
 * back over the rows the old one takes now, which after a narrowing of the window may be more than it had lines.
 */
export function liveView(screen: Screen, style: Style, now: () => number): View {
  const tracker = track();
  let drawn: readonly number[] = [];
  let shown = '';
  let open = true;

  const back = (): string => {
    const columns = Math.max(1, screen.columns());
    const rows = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? '\r' : `${csi}${rows}A\r`;
  };

  const opened = now();

  /** Before the run begins there is only a clock; it leaves no trace. */
  const linesNow = (): readonly string[] => {
    const progress = tracker.progress();
    const size = { columns: Math.max(20, screen.columns() - 1), rows: Math.max(3, screen.rows()), now: now() };
    if (progress !== undefined) return renderFrame(progress, style, size);
    return open ? [cut(`looking at what is there  ${clock(now() - opened)}`, size.columns, '')] : [];
  };

  const draw = (above = ''): void => {
    const lines = linesNow();
    const picture = lines.map((line) => `${line}${eraseLine}\n`).join('');
    if (picture === shown && above === '') return;
    screen.write(
      `${hideCursor}${wrapOff}${back()}${above === '' ? '' : `${eraseBelow}${above}`}${picture}${eraseBelow}${wrapOn}`,
    );
    drawn = lines.map(widthOf);
    shown = picture;
  };

  return {
    event(event) {
      tracker.add(event);
    },
    tick: () => {
      if (open) draw();
    },
    say: (text) => {
      draw(text.endsWith('\n') ? text : `${text}\n`);
    },
    close() {
      if (!open) return;
      open = false;
      draw();
      screen.write(showCursor);
    },
    progress: tracker.progress,
  };
}
