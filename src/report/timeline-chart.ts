import type { DrillReport, DrillStep } from '../model/index.js';
import { clock, duration, minutes } from './durations.js';
import { html, type Markup, raw } from './html.js';
import { phaseColors } from './timeline-style.js';

const known = phaseColors.map(([name]) => name);

/** The colour of a phase, as CSS; one that has none gets the plain ink. */
export const colorOf = (phase: string): string => (known.includes(phase) ? `var(--phase-${phase})` : 'var(--soft)');

const width = 1130;
const labelWidth = 318;
const timeWidth = 62;
const rowHeight = 21;
const axisHeight = 26;
const plotWidth = width - labelWidth - timeWidth;

interface Row {
  readonly label: string;
  readonly hint: string;
  readonly bars: readonly DrillStep[];
  readonly ms: number;
}

interface Band {
  readonly phase: string;
  readonly rows: readonly Row[];
}

/** The Gantt chart: a band per phase, a row per step, the longest chain outlined and joined. */
export function renderChart(report: DrillReport): Markup {
  const bands = bandsOf(report);
  const rowCount = bands.reduce((sum, band) => sum + band.rows.length, 0);
  const height = axisHeight + rowCount * rowHeight + bands.length * 8 + 8;
  const start = Date.parse(report.startedAt);
  const x = (ms: number): number => labelWidth + (Math.max(0, ms) / Math.max(1, report.totalMs)) * plotWidth;
  const parts: Markup[] = ticks(report.totalMs).map((ms) => tick(x(ms), ms, height));
  const ends: { readonly at: number; readonly from: number; readonly to: number; readonly y: number }[] = [];
  let y = axisHeight;
  for (const [index, band] of bands.entries()) {
    const bandHeight = band.rows.length * rowHeight + 6;
    if (index % 2 === 0) parts.push(html`<rect class="band" x="0" y="${y}" width="${width}" height="${bandHeight}" rx="4"/>`);
    for (const [at, row] of band.rows.entries()) {
      const top = y + 3 + at * rowHeight;
      parts.push(renderRow({ row, band, top, x, start }));
      for (const bar of row.bars) {
        const from = Date.parse(bar.startedAt) - start;
        if (bar.critical) ends.push({ at: from, from: x(from), to: x(from + bar.durationMs), y: top + rowHeight / 2 });
      }
    }
    y += bandHeight + 2;
  }
  const label = `Timeline of ${rowCount} rows over ${clock(report.totalMs)}; the longest chain is outlined.`;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${parts}${chain(ends)}</svg>`;
}

/** Rows of a phase by start; quick steps that bounded nothing share one row, so that the long ones can be read. */
function bandsOf(report: DrillReport): readonly Band[] {
  const quick = Math.max(1000, report.totalMs * 0.006);
  const names = report.phases.map((phase) => phase.name);
  return names.map((phase) => {
    const own = report.steps
      .filter((step) => step.phase === phase)
      .sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    const minor = own.filter((step) => !step.critical && step.verdict !== 'failed' && step.durationMs < quick);
    const major = minor.length < 2 ? own : own.filter((step) => !minor.includes(step));
    const rows: Row[] = major.map((step) => ({ label: shortName(step), hint: step.title, bars: [step], ms: step.durationMs }));
    if (minor.length >= 2) {
      rows.push({
        label: `${minor.length} quick steps`,
        hint: `each under ${duration(quick)}`,
        bars: minor,
        ms: minor.reduce((sum, step) => sum + step.durationMs, 0),
      });
    }
    return { phase, rows };
  });
}

/** `image/node/build` in band `image` is `node/build`; removals keep their layer. */
const shortName = ({ id, phase }: DrillStep): string => (id.startsWith(`${phase}/`) ? id.slice(phase.length + 1) : id);

interface RowPlace {
  readonly row: Row;
  readonly band: Band;
  readonly top: number;
  readonly x: (ms: number) => number;
  readonly start: number;
}

function renderRow({ row, band, top, x, start }: RowPlace): Markup {
  const first = band.rows[0] === row;
  const middle = top + rowHeight / 2 + 4;
  const name = first
    ? html`<text x="8" y="${middle}" font-size="12" font-weight="600" style="fill:${raw(colorOf(band.phase))}">${band.phase}</text>`
    : raw('');
  const bars = row.bars.map((bar) => renderBar(bar, x, start, top));
  const end = Math.max(...row.bars.map((bar) => x(Date.parse(bar.startedAt) - start + bar.durationMs)));
  return html`${name}<text class="mono" x="112" y="${middle}" font-size="11"><title>${row.hint}</title>${shorten(row.label)}</text>${bars}<text class="soft" x="${round(end + 6)}" y="${middle}" font-size="11">${duration(row.ms)}</text>`;
}

const shorten = (label: string): string => (label.length > 30 ? `${label.slice(0, 29)}…` : label);
const round = (n: number): number => Math.round(n * 10) / 10;

function renderBar(bar: DrillStep, x: (ms: number) => number, start: number, top: number): Markup {
  const from = Date.parse(bar.startedAt) - start;
  const left = round(x(from));
  const wide = Math.max(2, round(x(from + bar.durationMs) - left));
  const fill = bar.verdict === 'failed' ? 'var(--bad)' : colorOf(bar.phase);
  const look = bar.critical ? html` class="critical"` : html` opacity="0.5"`;
  const title = `${bar.id}: ${bar.title}, ${bar.verdict} in ${duration(bar.durationMs)}, from ${clock(from)}${bar.critical ? ', on the longest chain' : ''}`;
  return html`<rect x="${left}" y="${top + 4}" width="${wide}" height="${rowHeight - 8}" rx="2.5" style="fill:${raw(fill)}"${look}><title>${title}</title></rect>`;
}

/** Joins the end of each link with the start of the next. */
function chain(ends: readonly { readonly at: number; readonly from: number; readonly to: number; readonly y: number }[]): Markup {
  const links = ends.toSorted((a, b) => a.at - b.at);
  const lines = links.slice(1).map((next, at) => {
    const before = links[at];
    if (before === undefined) return raw('');
    const turn = round(Math.min(before.to, next.from));
    return html`<path class="chain" d="M${turn} ${before.y}V${next.y}H${round(next.from)}"/>`;
  });
  return html`<g>${lines}</g>`;
}

/** Round times, at most ten of them. */
function ticks(totalMs: number): readonly number[] {
  const steps = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((seconds) => seconds * 1000);
  const step = steps.find((ms) => totalMs / ms <= 10) ?? 7_200_000;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, n) => n * step);
}

const tick = (x: number, ms: number, height: number): Markup =>
  html`<line class="grid" x1="${round(x)}" y1="20" x2="${round(x)}" y2="${height}"/><text class="soft" x="${round(x)}" y="13" font-size="11" text-anchor="middle">${clock(ms)}</text>`;

/** The whole budget as one bar, with what was used of it in the colours of the phases. */
export function renderBudget(report: DrillReport): Markup {
  const whole = Math.max(report.budgetMs, report.totalMs);
  const at = (ms: number): number => round((ms / whole) * width);
  const start = Date.parse(report.startedAt);
  const bars = stretches(report).map(
    ({ phase, from, to }) =>
      html`<rect x="${at(from - start)}" y="0" width="${Math.max(0.5, at(to - start) - at(from - start))}" height="22" style="fill:${raw(colorOf(phase))}"><title>${phase}</title></rect>`,
  );
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const x = at(report.budgetMs * share);
    const anchor = share === 0 ? 'start' : share === 1 && x > width - 30 ? 'end' : 'middle';
    return html`<text class="soft" x="${x}" y="40" font-size="12" text-anchor="${anchor}">${minutes(report.budgetMs * share)}</text>`;
  });
  const label = `${clock(report.totalMs)} used of ${minutes(report.budgetMs)}`;
  return html`<svg viewBox="0 0 ${width} 46" role="img" aria-label="${label}"><rect width="${width}" height="22" rx="4" class="band" style="opacity:.09"/>${bars}<line x1="${at(report.budgetMs) - 1}" x2="${at(report.budgetMs) - 1}" y1="0" y2="26" stroke="currentColor" stroke-width="2"/>${marks}</svg>`;
}

/** Which phase had the clock when: the longest chain where it ran, so that overlapping phases are not counted twice. */
function stretches(report: DrillReport): readonly { readonly phase: string; readonly from: number; readonly to: number }[] {
  return report.steps
    .filter((step) => step.critical)
    .map((step) => ({ phase: step.phase, from: Date.parse(step.startedAt), to: Date.parse(step.startedAt) + step.durationMs }))
    .sort((a, b) => a.from - b.from);
}
