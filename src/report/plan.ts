import type { Plan, PlannedStep, Verdict } from '../model/index.js';
import { cut, left, right, visible, widthOf } from './cells.js';
import { duration } from './durations.js';
import { groupOf, groupOrder } from './progress.js';
import { type Paint, paintOf, type Style, signsOf } from './style.js';

/** Signs of verdicts; the words stand beside them in the legend and the summary. */
const verdictSigns: Readonly<Record<Verdict, string>> = { create: '+', change: '~', remove: '-', unknown: '?', keep: '=' };

const verdictColors = (paint: Paint): Readonly<Record<Verdict, (text: string) => string>> => ({
  create: paint.green,
  change: paint.yellow,
  remove: paint.red,
  unknown: paint.magenta,
  keep: paint.dim,
});

/** Changes of one step that are listed; a longer list is counted. */
const mostChanges = 30;

/** True where a run of this plan would do something. */
export const hasChanges = (plan: Plan): boolean => plan.steps.some((step) => step.verdict !== 'keep');

/** A plan for people: by layer, what happens to each step and why, and how long it should take. */
export function renderPlan(plan: Plan, style: Style): string {
  const paint = paintOf(style);
  const blocks = groupsOf(plan).map(([name, steps]) => renderGroup(name, steps, style));
  const legend = hasChanges(plan) ? paint.dim('+ create  ~ change  - remove  ? waits for an earlier output  = keep\n\n') : '';
  return `${paint.bold(`Plan for ${plan.platform}/${plan.environment}`)}\n${legend}${blocks.join('')}${summary(plan, style)}`;
}

function groupsOf(plan: Plan): readonly (readonly [string, readonly PlannedStep[]])[] {
  const names = [...new Set(plan.steps.map((step) => groupOf(step.id)))];
  const rank = (name: string): number => (groupOrder.includes(name) ? groupOrder.indexOf(name) : groupOrder.length);
  return names.sort((a, b) => rank(a) - rank(b)).map((name) => [name, plan.steps.filter((step) => groupOf(step.id) === name)]);
}

function renderGroup(name: string, steps: readonly PlannedStep[], style: Style): string {
  const paint = paintOf(style);
  const moving = steps.filter((step) => step.verdict !== 'keep');
  const kept = steps.length - moving.length;
  const note = kept === 0 ? '' : moving.length === 0 ? `${kept} kept` : `and ${kept} kept`;
  if (moving.length === 0) return `${paint.bold(name)}  ${paint.dim(`= ${note}`)}\n`;
  const lines = moving.flatMap((step) => renderStep(step, style));
  return [paint.bold(name), ...lines, ...(note === '' ? [] : [paint.dim(`  = ${note}`)]), ''].map((line) => `${line}\n`).join('');
}

function renderStep(step: PlannedStep, style: Style): readonly string[] {
  const paint = paintOf(style);
  const { ellipsis } = signsOf(style);
  const color = verdictColors(paint)[step.verdict];
  const time = step.expectedMs === undefined ? '' : `~${duration(step.expectedMs)}`;
  const destructive = step.effect === 'destructive' ? ' (destroys data)' : '';
  const nameWidth = Math.min(44, Math.floor(style.columns * 0.45));
  const room = Math.max(10, style.columns - nameWidth - 16);
  const name = visible(step.id.slice(groupOf(step.id).length + 1));
  const head = `  ${color(verdictSigns[step.verdict])} ${left(cut(name, nameWidth, ellipsis), nameWidth)} ${left(cut(visible(step.title), room - destructive.length, ellipsis) + destructive, room)} ${paint.dim(right(time, 9))}`;
  const changes = step.verdict === 'change' || step.verdict === 'remove' ? step.changes : [];
  const more = changes.length - mostChanges;
  return [
    head.trimEnd(),
    ...changes
      .slice(0, mostChanges)
      .map(({ what, from, to }) => `      ${paint.dim(cut(visible(changeText(what, from, to)), style.columns - 8, ellipsis))}`),
    ...(more > 0 ? [`      ${paint.dim(`and ${more} more`)}`] : []),
  ];
}

function changeText(what: string, from: string | undefined, to: string | undefined): string {
  if (from === undefined && to === undefined) return what;
  return `${what}: ${from ?? 'nothing'} -> ${to ?? 'nothing'}`;
}

function summary(plan: Plan, style: Style): string {
  const paint = paintOf(style);
  if (!hasChanges(plan)) return `\n${paint.green('Nothing to do')}: all ${plan.steps.length} steps are as wanted.\n`;
  const words: Readonly<Record<Verdict, string>> = {
    create: 'to create',
    change: 'to change',
    remove: 'to remove',
    unknown: 'known later',
    keep: 'kept',
  };
  const counts = (['create', 'change', 'remove', 'unknown', 'keep'] as const).flatMap((verdict) => {
    const n = plan.steps.filter((step) => step.verdict === verdict).length;
    return n === 0 ? [] : [`${n} ${words[verdict]}`];
  });
  const estimate = expected(plan);
  const time =
    estimate === undefined
      ? 'no past run tells how long'
      : `about ${duration(estimate.ms)}${estimate.unknown > 0 ? `, plus ${estimate.unknown} steps that never ran here` : ''}`;
  const line = `${counts.join(', ')}; ${time}.`;
  return widthOf(line) <= style.columns ? `${line}\n` : `${counts.join(', ')};\n${time}.\n`;
}

/** The longest chain of expected times over the steps that will run. */
export function expected(plan: Plan): { readonly ms: number; readonly unknown: number } | undefined {
  const moving = plan.steps.filter((step) => step.verdict !== 'keep');
  if (moving.every((step) => step.expectedMs === undefined)) return undefined;
  const ends = new Map<string, number>();
  // Plans list steps after those they wait for; a step listed before one of them only shortens the estimate.
  for (const step of plan.steps) {
    const own = step.verdict === 'keep' ? 0 : (step.expectedMs ?? 0);
    ends.set(step.id, own + Math.max(0, ...step.after.map((id) => ends.get(id) ?? 0)));
  }
  return { ms: Math.max(...ends.values()), unknown: moving.filter((step) => step.expectedMs === undefined).length };
}
