import type { Diagnostic, RehearsalCheck, RehearsalReport, RehearsedPackage } from '../model/index.js';
import { countDiagnostics, placeText } from './diagnostics.js';
import { duration } from './durations.js';
import { html, type Markup, raw } from './html.js';
import { renderAxis, renderKey, renderNode, renderPackageBar, renderPhases } from './rehearsal-charts.js';
import { byCode, bySubject, bytes, cores, fullness, many, percent, shareOf, totalsOf } from './rehearsal-figures.js';
import { rehearsalStyle } from './rehearsal-style.js';

/** A rehearsal as one page that needs nothing else: no script, no font, no network. */
export function renderRehearsalPage(report: RehearsalReport): string {
  const title = `Rehearsal of ${report.platform}/${report.environment}`;
  return html`${raw('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}: ${report.verdict}, ${duration(report.totalMs)}</title>
<style>${raw(rehearsalStyle)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1><span class="when">${`${report.at.slice(0, 10)} ${report.at.slice(11, 19)} UTC`}</span></header>
${banner(report)}
${figures(report)}
${problemSection(report.problems)}
${packageSection(report)}
${nodeSection(report)}
${checkSection(report.checks)}
${limitSection(report.notProven)}
</main>
</body>
</html>
`.markup;
}

function banner(report: RehearsalReport): Markup {
  const { checks, ready } = totalsOf(report);
  const passed = report.verdict === 'pass';
  const count = (verdict: RehearsedPackage['verdict']): number => report.packages.filter((one) => one.verdict === verdict).length;
  const words = [
    ready === report.packages.length
      ? `all ${many(ready, 'package')} ready`
      : `${ready} of ${many(report.packages.length, 'package')} ready`,
    ...(count('failed') === 0 ? [] : [`${count('failed')} failed`]),
    ...(count('skipped') === 0 ? [] : [`${count('skipped')} not tried`]),
    ...(report.problems.length === 0 ? [] : [countDiagnostics(byCode(report.problems).flat())]),
    ...(checks['not-checked'] === 0 ? [] : [`${many(checks['not-checked'], 'check')} not made`]),
  ];
  return html`<section class="banner ${report.verdict}"><b>${passed ? '✔ passed' : '✖ failed'}</b><span>${words.join(', ')}</span></section>`;
}

const figure = (value: string, text: string): Markup => html`<div class="figure"><b>${value}</b><span>${text}</span></div>`;

function figures(report: RehearsalReport): Markup {
  const { ready, applied, objects, checks, real, requests } = totalsOf(report);
  const made = checks.pass + checks.fail;
  return html`<section><h2>On the clock</h2>
<div class="clock"><div><b>${duration(report.totalMs)}</b><span>${report.warm ? 'warm (control plane kept)' : 'cold (new control plane)'}, Kubernetes ${report.kubernetes}</span></div>
${figure(`${ready}/${report.packages.length}`, 'packages ready')}
${figure(`${applied}/${objects}`, 'objects taken')}
${figure(String(real), 'ran their own program')}
${figure(String(requests.pods), 'pods')}
${figure(`${checks.pass}/${made}`, checks['not-checked'] === 0 ? 'checks passed' : `checks passed, ${checks['not-checked']} not made`)}</div>
${renderPhases(report)}
</section>`;
}

/** Findings of one code that are shown at once; the others are a click away. */
const shownAlike = 3;

function problemSection(problems: readonly Diagnostic[]): Markup {
  if (problems.length === 0) return raw('');
  const groups = byCode(problems);
  const parts = groups.map((group) => {
    const shown = group[0].severity === 'error' ? group : group.slice(0, shownAlike);
    const rest = group.slice(shown.length);
    const more =
      rest.length === 0
        ? raw('')
        : html`<details class="problem"><summary>${rest.length} more of ${group[0].code}</summary>${rest.map(problem)}</details>`;
    return html`${shown.map(problem)}${more}`;
  });
  return html`<section><h2>Problems: ${countDiagnostics(groups.flat())}</h2>${parts}</section>`;
}

function problem({ code, severity, message, where, remedies }: Diagnostic): Markup {
  const at = where === undefined ? raw('') : html`<p class="place"><code>${placeText(where)}</code></p>`;
  const next = remedies.map(
    (remedy) =>
      html`<p class="next">${remedy.say}${remedy.command === undefined ? raw('') : html` <code>${remedy.command}</code>`}</p>`,
  );
  return html`<div class="problem">${at}<p><span class="${severity}">${severity}</span> ${message} <code>${code}</code></p>${next}</div>`;
}

const verdictMark: Readonly<Record<RehearsedPackage['verdict'], Markup>> = {
  ready: html`<span class="pass">✔ ready</span>`,
  failed: html`<span class="fail">✖ failed</span>`,
  skipped: html`<span class="not-checked">⊘ skipped</span>`,
};

function packageSection({ packages, totalMs }: RehearsalReport): Markup {
  if (packages.length === 0) return raw('');
  const rows = packages.map((one, at) => packageRow(one, at + 1, totalMs));
  return html`<section><h2>Packages, in the order they came up</h2><div class="scroll" tabindex="0" role="region" aria-label="Packages"><table class="packages">
<thead><tr><th class="n">#</th><th>package</th><th>verdict</th><th>after</th><th class="n">objects</th><th>part</th><th class="n">requests</th><th class="time">${renderAxis(totalMs)}</th></tr></thead>
<tbody>${rows}</tbody></table></div>${renderKey()}</section>`;
}

function packageRow(one: RehearsedPackage, number: number, totalMs: number): Markup {
  const { cpu, memoryBytes, pods, storageBytes } = one.requests;
  const storage = storageBytes === 0 ? '' : `, ${bytes(storageBytes)} disk`;
  const asked =
    pods === 0 && storageBytes === 0
      ? html`–`
      : html`${cores(cpu)} cpu, ${bytes(memoryBytes)}<span class="sub">${many(pods, 'pod')}${storage}</span>`;
  const programs = one.programs.length === 0 ? raw('') : html`<span class="sub">${one.programs.join(', ')}</span>`;
  return html`<tr class="${one.verdict}"><td class="n">${number}</td><td><b>${one.name}</b><span class="sub">${one.version === undefined ? '' : `${one.version}, `}${one.layer}</span></td><td class="whole">${verdictMark[one.verdict]}</td><td class="after">${one.after.length === 0 ? '–' : one.after.join(', ')}</td><td class="n">${one.applied}/${one.objects}</td><td>${one.part}${programs}</td><td class="n whole">${asked}</td><td class="time">${renderPackageBar(one, totalMs)}</td></tr>`;
}

function nodeSection(report: RehearsalReport): Markup {
  const { nodes } = report;
  if (nodes.length === 0) return html`<section><h2>Machines</h2><p class="note">No machines were played.</p></section>`;
  const { offered, placed } = totalsOf(report);
  const words = `${many(placed.pods, 'pod')} placed by the real scheduler: ${cores(placed.cpu)} of ${cores(offered.cpu)} cores (${percent(shareOf(placed.cpu, offered.cpu))}) and ${bytes(placed.memoryBytes)} of ${bytes(offered.memoryBytes)} memory (${percent(shareOf(placed.memoryBytes, offered.memoryBytes))}) requested.`;
  const fullest = nodes.toSorted((a, b) => fullness(b) - fullness(a));
  return html`<section><h2>${many(nodes.length, 'machine')}, fullest first</h2><p class="note">${words}</p><ul class="nodes">${fullest.map(renderNode)}</ul></section>`;
}

const checkMark: Readonly<Record<RehearsalCheck['verdict'], string>> = {
  pass: '✔ pass',
  fail: '✖ fail',
  'not-checked': '⊘ not checked',
};

function checkSection(checks: readonly RehearsalCheck[]): Markup {
  if (checks.length === 0) return raw('');
  const groups = bySubject(checks).map(
    ({ subject, checks: own }) =>
      html`<h3>${subject}</h3><ul>${own.map((one) => html`<li><span class="${one.verdict}">${checkMark[one.verdict]}</span>${one.claim}</li>`)}</ul>`,
  );
  return html`<section><h2>Checks</h2><div class="checks">${groups}</div></section>`;
}

function limitSection(notProven: readonly string[]): Markup {
  if (notProven.length === 0) return raw('');
  return html`<section><h2>What this does not prove</h2><ul>${notProven.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
