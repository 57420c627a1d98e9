import type { Diagnostic, Failure } from '../model/index.js';
import { visible } from './cells.js';
import { renderDiagnostic } from './diagnostics.js';
import { duration } from './durations.js';
import { groups, type Progress, type Tracked } from './progress.js';
import { paintOf, type Style, signsOf } from './style.js';

/** Most failures that are told in full; the rest follow from them or look like them. */
const toldInFull = 5;

/** The end of a run for people: what failed and why, what was not reached, and the command that goes on. */
export function renderOutcome(progress: Progress, style: Style, resume: string): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const steps = [...progress.steps.values()];
  const failed = steps.filter((step) => step.phase === 'failed');
  const took = duration(progress.at - progress.startedAt);
  const out: string[] = [];
  for (const step of failed.slice(0, toldInFull)) out.push(renderFailedStep(step, style));
  if (failed.length > toldInFull) out.push(`and ${failed.length - toldInFull} more steps failed: strata status\n`);
  if (progress.verdict === 'ok') {
    out.push(
      `${paint.green(signs.done)} ${paint.bold(`${progress.platform}/${progress.environment}`)} ${okWord(progress)} in ${took}: ${counts(progress)}\n`,
    );
    return out.join('\n');
  }
  const skipped = steps.filter((step) => step.phase === 'skipped').length;
  const word = progress.verdict === 'cancelled' ? 'stopped' : 'failed';
  const rest = skipped > 0 ? `, ${skipped} not reached` : '';
  out.push(
    `${paint.red(signs.failed)} ${word} after ${took}: ${counts(progress)}${rest}\n  ${paint.green(signs.next)} finished steps are kept; go on with:\n    ${paint.cyan(`$ ${style.command?.(resume) ?? resume}`)}\n`,
  );
  return out.join('\n');
}

const okWord = (progress: Progress): string =>
  progress.mode === 'destroy' ? 'is gone' : progress.mode === 'rehearse' ? 'is rehearsed' : 'is up';

function counts(progress: Progress): string {
  const sum = { done: 0, kept: 0, removed: 0, failed: 0 };
  for (const group of groups(progress)) {
    sum.done += group.done;
    sum.kept += group.kept;
    sum.removed += group.removed;
    sum.failed += group.failed;
  }
  const parts = (['done', 'kept', 'removed', 'failed'] as const).flatMap((key) => (sum[key] > 0 ? [`${sum[key]} ${key}`] : []));
  return parts.length === 0 ? 'nothing to do' : parts.join(', ');
}

function renderFailedStep(step: Tracked, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const head = `${paint.red(signs.failed)} ${paint.bold(visible(step.id))}  ${visible(step.title)}, failed after ${duration(step.durationMs ?? 0)}`;
  const output =
    step.lines.length === 0
      ? []
      : [paint.dim(`  last output:`), ...step.lines.slice(-10).map((line) => paint.dim(`  ${signs.bar} ${visible(line)}`))];
  const told =
    step.failure === undefined ? [] : causes(step.failure).map((one) => renderDiagnostic(one, new Map(), style).trimEnd());
  return `${[head, ...output, ...told].join('\n')}\n`;
}

/** A failure and what caused it, outermost first. */
function causes(failure: Failure): readonly Diagnostic[] {
  const chain: Diagnostic[] = [];
  for (let one: Failure | undefined = failure; one !== undefined && chain.length < 5; one = one.cause) chain.push(one.diagnostic);
  return chain;
}
