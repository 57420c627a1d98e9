import type { PrerequisiteReport, Scheduled } from '../model/index.js';
import { html, type Markup, raw } from './html.js';
import { amountOf, askedOf, titleOf } from './prerequisites.js';

const style = `
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 16%,transparent);--soft:color-mix(in srgb,currentColor 68%,transparent);--mark:light-dark(#b45309,#f0a356);--bar:light-dark(#3b6ea8,#7fb0e6)}
body{font:15px/1.5 system-ui,sans-serif;margin:0}main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.5rem 0 .5rem}.soft{color:var(--soft)}a{color:inherit}
.when{display:flex;flex-wrap:wrap;gap:.75rem 2.25rem;margin:1.25rem 0}.when b{display:block;font-size:1.4rem}
table{width:100%;border-collapse:collapse;table-layout:fixed}td,th{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-top:1px solid var(--line)}
th{font-weight:600;border:0;color:var(--soft);font-size:.85rem}.date{width:7rem;white-space:nowrap;font-variant-numeric:tabular-nums}.kind{width:6.5rem}.days{width:9rem}.count{width:5rem}.owner{width:16rem}
.critical .date{color:var(--mark);font-weight:600}.met{opacity:.55}.met .what{text-decoration:line-through}
.span{display:block;height:.5rem;margin-top:.35rem;border-radius:.25rem;background:var(--line);position:relative}.span i{position:absolute;top:0;bottom:0;border-radius:inherit;background:var(--bar)}.critical .span i{background:var(--mark)}
ul{margin:.3rem 0 0;padding-left:1.1rem;font-size:.92rem}li{overflow-wrap:anywhere}.many{columns:15rem;column-gap:2rem}details{margin:.3rem 0 0}summary{cursor:pointer;color:var(--soft)}
ol{margin:.25rem 0;padding-left:1.4rem}
@media(max-width:46rem){.kind,.days,.owner{width:auto}.days,.kind{display:none}}
@media print{main{max-width:none;padding:0}tr{break-inside:avoid}}`;

/** So many entries are shown at once; more are folded. */
const shown = 4;

/** All prerequisites on one page that needs nothing else: by owner, with what decides the day marked. */
export function prerequisitesPage(report: PrerequisiteReport): string {
  const title = `Prerequisites of ${report.platform}/${report.environment}`;
  const open = report.items.filter(({ met }) => !met);
  return html`${raw('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}: ${report.ready}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<div class="when"><div><b>${report.ready}</b><span class="soft">all of it can be there</span></div><div><b>${String(open.length)}</b><span class="soft">to ask for</span></div><div><b>${String(report.items.length - open.length)}</b><span class="soft">met</span></div><div><b>${report.situation}</b><span class="soft">asked for on ${report.start}</span></div></div>
${report.critical.length === 0 ? '' : html`<h2>What decides the day</h2><ol>${report.critical.map((id) => html`<li>${titleOf(report, id)} <span class="soft">${id}</span></li>`)}</ol>`}
<h2>Whom to ask</h2>
<table><tr><th class="owner">owner</th><th class="count">requests</th><th class="date">last there on</th><th>from asking to having</th></tr>
${report.owners.map((owner) => summary(report, owner))}
</table>
${report.owners.map((owner) => section(report, owner))}
${report.silent.length === 0 ? '' : html`<p class="soft">Nothing is known of what these need: ${report.silent.join(', ')}</p>`}
</main>
</body>
</html>
`.markup;
}

type Owner = PrerequisiteReport['owners'][number];

function summary(report: PrerequisiteReport, owner: Owner): Markup {
  const asked = askedOf(report, owner);
  const dates = asked.map(({ expect }) => expect).sort();
  const last = dates.at(-1) ?? 'met';
  const bar = span(report, { ask: asked[0]?.ask ?? report.start, expect: dates.at(-1) ?? report.start });
  return html`<tr><td class="owner"><a href="#${owner.name}">${owner.title}</a></td><td class="count">${String(asked.length)}</td><td class="date">${last}</td><td>${bar}</td></tr>`;
}

/** A bar from one day to another, on the line from the first day to the last. */
function span({ start, ready }: PrerequisiteReport, { ask, expect }: { readonly ask: string; readonly expect: string }): Markup {
  const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
  const whole = Math.max(day(ready) - day(start), 1);
  const part = (from: string, to: string): number => Math.round(((day(to) - day(from)) / whole) * 1000) / 10;
  const width = Math.max(part(ask, expect), 1);
  return html`<span class="span" title="${ask} to ${expect}"><i style="left:${String(Math.min(part(start, ask), 99))}%;width:${String(width)}%"></i></span>`;
}

function section(report: PrerequisiteReport, owner: Owner): Markup {
  const met = report.items.filter((one) => one.owner === owner.name && one.met);
  const rows = [...askedOf(report, owner), ...met].map((one) => row(report, one));
  return html`<section id="${owner.name}"><h2>${owner.title}${owner.contact === undefined ? '' : ` · ${owner.contact}`}</h2>
<table><tr><th class="date">there on</th><th>what</th><th class="kind">kind</th><th class="days">lead time</th></tr>
${rows}
</table></section>`;
}

function row(report: PrerequisiteReport, one: Scheduled): Markup {
  const mark = one.met ? 'met' : report.critical.includes(one.id) ? 'critical' : '';
  const amount = one.number === undefined ? '' : html` · <b>${amountOf(one.number)}</b>`;
  const days = `${one.leadDays} working ${one.leadDays === 1 ? 'day' : 'days'}`;
  return html`<tr class="${mark}"><td class="date">${one.met ? 'met' : one.expect}</td><td><span class="what">${one.what}</span>${amount}<br><span class="soft">${one.why}</span>${entries(one.items)}</td><td class="kind">${one.kind}</td><td class="days">${days}${one.met ? '' : span(report, one)}</td></tr>`;
}

function entries(items: readonly string[]): Markup | string {
  if (items.length === 0) return '';
  const list = html`<ul class="${items.length > shown ? 'many' : ''}">${items.map((item) => html`<li>${item}</li>`)}</ul>`;
  return items.length <= shown ? list : html`<details><summary>${String(items.length)} entries</summary>${list}</details>`;
}
