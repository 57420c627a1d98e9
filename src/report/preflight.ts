import type { PreflightCheck, PreflightReport } from '../model/index.js';
import { paintOf, type Style } from './style.js';

/** What is left to do first, with its remedy; then why the rest could not be looked at; what is met only where asked for. */
export function renderPreflight(
  { platform, environment, checks }: PreflightReport,
  { all }: { readonly all: boolean },
  style: Style,
): string {
  const paint = paintOf(style);
  const of = (verdict: PreflightCheck['verdict']): readonly PreflightCheck[] => checks.filter((one) => one.verdict === verdict);
  const line = (sign: string, one: PreflightCheck): readonly string[] => [`${sign} ${one.title}`, `    ${one.id}: ${one.saw}`];
  const unmet = of('not met').flatMap((one) => [...line(paint.red('✖'), one), `    → ${one.remedy}`]);
  const unseen = all
    ? of('not-checked').flatMap((one) => line(paint.yellow('?'), one))
    : byReason(of('not-checked')).map((one) => `${paint.yellow('?')} ${one}`);
  const met = all ? of('met').flatMap((one) => line(paint.green('✔'), one)) : [];
  const head = `Preflight of ${platform}/${environment}: ${of('met').length} met, ${of('not met').length} not met, ${of('not-checked').length} not checked`;
  return `${[head, ...unmet, ...unseen, ...met].join('\n')}\n`;
}

/** One line for each reason, however many checks it stopped. */
function byReason(checks: readonly PreflightCheck[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { saw } of checks) counts.set(saw, (counts.get(saw) ?? 0) + 1);
  return [...counts].map(([saw, count]) => `${count} ${count === 1 ? 'check' : 'checks'}: ${saw}`);
}
