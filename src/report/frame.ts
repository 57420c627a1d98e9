import { cut, left, right, visible, widthOf } from './cells.js';
import { clock, duration } from './durations.js';
import { type GroupCount, groups, type Progress, remaining, type Tracked } from './progress.js';
import { type Paint, paintOf, type Signs, type Style, signsOf } from './style.js';

/** How much room a frame has, and when it is drawn. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const titles = { up: 'strata up', destroy: 'strata destroy', rehearse: 'strata rehearse' };
const groupWidth = 15;

interface Look extends FrameSize {
  readonly paint: Paint;
  readonly signs: Signs;
}

/** One picture of a run: a clock, a line per group, and the running steps under their group. Pure; never larger than its room. */
export function renderFrame(progress: Progress, style: Style, size: FrameSize): readonly string[] {
  const look: Look = { ...size, paint: paintOf(style), signs: signsOf(style) };
  const counted = groups(progress);
  const spare = size.rows - 2 - counted.length;
  const shown = share(counted, Math.max(0, spare));
  const lines = [header(progress, look)];
  for (const group of counted) {
    lines.push(groupLine(group, look));
    const mine = shown.get(group.name) ?? 0;
    const hidden = group.running.length - mine;
    for (const step of longestFirst(group.running).slice(0, mine)) lines.push(stepLine(step, look));
    if (hidden > 0 && mine > 0) lines[lines.length - 1] += look.paint.dim(` +${hidden}`);
  }
  return lines
    .slice(0, Math.max(1, size.rows - 1))
    .map((line) => (widthOf(line) > size.columns ? cut(visible(line), size.columns, '') : line));
}

/** Who has run longest is asked about most. */
const longestFirst = (steps: readonly Tracked[]): readonly Tracked[] =>
  steps.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));

/** Deals the free lines out to the groups that have running steps, one each in turn. */
function share(counted: readonly GroupCount[], spare: number): ReadonlyMap<string, number> {
  const dealt = new Map<string, number>();
  let free = spare;
  for (let round = 1; free > 0 && counted.some((group) => group.running.length >= round); round++) {
    for (const group of counted) {
      if (free > 0 && group.running.length >= round) {
        dealt.set(group.name, round);
        free -= 1;
      }
    }
  }
  return dealt;
}

function header(progress: Progress, { paint, columns, now }: Look): string {
  const elapsed = clock(now - progress.startedAt);
  const rest = progress.verdict === undefined ? remaining(progress, now) : undefined;
  const more = rest === undefined ? '' : `   about ${clock(rest.ms)} left${rest.unknown > 0 ? ' or more' : ''}`;
  const tail = `${elapsed}${more} `;
  const name = `${titles[progress.mode]}  ${progress.platform}/${progress.environment}`;
  const room = columns - widthOf(tail) - 2;
  const shown = cut(visible(name), room, '');
  return `${paint.bold(left(shown, Math.max(0, room)))}  ${paint.cyan(elapsed)}${paint.dim(more)}`;
}

function groupLine(group: GroupCount, look: Look): string {
  const { paint, signs, columns } = look;
  const settled = group.done + group.kept + group.removed;
  const barWidth = Math.max(0, Math.min(24, columns - groupWidth - 36));
  const full = group.total === 0 ? 0 : Math.floor((settled / group.total) * barWidth);
  const bar = `${paint.green(signs.full.repeat(full))}${paint.dim(signs.empty.repeat(barWidth - full))}`;
  const count = right(`${settled}/${group.total}`, 7);
  return `${groupSign(group, look)} ${left(group.name, groupWidth)} ${bar} ${count}  ${paint.dim(cut(summary(group), Math.max(0, columns - groupWidth - barWidth - 14), signs.ellipsis))}`;
}

function groupSign(group: GroupCount, { paint, signs }: Look): string {
  const settled = group.done + group.kept + group.removed;
  if (group.failed > 0) return paint.red(signs.failed);
  if (group.running.length > 0) return paint.cyan(signs.running);
  if (settled === group.total) return paint.green(signs.done);
  return group.skipped > 0 ? paint.yellow(signs.skipped) : paint.dim(signs.waiting);
}

function summary(group: GroupCount): string {
  const parts = [
    [group.failed, 'failed'],
    [group.skipped, 'skipped'],
    [group.running.length, 'running'],
    [group.kept, 'kept'],
  ] as const;
  return parts.flatMap(([n, word]) => (n > 0 ? [`${n} ${word}`] : [])).join(', ');
}

/** `    cluster/init           0:42 / 1m 10s   last thing it said`. */
function stepLine(step: Tracked, { paint, signs, columns, now }: Look): string {
  const time = clock(now - (step.startedAt ?? now));
  const expected = step.expectedMs === undefined ? '' : ` / ${duration(step.expectedMs)}`;
  const late = step.expectedMs !== undefined && now - (step.startedAt ?? now) > step.expectedMs * 1.5;
  const clockText = right(`${time}${expected}`, 15);
  const nameWidth = Math.max(10, Math.min(36, Math.floor(columns * 0.34)));
  const attempt = step.attempt > 1 ? ` (try ${step.attempt})` : '';
  const name = cut(visible(step.id.slice(step.group.length + 1) + attempt), nameWidth, signs.ellipsis);
  const room = columns - 4 - nameWidth - 1 - widthOf(clockText) - 2 - 4;
  const last = room < 8 ? '' : cut(visible(step.last ?? step.title), room, signs.ellipsis);
  return `    ${left(name, nameWidth)} ${late ? paint.yellow(clockText) : clockText}  ${paint.dim(last)}`;
}
