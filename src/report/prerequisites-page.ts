import type { PrerequisiteReport, Scheduled } from '../model/index.js';
import { html, type Markup, raw } from './html.js';
import { askedOf } from './prerequisites.js';

const style = `
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);--soft:color-mix(in srgb,currentColor 65%,transparent);--mark:#b45309}
body{font:15px/1.5 system-ui,sans-serif;margin:0}main{max-width:70rem;margin:0 auto;padding:2rem 1.25rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}.soft{color:var(--soft)}
.when{display:flex;flex-wrap:wrap;gap:1.5rem;margin:1rem 0}.when b{display:block;font-size:1.4rem}
table{width:100%;border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.45rem .6rem .45rem 0;border-top:1px solid var(--line)}
th{font-weight:600;border:0}.critical td:first-child{border-left:3px solid var(--mark);padding-left:.5rem}.met{opacity:.55}
td:first-child{white-space:nowrap;width:7rem}details{margin:.25rem 0 0}summary{cursor:pointer;color:var(--soft)}ul{margin:.25rem 0;padding-left:1.2rem}li{overflow-wrap:anywhere}code{font-size:.85em}
@media print{details>ul{display:block}}`;

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
${report.critical.length === 0 ? '' : html`<p>What decides the day: ${report.critical.join(' → ')}</p>`}
${report.owners.map((owner) => section(report, owner))}
${report.silent.length === 0 ? '' : html`<p class="soft">Nothing is known of what these need: ${report.silent.join(', ')}</p>`}
</main>
</body>
</html>
`.markup;
}

function section(report: PrerequisiteReport, owner: PrerequisiteReport['owners'][number]): Markup {
  const met = report.items.filter((one) => one.owner === owner.name && one.met);
  const rows = [...askedOf(report, owner), ...met].map((one) => row(one, report.critical.includes(one.id)));
  return html`<section><h2>${owner.title}${owner.contact === undefined ? '' : ` · ${owner.contact}`}</h2>
<table><tr><th>there on</th><th>what</th><th>kind</th><th>lead time</th></tr>
${rows}
</table></section>`;
}

const row = (one: Scheduled, isCritical: boolean): Markup =>
  html`<tr class="${one.met ? 'met' : isCritical ? 'critical' : ''}"><td>${one.met ? 'met' : one.expect}</td><td>${one.what}${one.number === undefined ? '' : ` (${one.number.value} ${one.number.unit})`}<br><span class="soft">${one.why}</span>${
    one.items.length === 0
      ? ''
      : html`<details><summary>${String(one.items.length)} ${one.items.length === 1 ? 'entry' : 'entries'}</summary><ul>${one.items.map((item) => html`<li>${item}</li>`)}</ul></details>`
  }</td><td>${one.kind}</td><td>${String(one.leadDays)} d</td></tr>`;
