import type { RunState, StepId, StepState } from '../model/index.js';
import { cut, left, right, visible } from './cells.js';
import { duration } from './durations.js';
import { groupOf, groupOrder } from './progress.js';
import { type Paint, paintOf, type Signs, type Style, signsOf } from './style.js';

/** What is told about an environment. */
export interface StatusView {
  readonly platform: string;
  readonly environment: string;
  readonly state: RunState;
  /** Who holds the environment now. */
  readonly holder?: { readonly pid: number; readonly command: string; readonly since: string };
}

interface Row {
  readonly id: StepId;
  readonly phase: StepState['phase'] | 'stands' | 'unknown';
  readonly durationMs?: number;
  readonly note: string;
}

/** A table of every step: how it ended last, and what stands. */
export function renderStatus(view: StatusView, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const rows = rowsOf(view);
  const head = `${paint.bold(`${view.platform}/${view.environment}`)}  ${headline(view)}\n`;
  if (rows.length === 0) return head;
  const idWidth = Math.min(Math.max(...rows.map((row) => row.id.length)), Math.floor(style.columns * 0.5));
  const room = Math.max(0, style.columns - idWidth - 24);
  const lines = rows.map((row) => {
    const time = row.durationMs === undefined ? '' : duration(row.durationMs);
    const line = `${sign(row.phase, paint, signs)} ${left(cut(row.id, idWidth, signs.ellipsis), idWidth)} ${left(row.phase, 8)} ${right(time, 9)}  ${paint.dim(cut(visible(row.note), room, signs.ellipsis))}`;
    return line.trimEnd();
  });
  return `${head}${lines.join('\n')}\n`;
}

function headline({ state, holder }: StatusView): string {
  if (holder !== undefined) return `a run is under way: ${holder.command} (process ${holder.pid}, since ${holder.since})`;
  if (state.startedAt === undefined) return 'nothing was ever built here';
  const ended = state.verdict === undefined ? 'was cut short; "strata up" goes on' : `ended ${state.verdict}`;
  const took =
    state.finishedAt === undefined ? '' : ` after ${duration(Date.parse(state.finishedAt) - Date.parse(state.startedAt))}`;
  return `last run (${state.mode ?? 'up'}) started ${state.startedAt}, ${ended}${took}; ${state.records.size} steps stand`;
}

function rowsOf({ state, holder }: StatusView): readonly Row[] {
  const ids = [...new Set([...state.steps.keys(), ...state.records.keys()])];
  return ids.map((id) => rowOf(id, state, holder !== undefined)).sort((a, b) => rank(a.id) - rank(b.id));
}

const rank = (id: StepId): number => {
  const at = groupOrder.indexOf(groupOf(id));
  return at === -1 ? groupOrder.length : at;
};

function rowOf(id: StepId, state: RunState, held: boolean): Row {
  const step = state.steps.get(id);
  const record = state.records.get(id);
  if (step === undefined)
    return { id, phase: 'stands', ...(record && { durationMs: record.durationMs }), note: record ? `since ${record.at}` : '' };
  const cutShort = step.phase === 'running' && !held;
  return {
    id,
    phase: cutShort ? 'unknown' : step.phase,
    ...(step.durationMs !== undefined && { durationMs: step.durationMs }),
    note: cutShort ? 'was running when the run was cut short' : noteOf(step),
  };
}

function noteOf(step: StepState): string {
  if (step.failure !== undefined) return `${step.failure.diagnostic.message} [${step.failure.diagnostic.code}]`;
  return step.because === undefined ? '' : `because ${step.because} failed`;
}

function sign(phase: Row['phase'], paint: Paint, signs: Signs): string {
  switch (phase) {
    case 'done':
    case 'stands':
      return paint.green(signs.done);
    case 'kept':
      return paint.green(signs.kept);
    case 'removed':
      return paint.dim(signs.removed);
    case 'failed':
      return paint.red(signs.failed);
    case 'running':
      return paint.cyan(signs.running);
    case 'skipped':
    case 'unknown':
      return paint.yellow(signs.skipped);
    case 'waiting':
      return paint.dim(signs.waiting);
  }
}

/** The same for programs: maps become lists. */
export const statusDocument = ({ platform, environment, state, holder }: StatusView): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'Status',
  platform,
  environment,
  run: state.run,
  mode: state.mode,
  startedAt: state.startedAt,
  finishedAt: state.finishedAt,
  verdict: state.verdict,
  holder,
  steps: [...state.steps.values()],
  standing: [...state.records].map(([step, record]) => ({
    step,
    at: record.at,
    fingerprint: record.fingerprint,
    durationMs: record.durationMs,
  })),
});
