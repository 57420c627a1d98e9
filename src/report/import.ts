import type { Span } from '../model/index.js';
import { table, visible } from './cells.js';
import { placeText } from './diagnostics.js';
import { type Paint, paintOf, type Style, signsOf } from './style.js';

/** What an import found, as a report shows it. */
export interface ImportResult {
  readonly name: string;
  readonly release: string;
  readonly form: string;
  readonly packages: readonly {
    readonly key: string;
    readonly on: boolean;
    readonly at?: Span;
    readonly to: readonly string[];
    readonly missing: readonly string[];
    readonly namespace: string;
    readonly nearest?: string;
    readonly note?: string;
  }[];
  readonly chosen: readonly { readonly name: string; readonly why: string }[];
  readonly unmet: readonly { readonly name: string; readonly capability: string; readonly offers: readonly string[] }[];
  readonly values: readonly {
    readonly at: Span;
    readonly path: string;
    readonly fate: 'carried' | 'left' | 'secret' | 'replaced';
    readonly text: string;
  }[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly written: boolean;
}

/** Packages, then every value that was not carried over with its place and reason, then the count. */
export function renderImport(done: ImportResult, style: Style): string {
  const paint = paintOf(style);
  const lines = [
    ...section(paint, 'Packages', packageRows(done), ['Big Bang', 'here', 'why']),
    ...missing(done, paint),
    ...section(paint, 'Secrets to provide', valueRows(done, ['secret']), ['value', 'key']),
    ...section(paint, 'Not carried over', valueRows(done, ['left', 'replaced']), ['value', 'key', 'why']),
    ...section(paint, 'Carried over', valueRows(done, ['carried']), ['value', 'key', 'to']),
    ...done.unmet.map(
      ({ name, capability, offers }) =>
        `${name} requires ${capability}: ${offers.length === 0 ? 'left to the cluster, no package provides it' : `add one of ${offers.join(', ')}`}`,
    ),
    summary(done, style),
    ...done.files.map(({ path }) => `${done.written ? 'wrote' : 'would write'} ${visible(path)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function section(paint: Paint, title: string, rows: readonly (readonly string[])[], head: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : [paint.bold(`${title} (${rows.length})`), ...table(head, rows), ''];
}

const packageRows = ({ packages, chosen }: ImportResult): readonly (readonly string[])[] => [
  ...packages
    .filter(({ on, to }) => on && to.length > 0)
    .map(({ key, to, at, note }) => [
      key,
      to.join(', '),
      `${at === undefined ? 'on by default' : placeText(at)}${note === undefined ? '' : `; ${note}`}`,
    ]),
  ...chosen.filter(({ why }) => why.includes(' requires ')).map(({ name, why }) => ['', name, why]),
];

/** Packages that are on there and have no counterpart, or only a part of one. */
function missing({ packages }: ImportResult, paint: Paint): readonly string[] {
  const rows = packages
    .filter(({ on, to, missing: gone }) => on && (to.length === 0 || gone.length > 0))
    .map(({ key, missing: gone, nearest, at }) => [
      key,
      at === undefined ? 'on by default' : placeText(at),
      nearest ?? (gone.length > 0 ? `${gone.join(', ')}, once the catalog has it` : 'none'),
    ]);
  return section(paint, 'Packages the catalog does not have', rows, ['Big Bang', 'on by', 'nearest']);
}

const valueRows = ({ values }: ImportResult, fates: readonly string[]): readonly (readonly string[])[] =>
  values
    .filter(({ fate }) => fates.includes(fate))
    .map(({ at, path, fate, text }) => [visible(placeText(at)), visible(path), ...(fate === 'secret' ? [] : [visible(text)])]);

function summary({ values, chosen, release, form }: ImportResult, style: Style): string {
  const count = (fate: string): number => values.filter((one) => one.fate === fate).length;
  const sign = paintOf(style).green(signsOf(style).done);
  return `${sign} read as Big Bang ${release}, form ${form}: ${chosen.length} packages chosen; of ${values.length} values ${count('carried')} carried over, ${count('left') + count('replaced')} not, ${count('secret')} secrets to provide`;
}

/** The same for programs. */
export const importDocument = ({ values, ...rest }: ImportResult): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'Import',
  ...rest,
  values: values.map(({ at, ...one }) => ({ ...one, file: at.file, line: at.line, column: at.column })),
});
