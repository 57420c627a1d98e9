import type { RehearsalReport, RehearsedNode, RehearsedPackage } from '../model/index.js';
import { cut, left, right, visible, widthOf, wrap } from './cells.js';
import { countDiagnostics, renderDiagnostics } from './diagnostics.js';
import { clock, duration } from './durations.js';
import { byCode, bySubject, bytes, cores, fullness, many, percent, shareOf, totalsOf } from './rehearsal-figures.js';
import { type Paint, paintOf, type Signs, type Style, signsOf } from './style.js';

interface Look {
  readonly paint: Paint;
  readonly signs: Signs;
  readonly style: Style;
}

/** A rehearsal for people, on one page: verdict first, what it does not prove last. */
export function renderRehearsal(report: RehearsalReport, style: Style): string {
  const look: Look = { paint: paintOf(style), signs: signsOf(style), style };
  const sections = [
    headLines(report, look),
    packageLines(report, look),
    nodeLines(report, look),
    checkLines(report, look),
    problemLines(report, look),
    limitLines(report, look),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines(report: RehearsalReport, { paint, signs }: Look): readonly string[] {
  const totals = totalsOf(report);
  const verdict = report.verdict === 'pass' ? paint.green(`${signs.done} passed`) : paint.red(`${signs.failed} failed`);
  const start = report.warm ? 'warm' : 'cold';
  const open = totals.checks['not-checked'];
  const phases = report.phases.map((phase) => `${visible(phase.name)} ${duration(phase.endMs - phase.startMs)}`);
  return [
    `${paint.bold(`Rehearsal of ${visible(report.platform)}/${visible(report.environment)}`)}: ${verdict} in ${duration(report.totalMs)} (${start}), Kubernetes ${visible(report.kubernetes)}`,
    `  ${totals.ready} of ${many(report.packages.length, 'package')} ready, ${totals.applied} of ${many(totals.objects, 'object')} taken, ${totals.real} with their own program running`,
    ...(open === 0 ? [] : [`  ${paint.yellow(`${signs.skipped} ${many(open, 'check')} not made`)}: see below`]),
    ...(phases.length === 0 ? [] : [paint.dim(`  ${phases.join(', ')}`)]),
  ];
}

function packageLines({ packages }: RehearsalReport, look: Look): readonly string[] {
  if (packages.length === 0) return [];
  const { paint, signs, style } = look;
  const name = Math.min(28, Math.max(7, ...packages.map((one) => widthOf(visible(nameOf(one))))));
  const room = Math.max(10, style.columns - name - 46);
  const head = `    ${left('package', name)} ${right('objects', 9)} ${right('from', 6)} ${right('time', 8)}  ${left('part', 6)}  after`;
  return [
    paint.dim(head.trimEnd()),
    ...packages.map((one) => {
      const after = one.after.length === 0 ? signs.waiting : cut(visible(one.after.join(', ')), room, signs.ellipsis);
      const cells = [
        left(cut(visible(nameOf(one)), name, signs.ellipsis), name),
        right(`${one.applied}/${one.objects}`, 9),
        right(one.startedMs === undefined ? '-' : clock(one.startedMs), 6),
        right(timeOf(one), 8),
        '',
      ];
      const part = one.part === 'real' ? one.part : paint.dim(one.part);
      return `  ${markOf(one, look)} ${cells.join(' ')} ${part}${' '.repeat(6 - one.part.length)}  ${paint.dim(after)}`;
    }),
  ];
}

const nameOf = ({ name, version }: RehearsedPackage): string => (version === undefined ? name : `${name} ${version}`);

const timeOf = ({ startedMs, readyMs, verdict }: RehearsedPackage): string =>
  startedMs !== undefined && readyMs !== undefined ? duration(readyMs - startedMs) : verdict;

const markOf = ({ verdict }: RehearsedPackage, { paint, signs }: Look): string =>
  ({ ready: paint.green(signs.done), failed: paint.red(signs.failed), skipped: paint.yellow(signs.skipped) })[verdict];

/** How many machines are shown by name; the rest is one line. */
const shownNodes = 8;
const barWidth = 20;

function nodeLines(report: RehearsalReport, look: Look): readonly string[] {
  const { nodes } = report;
  if (nodes.length === 0) return ['No machines were played.'];
  const { offered, placed } = totalsOf(report);
  const byFullness = nodes.toSorted((a, b) => fullness(b) - fullness(a));
  const shown = byFullness.slice(0, shownNodes);
  const rest = byFullness.slice(shownNodes);
  const name = Math.min(28, Math.max(...shown.map((node) => widthOf(visible(node.name)))));
  return [
    `${many(nodes.length, 'machine')}, fullest first: ${cores(placed.cpu)} of ${cores(offered.cpu)} cores (${percent(shareOf(placed.cpu, offered.cpu))}) and ${bytes(placed.memoryBytes)} of ${bytes(offered.memoryBytes)} memory (${percent(shareOf(placed.memoryBytes, offered.memoryBytes))}) requested by ${many(placed.pods, 'pod')}`,
    ...shown.map((node) => nodeLine(node, name, look)),
    ...(rest.length === 0
      ? []
      : [look.paint.dim(`    and ${rest.length} more, none fuller than ${percent(Math.max(...rest.map(fullness)))}`)]),
  ];
}

function nodeLine(node: RehearsedNode, width: number, look: Look): string {
  const { signs } = look;
  const cpu = `cpu ${bar(shareOf(node.usedCpu, node.cpu), look)} ${right(`${cores(node.usedCpu)}/${cores(node.cpu)}`, 9)}`;
  const memory = `memory ${bar(shareOf(node.usedMemoryBytes, node.memoryBytes), look)} ${right(`${bytes(node.usedMemoryBytes)}/${bytes(node.memoryBytes)}`, 13)}`;
  return `    ${left(cut(visible(node.name), width, signs.ellipsis), width)}  ${cpu}  ${memory}`;
}

function bar(share: number, { paint, signs, style }: Look): string {
  const width = style.columns < 110 ? barWidth / 2 : barWidth;
  const full = Math.min(width, share > 0 ? Math.max(1, Math.round(share * width)) : 0);
  const color = share > 1 ? paint.red : share > 0.85 ? paint.yellow : paint.cyan;
  return color(signs.full.repeat(full)) + paint.dim(signs.empty.repeat(width - full));
}

function checkLines({ checks }: RehearsalReport, { paint, signs, style }: Look): readonly string[] {
  if (checks.length === 0) return [];
  const marks = { pass: paint.green(signs.done), fail: paint.red(signs.failed), 'not-checked': paint.yellow(signs.skipped) };
  const count = (verdict: keyof typeof marks): number => checks.filter((one) => one.verdict === verdict).length;
  const lines = bySubject(checks).flatMap(({ subject, checks: own }) =>
    own.flatMap((check, at) => {
      const word = check.verdict === 'not-checked' ? 'not checked: ' : '';
      const [first = '', ...more] = wrap(word + visible(check.claim), Math.max(30, style.columns - 17));
      return [
        `  ${left(at === 0 ? subject : '', 11)} ${marks[check.verdict]} ${first}`,
        ...more.map((line) => `${' '.repeat(16)}${line}`),
      ];
    }),
  );
  return [`Checks: ${count('pass')} passed, ${count('fail')} failed, ${count('not-checked')} not made`, ...lines];
}

/** Warnings of one code that are shown; a page is read, a list of hundreds is not. */
const shownAlike = 3;

function problemLines({ problems }: RehearsalReport, { paint, style }: Look): readonly string[] {
  if (problems.length === 0) return [];
  const groups = byCode(problems);
  const lines = groups.flatMap((group) => {
    const shown = group[0].severity === 'error' ? group : group.slice(0, shownAlike);
    const rest = group.length - shown.length;
    const more = rest === 0 ? [] : [paint.dim(`and ${rest} more of ${group[0].code}: -o json and --html list them\n`)];
    return [renderDiagnostics(shown, new Map(), style), ...more];
  });
  return [`Problems: ${countDiagnostics(groups.flat())}`, lines.join('\n').trimEnd()];
}

function limitLines({ notProven }: RehearsalReport, { style }: Look): readonly string[] {
  if (notProven.length === 0) return [];
  return [
    'What this does not prove:',
    ...notProven.flatMap((sentence) => {
      const [first = '', ...more] = wrap(visible(sentence), Math.max(30, style.columns - 4));
      return [`  - ${first}`, ...more.map((line) => `    ${line}`)];
    }),
  ];
}
