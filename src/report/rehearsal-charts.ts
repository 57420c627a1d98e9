import type { RehearsalReport, RehearsedNode, RehearsedPackage } from '../model/index.js';
import { clock, duration } from './durations.js';
import { html, type Markup, raw } from './html.js';
import { bytes, cores, partMeaning, percent, shareOf } from './rehearsal-figures.js';

/** A place on the clock as a share of it, for CSS; numbers only, so that nothing can escape. */
const place = (ms: number, totalMs: number): string =>
  (Math.min(1, Math.max(0, ms) / Math.max(1, totalMs)) * 100).toFixed(2).replace(/\.?0+$/, '');

/** A bar on a track. */
function track(
  from: number,
  to: number,
  look: { readonly whole: number; readonly kind: string; readonly label: string },
): Markup {
  const start = place(from, look.whole);
  const wide = place(to - from, look.whole);
  return html`<span class="track" role="img" aria-label="${look.label}" title="${look.label}"><i class="${look.kind}" style="left:${start}%;width:${wide}%"></i></span>`;
}

/** The phases on the clock. */
export function renderPhases({ phases, totalMs }: RehearsalReport): Markup {
  if (phases.length === 0) return raw('');
  const rows = phases.map(({ name, startMs, endMs }) => {
    const label = `${name}: ${duration(endMs - startMs)}, from ${clock(startMs)}`;
    return html`<span>${name}</span>${track(startMs, endMs, { whole: totalMs, kind: '', label })}<span class="n">${duration(endMs - startMs)}</span>`;
  });
  return html`<div class="phases">${rows}</div>`;
}

/** Round times over the bars of the packages. */
export function renderAxis(totalMs: number): Markup {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map((seconds) => seconds * 1000);
  const step = steps.find((ms) => totalMs / ms <= 5) ?? 3_600_000;
  const ticks = Array.from({ length: Math.floor((totalMs * 0.94) / step) + 1 }, (_, n) => n * step);
  return html`<span class="axis">${ticks.map((ms) => html`<span style="left:${place(ms, totalMs)}%">${clock(ms)}</span>`)}</span>`;
}

/** From when to when a package was brought up. */
export function renderPackageBar(one: RehearsedPackage, totalMs: number): Markup {
  const { startedMs, readyMs, verdict } = one;
  if (startedMs === undefined) return html`<span class="sub">${verdict === 'skipped' ? 'not tried' : 'never started'}</span>`;
  const until = readyMs ?? totalMs;
  const end = readyMs === undefined ? 'not ready at the end' : `ready at ${clock(readyMs)}`;
  const label = `${one.name}: from ${clock(startedMs)}, ${end}, ${duration(until - startedMs)}`;
  const kind = verdict === 'failed' ? 'bad' : one.part;
  return html`${track(startedMs, until, { whole: totalMs, kind, label })}<span class="sub">${duration(until - startedMs)}, ${end}</span>`;
}

/** What the bars mean. */
export const renderKey = (): Markup =>
  html`<ul class="key">${(['real', 'played', 'none'] as const).map((part) => html`<li><i class="${part}"></i>${part}: ${partMeaning[part]}</li>`)}</ul>`;

/** A machine: what is requested on it, against what it offers. */
export function renderNode(node: RehearsedNode): Markup {
  const pods = `${node.pods} pod${node.pods === 1 ? '' : 's'}`;
  return html`<li><b>${node.name}</b><span class="role">${node.role}, ${pods}</span>
${load('cpu', { used: node.usedCpu, whole: node.cpu }, cores)}
${load('memory', { used: node.usedMemoryBytes, whole: node.memoryBytes }, bytes)}</li>`;
}

function load(
  name: string,
  { used, whole }: { readonly used: number; readonly whole: number },
  show: (n: number) => string,
): Markup {
  const share = shareOf(used, whole);
  const kind = share > 1 ? 'bad' : share > 0.85 ? 'near' : '';
  const label = `${name}: ${show(used)} of ${show(whole)} requested, ${percent(share)}`;
  return html`<div class="load"><span>${name}</span>${track(0, share, { whole: 1, kind, label })}<span>${show(used)} / ${show(whole)}</span></div>`;
}
