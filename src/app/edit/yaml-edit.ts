import { isMap, isScalar, isSeq, stringify, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { parseText } from '../definition/parse.js';
import { type Plain, toPlain } from '../definition/tree.js';
import { expectAppended, expectRemoved, expectReplaced } from './yaml-expect.js';
import {
  applySplices,
  colonOf,
  columnOf,
  dashes,
  endOf,
  indexOfName,
  isNothing,
  lineStart,
  nextLine,
  type PathPart,
  pairOf,
  type Source,
  type Splice,
  sourceOf,
  startOf,
  written,
} from './yaml-nodes.js';

export type { PathPart } from './yaml-nodes.js';

/** Puts an entry at the end of a list, making the list and what leads to it where needed; `undefined` where the text is written in a way that cannot be edited. */
export function appendItem(text: string, path: readonly PathPart[], item: Plain): string | undefined {
  return edited(
    text,
    (source) => append(source, path, item),
    (plain) => expectAppended(plain, path, item),
  );
}

/** Takes the entry with a name out of a list. */
export function removeItem(text: string, path: readonly PathPart[], name: string): string | undefined {
  return edited(
    text,
    (source) => remove(source, path, name),
    (plain) => expectRemoved(plain, path, name),
  );
}

/** Puts another text in the place of one that is there; quotes stay as they are. */
export function replaceText(text: string, path: readonly PathPart[], value: string): string | undefined {
  return edited(
    text,
    (source) => replace(source, path, value),
    (plain) => expectReplaced(plain, path, value),
  );
}

/**
 * Edits the text itself, so that every other byte stays; then reads it again and compares with what was meant.
 * What came out otherwise (anchors, unusual layouts) is not taken.
 */
function edited(
  text: string,
  edit: (source: Source) => readonly Splice[] | undefined,
  expected: (plain: Plain) => Plain | undefined,
): string | undefined {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(mark.length);
  const before = parseText('before', body);
  if (before.tree === undefined || before.diagnostics.length > 0) return undefined;
  const splices = edit(sourceOf(body));
  if (splices === undefined) return undefined;
  const out = applySplices(body, splices);
  const after = parseText('after', out);
  if (after.tree === undefined || after.diagnostics.length > 0) return undefined;
  const want = expected(toPlain(before.tree));
  return want !== undefined && JSON.stringify(toPlain(after.tree)) === JSON.stringify(want) ? mark + out : undefined;
}

/** What hangs below the last key that exists. */
function nest(rest: readonly PathPart[], item: Plain): Plain {
  return rest.reduceRight<Plain>(
    (below, part) =>
      typeof part === 'string'
        ? { [part]: below }
        : [{ name: part.name, ...(typeof below === 'object' && below !== null && !Array.isArray(below) ? below : {}) }],
    [item],
  );
}

function append(source: Source, path: readonly PathPart[], item: Plain): readonly Splice[] | undefined {
  let node = source.root;
  for (const [at, part] of path.entries()) {
    const rest = path.slice(at + 1);
    const added =
      typeof part === 'string'
        ? keyMissing(source, node, part, nest(rest, item))
        : entryMissing(source, node, part, nest([part, ...rest], item));
    if (added !== undefined) return added;
    node = below(node, part);
  }
  return isSeq(node) ? addItem(source, node, item) : undefined;
}

function below(node: unknown, part: PathPart): unknown {
  if (typeof part === 'string') return isMap(node) ? pairOf(node, part)?.value : undefined;
  return isSeq(node) ? node.items[indexOfName(node, part.name)] : undefined;
}

/** Writes the key with all below it, where the map does not have it or has nothing there. */
function keyMissing(source: Source, node: unknown, key: string, value: Plain): readonly Splice[] | undefined {
  if (!isMap(node)) return undefined;
  const pair = pairOf(node, key);
  if (pair === undefined) return insertKey(source, node, key, value);
  return node.flow !== true && isHollow(pair.value) ? fillKey(source, pair, key, value) : undefined;
}

/** Writes the entry of a name with all below it, where the list does not have it. */
function entryMissing(
  source: Source,
  node: unknown,
  { name }: { readonly name: string },
  value: Plain,
): readonly Splice[] | undefined {
  if (!isSeq(node) || indexOfName(node, name) !== -1 || !Array.isArray(value)) return undefined;
  const [entry] = value;
  return entry === undefined ? undefined : addItem(source, node, entry);
}

/** Nothing, or empty brackets: what is written anew as a block. */
const isHollow = (node: unknown): boolean =>
  isNothing(node) || ((isMap(node) || isSeq(node)) && node.flow === true && node.items.length === 0);

const inBrackets = (value: Plain): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();

/** A value as lines, each with its end, the first column at `column`. */
function block(source: Source, value: Plain, column: number): readonly string[] {
  const text = stringify(value, { lineWidth: 0, indent: source.step, indentSeq: source.indentLists });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(column) + line) + source.eol);
}

/** Lines put in at a line's beginning; where the text ends without an end of line, the last line gets one. */
function linesAt(source: Source, offset: number, lines: readonly string[]): Splice {
  const text = lines.join('');
  const open = offset === source.text.length && offset > 0 && !source.text.endsWith('\n');
  return { start: offset, end: offset, text: open ? source.eol + text.slice(0, -source.eol.length) : text };
}

function insertKey(source: Source, map: YAMLMap, key: string, value: Plain): readonly Splice[] | undefined {
  const last = map.items.at(-1);
  if (map.flow === true) {
    if (last === undefined) return undefined;
    const at = endOf(last);
    return [
      {
        start: at,
        end: at,
        text: `, ${inBrackets({ [key]: value })
          .slice(1, -1)
          .trim()}`,
      },
    ];
  }
  if (last === undefined) return undefined;
  const column = columnOf(source.text, startOf(map.items[0]?.key));
  return [linesAt(source, nextLine(source.text, endOf(last)), block(source, { [key]: value }, column))];
}

function fillKey(source: Source, pair: Pair, key: string, value: Plain): readonly Splice[] | undefined {
  const colon = colonOf(pair);
  if (colon === undefined) return undefined;
  const [, ...lines] = block(source, { [key]: value }, columnOf(source.text, startOf(pair.key)));
  const signs = isNothing(pair.value) ? written(pair.value) : true;
  const end = signs ? endOf(pair.value) : colon + 1;
  const gone: readonly Splice[] = signs ? [{ start: colon + 1, end, text: '' }] : [];
  return [...gone, linesAt(source, nextLine(source.text, end), lines)];
}

function addItem(source: Source, list: YAMLSeq, item: Plain): readonly Splice[] | undefined {
  if (list.flow === true) return addInBrackets(source, list, item);
  const [dash] = dashes(list);
  const last = list.items.at(-1);
  if (dash === undefined || last === undefined) return undefined;
  const column = columnOf(source.text, dash);
  return [linesAt(source, nextLine(source.text, endOf(last)), block(source, [item], column))];
}

function addInBrackets(source: Source, list: YAMLSeq, item: Plain): readonly Splice[] {
  const last = list.items.at(-1);
  const text = inBrackets(item);
  if (last === undefined) return [{ start: startOf(list) + 1, end: (list.range?.[1] ?? 0) - 1, text }];
  const at = endOf(last);
  const first = source.text.slice(lineStart(source.text, startOf(list.items[0])), startOf(list.items[0]));
  const ownLines = list.items.length > 0 && first.trim() === '';
  return [{ start: at, end: at, text: `,${ownLines ? source.eol + first : ' '}${text}` }];
}

function nodeAt(source: Source, path: readonly PathPart[]): { readonly node: unknown; readonly pair?: Pair } {
  let node = source.root;
  let pair: Pair | undefined;
  for (const part of path) {
    pair = typeof part === 'string' && isMap(node) ? pairOf(node, part) : undefined;
    node = below(node, part);
  }
  return { node, ...(pair && { pair }) };
}

function remove(source: Source, path: readonly PathPart[], name: string): readonly Splice[] | undefined {
  const { node: list, pair } = nodeAt(source, path);
  if (!isSeq(list)) return undefined;
  const index = indexOfName(list, name);
  if (index === -1) return undefined;
  if (list.flow === true) return removeInBrackets(list, index);
  const dash = dashes(list)[index];
  if (dash === undefined) return undefined;
  const start = lineStart(source.text, dash);
  if (source.text.slice(start, dash).trim() !== '') return undefined;
  const gone = { start, end: nextLine(source.text, endOf(list.items[index])), text: '' };
  if (list.items.length > 1) return [gone];
  const colon = pair && colonOf(pair);
  return colon === undefined ? undefined : [{ start: colon + 1, end: colon + 1, text: ' []' }, gone];
}

function removeInBrackets(list: YAMLSeq, index: number): readonly Splice[] {
  const here = list.items[index];
  const next = list.items[index + 1];
  if (next !== undefined) return [{ start: startOf(here), end: startOf(next), text: '' }];
  const before = list.items[index - 1];
  return [{ start: before === undefined ? startOf(here) : endOf(before), end: endOf(here), text: '' }];
}

function replace(source: Source, path: readonly PathPart[], value: string): readonly Splice[] | undefined {
  const { node } = nodeAt(source, path);
  if (!isScalar(node) || node.range === undefined || node.range === null) return undefined;
  const type = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? node.type : 'PLAIN';
  const text = stringify(value, { defaultStringType: type, lineWidth: 0 }).trimEnd();
  return [{ start: node.range[0], end: node.range[1], text }];
}
