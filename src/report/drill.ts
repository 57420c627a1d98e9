import type { DrillReport } from '../model/index.js';
import { left, right, visible } from './cells.js';
import { clock, duration, minutes } from './durations.js';
import { paintOf, type Style, signsOf } from './style.js';

/** A drill for people: the clock against the budget, every phase, the chain that bounded it, and what it does not prove. */
export function renderDrill(report: DrillReport, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const passed = report.verdict === 'pass';
  const verdict = passed ? paint.green(`${signs.done} passed`) : paint.red(`${signs.failed} failed`);
  const share = Math.round((report.totalMs / report.budgetMs) * 100);
  const lines = [
    `${paint.bold(`Drill of ${report.platform}/${report.environment}`)}: ${verdict}, ${minutes(report.totalMs)} of ${minutes(report.budgetMs)} (${share}%)`,
    '',
    paint.dim(`  ${left('phase', 16)} ${right('from', 8)} ${right('time', 9)} ${right('steps', 6)}`),
    ...report.phases.map(
      (phase) =>
        `  ${left(phase.name, 16)} ${right(clock(Date.parse(phase.startedAt) - Date.parse(report.startedAt)), 8)} ${right(duration(phase.durationMs), 9)} ${right(String(phase.steps), 6)}`,
    ),
    '',
    'The longest chain, which bounded it:',
    ...report.steps.filter((step) => step.critical).map((step) => `  ${right(duration(step.durationMs), 9)}  ${step.id}`),
  ];
  for (const failure of report.failures)
    lines.push('', `${paint.red(signs.failed)} ${failure.step}: ${visible(failure.message)} [${failure.code}]`);
  const count = (word: string): number => report.evidence.filter((one) => one.verdict === word).length;
  lines.push('', `Proofs: ${count('pass')} passed, ${count('fail')} failed, ${count('not-checked')} not checked.`);
  if (report.limits.length > 0) lines.push('Not proven by this drill:', ...report.limits.map((limit) => `  - ${limit}`));
  return `${lines.join('\n')}\n`;
}
