import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

/** One step into a document: a key of a map, or the entry of a list that has this name. */
export type PathPart = string | { readonly name: string };

/** A piece of text that takes the place of another; `end` is exclusive. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with its nodes, which know their offsets in it. */
export interface Source {
  readonly text: string;
  readonly root: unknown;
  /** End of line that the text uses. */
  readonly eol: string;
  /** Spaces per level, and whether lists stand deeper than their key. */
  readonly step: number;
  readonly indentLists: boolean;
}

/** Parses for editing; the text has passed the reader with the limits before. */
export function sourceOf(text: string): Source {
  const document = parseDocument(text, { keepSourceTokens: true, logLevel: 'silent', uniqueKeys: false });
  const root: unknown = document.contents;
  return { text, root, eol: text.includes('\r\n') ? '\r\n' : '\n', ...habits(text, root) };
}

interface Habits {
  step?: number;
  indentLists?: boolean;
}

/** How the author indents, taken from the first map below the top and the first list below a key. */
function habits(text: string, root: unknown): Pick<Source, 'step' | 'indentLists'> {
  const seen: Habits = {};
  visit(text, root, seen);
  return { step: seen.step !== undefined && seen.step > 0 ? seen.step : 2, indentLists: seen.indentLists ?? true };
}

function visit(text: string, node: unknown, seen: Habits): void {
  if (isSeq(node)) for (const item of node.items) visit(text, item, seen);
  if (!isMap(node) || node.flow === true) return;
  for (const pair of node.items) {
    notice(text, pair, seen);
    visit(text, pair.value, seen);
  }
}

function notice(text: string, { key, value }: Pair, seen: Habits): void {
  const here = columnOf(text, startOf(key));
  if (isMap(value) && value.flow !== true && value.items.length > 0)
    seen.step ??= columnOf(text, startOf(value.items[0]?.key)) - here;
  const [dash] = isSeq(value) ? dashes(value) : [];
  if (dash !== undefined) seen.indentLists ??= columnOf(text, dash) > here;
}

/** Offset at which a node begins; 0 where it has none. */
export const startOf = (node: unknown): number =>
  (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined) ?? 0;

/** Offset at which the line of an offset begins. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Column of an offset, from 0. */
export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** Offsets of the dashes of a block list; empty for one in brackets. */
export function dashes(list: YAMLSeq): readonly number[] {
  const token = list.srcToken;
  if (token?.type !== 'block-seq') return [];
  return token.items.flatMap((item) => item.start.filter((one) => one.type === 'seq-item-ind').map((one) => one.offset));
}

/** Offset of the colon of a pair. */
export function colonOf(pair: Pair): number | undefined {
  return pair.srcToken?.sep?.find((one) => one.type === 'map-value-ind')?.offset;
}

/** Offset behind the last sign of a node, comments behind it not counted. */
export function endOf(node: unknown): number {
  if (isPair(node)) return isNothing(node.value) && !written(node.value) ? (colonOf(node) ?? 0) + 1 : endOf(node.value);
  if ((isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[1] : undefined) ?? 0;
}

/** Offset of the line after the one in which an offset lies; the text's end where there is none. */
export function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** Null, written or not. */
export const isNothing = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && node.value === null);

/** True for a null that takes signs (`~`, `null`). */
export const written = (node: unknown): node is Scalar => isScalar(node) && (node.source ?? '') !== '';

/** The pair of a key. */
export const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);

/** Position of the entry of a list that has a name; -1 where there is none. */
export const indexOfName = (list: YAMLSeq, name: string): number =>
  list.items.findIndex((item) => isMap(item) && item.get('name') === name);

/** Applies splices that do not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let out = text;
  for (const { start, end, text: piece } of [...splices].sort((a, b) => b.start - a.start))
    out = out.slice(0, start) + piece + out.slice(end);
  return out;
}
