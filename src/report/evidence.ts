import type { Evidence } from '../model/index.js';
import { cut, visible } from './cells.js';
import { paintOf, type Style, signsOf } from './style.js';

/** What the runs proved, by step; what was not checked is said as loudly as what failed. */
export function renderEvidence(evidence: readonly Evidence[], style: Style): string {
  if (evidence.length === 0) return 'No run has left evidence yet.\n';
  const paint = paintOf(style);
  const signs = signsOf(style);
  const marks = { pass: paint.green(signs.done), fail: paint.red(signs.failed), 'not-checked': paint.yellow(signs.skipped) };
  const lines: string[] = [];
  for (const step of [...new Set(evidence.map((one) => one.step))]) {
    lines.push(paint.bold(step));
    for (const one of evidence.filter((other) => other.step === step)) {
      const word = one.verdict === 'pass' ? '' : ` (${one.verdict})`;
      const controls =
        one.controls === undefined || one.controls.length === 0
          ? ''
          : `  ${paint.dim(cut(one.controls.join(' '), 40, signs.ellipsis))}`;
      lines.push(`  ${marks[one.verdict]} ${visible(one.claim)}${word}${controls}`);
      if (one.artefact !== undefined) lines.push(paint.dim(`      ${visible(one.artefact.path)}  ${one.artefact.digest}`));
    }
  }
  const count = (verdict: Evidence['verdict']): number => evidence.filter((one) => one.verdict === verdict).length;
  lines.push(`${count('pass')} passed, ${count('fail')} failed, ${count('not-checked')} not checked`);
  return `${lines.join('\n')}\n`;
}
