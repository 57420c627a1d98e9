import type { PreflightCheck, PreflightReport } from '../model/index.js';
import { paintOf, type Style } from './style.js';

const order = ['not met', 'not-checked', 'met'] as const;

/** What is left to do first, with its remedy; then what nobody could look at; what is met only where asked for. */
export function renderPreflight(
  { platform, environment, checks }: PreflightReport,
  { all }: { readonly all: boolean },
  style: Style,
): string {
  const paint = paintOf(style);
  const of = (verdict: PreflightCheck['verdict']): readonly PreflightCheck[] => checks.filter((one) => one.verdict === verdict);
  const signs = { met: paint.green('✔'), 'not met': paint.red('✖'), 'not-checked': paint.yellow('?') };
  const lines = order
    .filter((verdict) => verdict !== 'met' || all)
    .flatMap((verdict) =>
      of(verdict).map((one) => [
        `${signs[verdict]} ${one.title}`,
        `    ${one.id}: ${one.saw}`,
        ...(verdict === 'not met' ? [`    → ${one.remedy}`] : []),
      ]),
    )
    .flat();
  const head = `Preflight of ${platform}/${environment}: ${of('met').length} met, ${of('not met').length} not met, ${of('not-checked').length} not checked`;
  return `${[head, ...lines].join('\n')}\n`;
}
