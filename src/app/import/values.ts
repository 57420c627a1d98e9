import type { Diagnostic, Span } from '../../model/index.js';
import { parseText } from '../definition/parse.js';
import type { MapTree, Tree, TreeEntry } from '../definition/tree.js';
import * as errors from './errors.js';

/** One step to a value: a key, or a position in a list. */
export type Step = string | number;

/** A value that holds no other, or an empty map or list. */
export interface Leaf {
  readonly path: readonly Step[];
  readonly tree: Tree;
  /** Of the value; of its key where nothing is written. */
  readonly at: Span;
}

/** Several values files as one. */
export interface Values {
  readonly tree: MapTree;
  readonly leaves: readonly Leaf[];
  /** Leaves of an earlier file that a later one replaces or takes away. */
  readonly replaced: readonly Leaf[];
}

/** Files as the user named them, with their texts. */
export type ValuesFile = { readonly file: string; readonly text: string };

/** Reads with the definition's own reader and its limits, and merges as Helm does: maps by key, the later value wins. Pure. */
export function readValues(files: readonly ValuesFile[]): Values | { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const replaced: Leaf[] = [];
  let merged: MapTree | undefined;
  for (const { file, text } of files) {
    const parsed = parseText(file, text);
    diagnostics.push(...parsed.diagnostics);
    const { tree } = parsed;
    if (tree === undefined) continue;
    if (tree.kind !== 'map') diagnostics.push(errors.notValues(tree.at));
    else merged = merged === undefined ? tree : merge(merged, tree, [], replaced);
  }
  if (diagnostics.length > 0 || merged === undefined) return { diagnostics };
  return { tree: merged, leaves: leavesOf(merged), replaced };
}

function merge(base: MapTree, top: MapTree, path: readonly Step[], replaced: Leaf[]): MapTree {
  const entries = new Map<string, TreeEntry>(base.entries);
  for (const [key, entry] of top.entries) {
    const below = base.entries.get(key);
    const here = [...path, key];
    if (below?.value.kind === 'map' && entry.value.kind === 'map') {
      entries.set(key, { keyAt: entry.keyAt, value: merge(below.value, entry.value, here, replaced) });
    } else {
      if (below !== undefined) replaced.push(...leavesOf(below.value, here));
      entries.set(key, entry);
    }
  }
  return { kind: 'map', entries, at: base.at };
}

/** Every leaf, in file order. */
export function leavesOf(tree: Tree, path: readonly Step[] = []): readonly Leaf[] {
  if (tree.kind === 'scalar') return [{ path, tree, at: tree.at }];
  const below =
    tree.kind === 'list'
      ? tree.items.flatMap((item, index) => leavesOf(item, [...path, index]))
      : [...tree.entries].flatMap(([key, entry]) => leavesOf(entry.value, [...path, key]));
  return below.length === 0 ? [{ path, tree, at: tree.at }] : below;
}

/** A path as people write it: `a.b[0].c`; a key with a dot stands in quotes. */
export const pathText = (path: readonly Step[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[\w/-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? key : `${text}.${key}`;
  }, '');
