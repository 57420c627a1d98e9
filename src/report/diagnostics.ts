import type { Diagnostic, Remedy, Span } from '../model/index.js';
import { cut, visible, widthOf, wrap } from './cells.js';
import { type Paint, paintOf, type Signs, type Style, signsOf } from './style.js';

/** Texts of the files that findings point into. */
export type Sources = ReadonlyMap<string, string>;

/** Findings for people: place, message, the line with its spot marked, and what to do next. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], sources: Sources, style: Style): string {
  return diagnostics.map((one) => renderDiagnostic(one, sources, style)).join('\n');
}

/** One finding; ends with a newline. */
export function renderDiagnostic(diagnostic: Diagnostic, sources: Sources, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const { where } = diagnostic;
  const lines = [headOf(diagnostic, paint)];
  if (typeof where === 'object') lines.push(...excerpt(where, sources, { paint, signs, columns: style.columns }));
  for (const remedy of diagnostic.remedies) lines.push(...renderRemedy(remedy, style));
  return `${lines.join('\n')}\n`;
}

function headOf({ severity, code, message, where }: Diagnostic, paint: Paint): string {
  const color = { error: paint.red, warning: paint.yellow, info: paint.cyan }[severity];
  const place = where === undefined ? '' : `${paint.bold(visible(placeText(where)))}: `;
  return `${place}${color(severity)}: ${visible(message)} ${paint.dim(`[${code}]`)}`;
}

/** `file:line:column`, as editors and terminals follow it; or the step's id. */
export const placeText = (where: Span | string): string =>
  typeof where === 'string' ? where : `${where.file}:${where.line}:${where.column}`;

interface Look {
  readonly paint: Paint;
  readonly signs: Signs;
  readonly columns: number;
}

/** The line with the spot underlined; a long line is cut around the spot. */
function excerpt(at: Span, sources: Sources, { paint, signs, columns }: Look): readonly string[] {
  const line = sources
    .get(at.file)
    ?.replace(/^\uFEFF/, '')
    .split('\n')[at.line - 1];
  if (line === undefined || line.trim() === '') return [];
  const gutter = `  ${at.line} ${signs.bar} `;
  const room = Math.max(20, columns - widthOf(gutter));
  const start = Math.max(0, at.column - 1);
  const from = start < room - 12 ? 0 : start - Math.floor(room / 3);
  const before = visible(line.slice(from, start));
  const endsHere = at.endLine === at.line && at.endColumn !== undefined;
  const spot = visible(line.slice(start, endsHere ? at.endColumn - 1 : undefined).trimEnd());
  const shown = cut(visible(line.slice(from).trimEnd()), room, signs.ellipsis);
  const marks = Math.max(1, Math.min(widthOf(spot), room - widthOf(before)));
  const blank = `  ${' '.repeat(String(at.line).length)} ${signs.bar} `;
  return [paint.dim(gutter) + shown, paint.dim(blank) + ' '.repeat(widthOf(before)) + paint.red('^'.repeat(marks))];
}

function renderRemedy(remedy: Remedy, style: Style): readonly string[] {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const { columns, command = (typed) => typed } = style;
  const lead = `  ${signs.next} `;
  const [first = '', ...rest] = wrap(visible(remedy.say), Math.max(30, columns - widthOf(lead)));
  const indent = ' '.repeat(widthOf(lead));
  const lines = [paint.green(lead) + first, ...rest.map((line) => indent + line)];
  if (remedy.command !== undefined) lines.push(indent + paint.cyan(`$ ${visible(command(remedy.command))}`));
  return lines;
}

/** `2 errors, 1 warning`; empty where there is nothing. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity'], word: string): readonly string[] => {
    const n = diagnostics.filter((one) => one.severity === severity).length;
    return n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`];
  };
  return [...count('error', 'error'), ...count('warning', 'warning'), ...count('info', 'note')].join(', ');
}
