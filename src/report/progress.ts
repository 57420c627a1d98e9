import { type Failure, layers, type RunEvent, type RunStep, type StepId, type StepState } from '../model/index.js';

/** The groups of a run's steps, in the order they are shown. */
export const groupOrder: readonly string[] = ['toolchain', ...layers];

/** First part of a step's id: the toolchain or a layer. */
export const groupOf = (step: StepId | string): string => step.split('/', 1)[0] ?? '';

/** Last lines of a step's output that are kept for the report of a failure. */
const tail = 20;

/** One step as a view needs it. */
export interface Tracked {
  readonly id: StepId;
  readonly title: string;
  readonly group: string;
  readonly after: readonly StepId[];
  readonly expectedMs?: number;
  phase: StepState['phase'];
  attempt: number;
  /** Milliseconds since the epoch; set while it runs and after. */
  startedAt?: number;
  durationMs?: number;
  /** Last thing it said. */
  last?: string;
  /** What it wrote last, oldest first. */
  readonly lines: string[];
  failure?: Failure;
  because?: StepId;
}

/** A run so far, as views draw it. */
export interface Progress {
  readonly mode: 'up' | 'destroy' | 'rehearse';
  readonly platform: string;
  readonly environment: string;
  readonly startedAt: number;
  /** Time of the last event. */
  readonly at: number;
  readonly steps: ReadonlyMap<StepId, Tracked>;
  readonly verdict?: 'ok' | 'failed' | 'cancelled';
}

/** Follows a run; owns what it has seen of it. */
export interface Tracker {
  add(event: RunEvent): void;
  /** `undefined` before the run has started. */
  progress(): Progress | undefined;
}

type Event<T extends RunEvent['type']> = RunEvent & { readonly type: T };

/** Starts following a run. Events of steps that were not announced are taken as they come. */
export function track(): Tracker {
  let head: Omit<Progress, 'steps' | 'at'> | undefined;
  let at = 0;
  let steps = new Map<StepId, Tracked>();

  const step = (id: StepId): Tracked => {
    const known = steps.get(id);
    if (known !== undefined) return known;
    const fresh = tracked({ id, title: id, after: [], intent: 'apply' });
    steps.set(id, fresh);
    return fresh;
  };

  const begin = (event: Event<'run-started'>): void => {
    head = { mode: event.mode, platform: event.platform, environment: event.environment, startedAt: Date.parse(event.at) };
    steps = new Map(event.steps.map((one) => [one.id, tracked(one)]));
  };

  return {
    add(event) {
      at = Date.parse(event.at);
      if (event.type === 'run-started') begin(event);
      else if (event.type === 'run-finished') head = head && { ...head, verdict: event.verdict };
      else if ('step' in event) update(step(event.step), event, at);
    },
    progress: () => head && { ...head, at, steps },
  };
}

const tracked = ({ id, title, after, expectedMs }: RunStep): Tracked => ({
  id,
  title,
  group: groupOf(id),
  after,
  phase: 'waiting',
  attempt: 0,
  lines: [],
  ...(expectedMs !== undefined && { expectedMs }),
});

function update(step: Tracked, event: RunEvent & { readonly step: StepId }, at: number): void {
  switch (event.type) {
    case 'step-started':
      step.phase = 'running';
      step.attempt = event.attempt;
      step.startedAt ??= at;
      break;
    case 'step-output':
    case 'step-note':
      step.last = event.text.trim() === '' ? (step.last ?? '') : event.text.trim();
      if (event.type === 'step-output') step.lines.push(event.text);
      if (step.lines.length > tail) step.lines.shift();
      break;
    case 'step-finished':
      step.phase = event.verdict;
      step.durationMs = event.durationMs;
      break;
    case 'step-failed':
      step.phase = 'failed';
      step.durationMs = event.durationMs;
      step.failure = event.failure;
      break;
    case 'step-skipped':
      step.phase = 'skipped';
      step.because = event.because;
      break;
  }
}

/** Steps of one group. */
export interface GroupCount {
  readonly name: string;
  readonly total: number;
  readonly done: number;
  readonly kept: number;
  readonly removed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly running: readonly Tracked[];
}

/** The groups that have steps, in order; unknown ones last. */
export function groups(progress: Progress): readonly GroupCount[] {
  const all = [...progress.steps.values()];
  const names = [...new Set(all.map((step) => step.group))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return names.map((name) => {
    const own = all.filter((step) => step.group === name);
    const count = (phase: Tracked['phase']): number => own.filter((step) => step.phase === phase).length;
    return {
      name,
      total: own.length,
      done: count('done'),
      kept: count('kept'),
      removed: count('removed'),
      failed: count('failed'),
      skipped: count('skipped'),
      running: own.filter((step) => step.phase === 'running'),
    };
  });
}

function rank(name: string): number {
  const known = groupOrder.indexOf(name);
  return known === -1 ? groupOrder.length : known;
}

/** What is left, by the longest chain of expected times. */
export interface Remaining {
  readonly ms: number;
  /** Steps on any chain whose time nobody knows: the rest may be longer. */
  readonly unknown: number;
}

/** Estimates the rest of a run at a moment; `undefined` where no past run can tell. */
export function remaining(progress: Progress, now: number): Remaining | undefined {
  const memo = new Map<StepId, number>();
  const open = (step: Tracked): boolean => step.phase === 'waiting' || step.phase === 'running';
  const own = (step: Tracked): number => {
    if (!open(step)) return 0;
    const elapsed = step.phase === 'running' && step.startedAt !== undefined ? now - step.startedAt : 0;
    return Math.max(0, (step.expectedMs ?? 0) - elapsed);
  };
  // Announced steps are in no promised order, so chains are followed with a stack of our own.
  const finish = (id: StepId): number => {
    const stack: { readonly id: StepId; readonly entered: boolean }[] = [{ id, entered: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const step = progress.steps.get(top.id);
      if (step === undefined || (memo.has(top.id) && !top.entered)) continue;
      if (top.entered) {
        memo.set(top.id, own(step) + Math.max(0, ...step.after.map((before) => memo.get(before) ?? 0)));
        continue;
      }
      memo.set(top.id, 0);
      stack.push(
        { id: top.id, entered: true },
        ...step.after.filter((before) => !memo.has(before)).map((before) => ({ id: before, entered: false })),
      );
    }
    return memo.get(id) ?? 0;
  };
  const rest = [...progress.steps.values()].filter(open);
  if (rest.length === 0 || rest.every((step) => step.expectedMs === undefined)) return undefined;
  return {
    ms: Math.max(...rest.map((step) => finish(step.id))),
    unknown: rest.filter((step) => step.expectedMs === undefined).length,
  };
}
