import type { Change, Digest, StepId, Verdict } from '../model/index.js';
import { cut, visible } from './cells.js';
import { duration } from './durations.js';
import { paintOf, type Style, signsOf } from './style.js';

/** Why a step would run, or would not. */
export interface ExplanationView {
  readonly step: StepId;
  readonly title: string;
  readonly verdict: Verdict;
  readonly reason: keyof typeof reasons;
  readonly changes: readonly Change[];
  readonly fingerprint: { readonly recorded?: Digest; readonly now?: Digest };
  readonly recordedAt?: string;
  readonly lastDurationMs?: number;
}

const reasons = {
  'never-ran': 'no run has finished it, and nothing is there yet',
  absent: 'a run made it, but it is not there any more',
  'inputs-changed': 'it was made from other inputs',
  differs: 'its inputs are the same, but what is there is not as wanted',
  found: 'something is there that no run has recorded',
  waits: 'it reads an output that does not exist yet, so nothing more can be known before',
  'up-to-date': 'its inputs are the same and what is there is as wanted',
  'not-wanted': 'the definition no longer asks for it',
} as const;

const verdicts: Readonly<Record<Verdict, string>> = {
  create: 'would be created',
  change: 'would be changed',
  keep: 'would be kept',
  remove: 'would be removed',
  unknown: 'is decided once an earlier step has run',
};

/** The answer to "why?" in sentences. */
export function renderExplanation(view: ExplanationView, style: Style): string {
  const paint = paintOf(style);
  const { ellipsis } = signsOf(style);
  const lines = [`${paint.bold(view.step)}  ${visible(view.title)}`, `  It ${verdicts[view.verdict]}: ${reasons[view.reason]}.`];
  const awaited = view.changes.filter((change) => change.what === 'waits for');
  if (awaited.length > 0) lines.push('  It waits for:', ...awaited.map(({ to = '' }) => `    ${visible(to)}`));
  const changes = view.changes.filter((change) => change.what !== 'waits for');
  if (changes.length > 0) {
    lines.push('  What differs:');
    for (const { what, from, to } of changes) {
      const values = from === undefined && to === undefined ? '' : `: ${from ?? 'nothing'} -> ${to ?? 'nothing'}`;
      lines.push(`    ${cut(visible(what + values), style.columns - 4, ellipsis)}`);
    }
  }
  if (view.recordedAt !== undefined) {
    lines.push(
      `  Last finished ${view.recordedAt}${view.lastDurationMs === undefined ? '' : ` in ${duration(view.lastDurationMs)}`}.`,
    );
  }
  const { recorded, now } = view.fingerprint;
  if (recorded !== undefined && now !== undefined && recorded !== now)
    lines.push(paint.dim(`  Fingerprint ${short(recorded)} then, ${short(now)} now.`));
  return `${lines.join('\n')}\n`;
}

const short = (digest: Digest): string => digest.replace('sha256:', '').slice(0, 12);
