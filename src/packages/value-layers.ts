import { isMap as isYamlMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Json, Span } from '../model/index.js';
import { isMap } from './values.js';

/** A step into a document: a key, or the entry of a list with that name. */
export type Part = string | { readonly named: string };

/** A value with the place of its key. */
export interface PlacedValue {
  readonly at: Span;
  readonly value: Json;
}

/** Finds a value in a YAML text, with the place it is written at. Pure. */
export function placeIn(text: string, file: string, path: readonly Part[]): PlacedValue | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    const next = stepInto(node, part);
    if (next === undefined) return undefined;
    node = next.value;
    offset = next.offset;
  }
  const { line, col } = counter.linePos(offset);
  const value = isNode(node) ? (node.toJS(document, { maxAliasCount: 1000 }) as Json) : null;
  return { at: { file, line, column: col }, value };
}

const startOf = (node: unknown): number => (isNode(node) ? ((node as Node).range?.[0] ?? 0) : 0);

function stepInto(node: unknown, part: Part): { readonly value: unknown; readonly offset: number } | undefined {
  if (typeof part !== 'string') {
    if (!isSeq(node)) return undefined;
    const item = node.items.find((one) => isYamlMap(one) && one.get('name') === part.named);
    return item === undefined ? undefined : { value: item, offset: startOf(item) };
  }
  if (isSeq(node)) {
    const item = /^\d+$/.test(part) ? node.items[Number(part)] : undefined;
    return item === undefined ? undefined : { value: item, offset: startOf(item) };
  }
  if (!isYamlMap(node)) return undefined;
  const pair = node.items.find((one) => isPair(one) && (isScalar(one.key) ? String(one.key.value) : String(one.key)) === part);
  return pair === undefined ? undefined : { value: pair.value, offset: startOf(pair.key) };
}

/** Paths of all values that a tree sets, dotted; a list counts as one value. */
export function leafPaths(values: unknown, before = ''): readonly string[] {
  if (!isMap(values) || Object.keys(values).length === 0) return before === '' ? [] : [before];
  return Object.entries(values).flatMap(([key, value]) => leafPaths(value, before === '' ? key : `${before}.${key}`));
}

/** Another value of the same kind, so that what reads it renders otherwise. */
export function probeOf(value: Json | undefined): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.length > 0 ? [] : ['strata-probe'];
  if (isMap(value)) return { ...value, 'strata-probe': 'strata-probe' };
  return typeof value === 'string' && value !== '' ? `${value}x` : 'strata-probe';
}

/** A tree with one value set; parts of the path that are no mapping become one. */
export function withValue(values: unknown, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const base = isMap(values) ? values : {};
  return { ...base, [key]: withValue(base[key], rest, value) };
}

/** Where two trees differ: paths of the second, or of the first where it is gone there. */
export function differencesOf(one: unknown, other: unknown, path = ''): readonly string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const keys = (value: unknown): readonly string[] => (typeof value === 'object' && value !== null ? Object.keys(value) : []);
  const all = [...new Set([...keys(one), ...keys(other)])];
  const both = typeof one === 'object' && typeof other === 'object' && one !== null && other !== null;
  if (!both || all.length === 0 || Array.isArray(one) !== Array.isArray(other)) return [path];
  return all.flatMap((key) =>
    differencesOf(Reflect.get(one, key), Reflect.get(other, key), path === '' ? key : `${path}.${key}`),
  );
}
