import type { Diagnostic } from '../model/index.js';
import { table, visible } from './cells.js';
import { paintOf, type Style, signsOf } from './style.js';

/** What an edit of a definition did, or would do. */
export interface EditResult {
  readonly changes: readonly {
    readonly file: string;
    readonly line: number;
    readonly removed: readonly string[];
    readonly added: readonly string[];
  }[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly notes: readonly Diagnostic[];
  readonly written: boolean;
}

const shown = (line: string): string => visible(line.replace(/\r$/, ''));

/** A file that went need not be read line by line. */
const isWhole = (line: number, removed: readonly string[], added: readonly string[]): boolean =>
  line === 1 && added.length === 0 && removed.length > 3;

/** The lines that went and came, by file. */
export function renderEdit(done: EditResult, style: Style): string {
  const paint = paintOf(style);
  const lines = done.changes.flatMap(({ file, line, removed, added }) => [
    paint.bold(`${visible(file)}:${line}`),
    ...(isWhole(line, removed, added)
      ? [paint.red(`- ${removed.length} lines, all of the file`)]
      : removed.map((text) => paint.red(`- ${shown(text)}`))),
    ...added.map((text) => paint.green(`+ ${shown(text)}`)),
  ]);
  const sign = paint.green(signsOf(style).done);
  const names = (verb: string, list: readonly string[]): readonly string[] =>
    list.length === 0 ? [] : [`${sign} ${verb} ${list.join(', ')}`];
  const [add, take] = done.written ? ['added', 'removed'] : ['would add', 'would remove'];
  return [...lines, ...names(add, done.added), ...names(take, done.removed)].map((line) => `${line}\n`).join('');
}

/** The same for programs. */
export const editDocument = ({ changes, added, removed, notes, written }: EditResult): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'DefinitionEdit',
  written,
  added,
  removed,
  changes,
  notes,
});

/** Pins that moved. */
export interface UpgradeResult extends EditResult {
  readonly moves: readonly { readonly package: string; readonly pin: string; readonly from: string; readonly to: string }[];
  readonly current: readonly string[];
}

/** From and to of every pin. */
export function renderUpgrade(done: UpgradeResult, style: Style): string {
  const rows = done.moves.map((move) => [move.package, move.pin, visible(move.from), visible(move.to)]);
  const lines = rows.length === 0 ? [] : table(['package', 'pin', 'from', 'to'], rows);
  const current = done.current.length === 0 ? [] : [`as in the catalog already: ${done.current.join(', ')}`];
  const end = rows.length > 0 && !done.written ? ['nothing was written'] : [];
  return [...lines, ...current, ...end].map((line) => `${line}\n`).join('') || renderEdit(done, style);
}

/** The same for programs. */
export const upgradeDocument = (done: UpgradeResult): object => ({
  ...editDocument(done),
  kind: 'PackageUpgrade',
  moves: done.moves,
  current: done.current,
});

/** Packages that can be chosen, and where they are. */
export interface PackagesResult {
  readonly environments: readonly string[];
  readonly packages: readonly {
    readonly name: string;
    readonly title: string;
    readonly version?: string;
    readonly origin: 'catalog' | 'own';
    readonly provides: readonly string[];
    readonly requires: readonly string[];
    readonly sizes: readonly string[];
    readonly problem?: string;
    readonly chosen: readonly string[];
  }[];
}

const everywhere = (chosen: readonly string[], environments: readonly string[]): string =>
  chosen.length === 0 ? '' : chosen.length === environments.length ? 'everywhere' : chosen.join(', ');

/** One line per package. */
export function renderPackages({ packages, environments }: PackagesResult): string {
  const rows = packages.map((one) => [
    one.name,
    one.version ?? '',
    one.origin,
    everywhere(one.chosen, environments),
    one.provides.join(', '),
    one.requires.join(', '),
    visible(one.problem ?? one.title),
  ]);
  return `${table(['package', 'version', 'from', 'chosen', 'provides', 'requires', 'title'], rows).join('\n')}\n`;
}

/** The same for programs. */
export const packagesDocument = ({ packages, environments }: PackagesResult): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'PackageList',
  environments,
  packages,
});
