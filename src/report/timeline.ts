import type { DrillReport, Evidence } from '../model/index.js';
import { clock, duration, minutes } from './durations.js';
import { html, type Markup, raw } from './html.js';
import { colorOf, renderBudget, renderChart } from './timeline-chart.js';
import { timelineStyle } from './timeline-style.js';

/** A drill as one page that needs nothing else: no script, no font, no network. */
export function renderTimeline(report: DrillReport): string {
  const title = `Drill of ${report.platform}/${report.environment}`;
  return html`${raw('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}: ${report.verdict}, ${clock(report.totalMs)}</title>
<style>${raw(timelineStyle)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1>${badge(report.verdict === 'pass' ? '✔ passed' : '✖ failed', report.verdict)}<span class="when">${stamp(report.startedAt)}</span></header>
${clockSection(report)}
${failureSection(report)}
<section><h2>Timeline</h2><div class="chart">${renderChart(report)}</div>
<p class="note">Outlined bars are the longest chain: the drill ends sooner only if one of them does. Point at a bar for its details.</p></section>
<div class="cols">${phaseSection(report)}${chainSection(report)}</div>
${evidenceSection(report.evidence)}
${stepsSection(report)}
${limitsSection(report.limits)}
</main>
</body>
</html>
`.markup;
}

const badge = (text: string, kind: string): Markup => html`<span class="badge ${kind}">${text}</span>`;
const stamp = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
const figure = (value: string, text: string): Markup => html`<div class="figure"><b>${value}</b><span>${text}</span></div>`;

function clockSection(report: DrillReport): Markup {
  const destroyed = report.phases.find((phase) => phase.name === 'destroy');
  const rebuilt = report.totalMs - (destroyed?.durationMs ?? 0);
  const passed = report.evidence.filter((one) => one.verdict === 'pass').length;
  return html`<section>
<div class="clock"><div><b>${clock(report.totalMs)}</b><span>of ${minutes(report.budgetMs)}, ${Math.round((report.totalMs / report.budgetMs) * 100)}% of the budget</span></div>
${destroyed === undefined ? raw('') : figure(clock(destroyed.durationMs), 'to destroy')}
${figure(clock(rebuilt), 'to rebuild')}
${figure(String(report.steps.length), 'steps')}
${figure(`${passed}/${report.evidence.length}`, 'proofs passed')}</div>
<div class="budget">${renderBudget(report)}</div>
</section>`;
}

function failureSection({ failures }: DrillReport): Markup {
  if (failures.length === 0) return raw('');
  const rows = failures.map(
    (one) => html`<tr><td><code>${one.step}</code></td><td>${one.message} <code>${one.code}</code></td></tr>`,
  );
  return html`<section><h2 class="fail">✖ What failed</h2><table>${rows}</table></section>`;
}

function phaseSection(report: DrillReport): Markup {
  const start = Date.parse(report.startedAt);
  const rows = report.phases.map((phase) => {
    const from = clock(Date.parse(phase.startedAt) - start);
    return html`<tr><td><span class="swatch" style="background:${raw(colorOf(phase.name))}"></span>${phase.name}</td><td class="n">${from}</td><td class="n">${duration(phase.durationMs)}</td><td class="n">${phase.steps}</td></tr>`;
  });
  return html`<section><h2>Phases</h2><table><thead><tr><th>phase</th><th class="n">from</th><th class="n">time</th><th class="n">steps</th></tr></thead><tbody>${rows}</tbody></table><p class="note">Phases overlap, so their times add up to more than the clock.</p></section>`;
}

function chainSection(report: DrillReport): Markup {
  const critical = report.steps.filter((step) => step.critical).sort((a, b) => b.durationMs - a.durationMs);
  const rows = critical
    .slice(0, 10)
    .map(
      (step) =>
        html`<tr><td><code>${step.id}</code></td><td class="n">${duration(step.durationMs)}</td><td class="n">${Math.round((step.durationMs / Math.max(1, report.totalMs)) * 100)}%</td></tr>`,
    );
  const more = critical.length > 10 ? html`<p class="note">and ${critical.length - 10} shorter ones</p>` : raw('');
  return html`<section><h2>Longest chain, slowest first</h2><table><thead><tr><th>step</th><th class="n">time</th><th class="n">of all</th></tr></thead><tbody>${rows}</tbody></table>${more}</section>`;
}

const marks: Readonly<Record<Evidence['verdict'], string>> = { pass: '✔ pass', fail: '✖ fail', 'not-checked': '⊘ not checked' };

function evidenceSection(evidence: readonly Evidence[]): Markup {
  if (evidence.length === 0) return raw('');
  const rows = evidence.map(
    (one) =>
      html`<tr><td class="${one.verdict}">${marks[one.verdict]}</td><td>${one.claim}${controls(one)}</td><td><code>${one.step}</code></td></tr>`,
  );
  return html`<section><h2>What the rebuilt platform proved</h2><table><thead><tr><th>verdict</th><th>claim</th><th>step</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

const controls = (one: Evidence): Markup =>
  one.controls === undefined || one.controls.length === 0
    ? raw('')
    : html`<br><code>${one.controls.slice(0, 12).join(' ')}${one.controls.length > 12 ? ` and ${one.controls.length - 12} more` : ''}</code>`;

function stepsSection(report: DrillReport): Markup {
  const start = Date.parse(report.startedAt);
  const rows = report.steps
    .toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
    .map(
      (step) =>
        html`<tr><td><code>${step.id}</code></td><td>${step.title}</td><td>${step.verdict}</td><td class="n">${clock(Date.parse(step.startedAt) - start)}</td><td class="n">${duration(step.durationMs)}</td></tr>`,
    );
  return html`<section><details><summary>All ${report.steps.length} steps</summary><table><thead><tr><th>step</th><th>what</th><th>verdict</th><th class="n">from</th><th class="n">time</th></tr></thead><tbody>${rows}</tbody></table></details></section>`;
}

function limitsSection(limits: readonly string[]): Markup {
  if (limits.length === 0) return raw('');
  return html`<section><h2>What this drill does not prove</h2><ul>${limits.map((limit) => html`<li>${limit}</li>`)}</ul></section>`;
}
