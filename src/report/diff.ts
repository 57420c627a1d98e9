import type { Diagnostic } from '../model/index.js';
import { visible } from './cells.js';
import { paintOf, type Style } from './style.js';

interface FieldLines {
  readonly path: string;
  readonly live?: unknown;
  readonly wanted?: unknown;
  readonly by?: { readonly manager: string; readonly operation: string; readonly at?: string };
}

interface ObjectLines {
  readonly object: string;
  readonly package: string;
  readonly difference: 'missing' | 'changed' | 'extra';
  readonly fields: readonly FieldLines[];
}

/** A comparison of a definition with a live cluster, as far as it is shown. */
export interface DiffLines {
  readonly against: 'definition' | 'last-applied';
  readonly platform: string;
  readonly environment: string;
  readonly objects: number;
  readonly differences: readonly ObjectLines[];
  readonly unknown: readonly { readonly object: string; readonly finding: Diagnostic }[];
  readonly silent: readonly string[];
}

/** What delivering would do to each object: `-` is what the cluster has, `+` what it would have. */
export function renderDiff(diff: DiffLines, style: Style): string {
  const paint = paintOf(style);
  const blocks = diff.differences.map((one) => renderObject(one, diff.against, style));
  const unknown = diff.unknown.map(({ object, finding }) => `${paint.magenta('?')} ${object}\n    ${visible(finding.message)}\n`);
  const silent = diff.silent.map((name) => `${paint.magenta('?')} ${name} does not say what it puts into a cluster\n`);
  return `${[...blocks, ...unknown, ...silent].join('')}${summary(diff, style)}`;
}

function renderObject({ object, package: owner, difference, fields }: ObjectLines, against: string, style: Style): string {
  const paint = paintOf(style);
  const note = paint.dim(owner === '' ? '' : ` (${owner})`);
  if (difference === 'missing')
    return `${paint.green('+')} ${object}${note}${against === 'definition' ? '' : ' is gone from the cluster'}\n`;
  if (difference === 'extra') return `${paint.red('-')} ${object}${note} is no longer in the definition\n`;
  const lines = fields.flatMap(({ path, live, wanted, by }) => [
    `    ${path}${by === undefined ? '' : paint.dim(`  set by ${visible(by.manager)}${by.at === undefined ? '' : ` at ${by.at}`}`)}`,
    ...(live === undefined ? [] : valueLines('-', live).map((line) => paint.red(line))),
    ...(wanted === undefined ? [] : valueLines('+', wanted).map((line) => paint.green(line))),
  ]);
  return `${paint.yellow('~')} ${object}${note}\n${lines.map((line) => `${line}\n`).join('')}`;
}

function valueLines(sign: string, value: unknown): readonly string[] {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
  return text.split('\n').map((line) => `      ${sign} ${visible(line)}`);
}

function summary({ against, platform, environment, objects, differences, unknown }: DiffLines, style: Style): string {
  const paint = paintOf(style);
  const what = against === 'definition' ? 'the definition' : 'what was last applied';
  const count = (wanted: ObjectLines['difference']): number =>
    differences.filter(({ difference }) => difference === wanted).length;
  const unsure = unknown.length === 0 ? '' : `; ${unknown.length} could not be compared`;
  if (differences.length === 0)
    return `${paint.green('The same')}: ${platform}/${environment} is as ${what} says, ${objects} objects compared${unsure}.\n`;
  return `${platform}/${environment} against ${what}: ${count('missing')} missing, ${count('changed')} changed, ${count('extra')} to be removed, of ${objects} objects${unsure}.\n`;
}
