import type { Span } from '../../model/index.js';

/** A value of a YAML file that still knows where it was written; `Map` keys cannot touch any prototype. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Text, number, truth value or nothing. */
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly source: string;
  readonly at: Span;
}

/** A sequence. */
export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly at: Span;
}

/** A mapping, in file order. */
export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly at: Span;
}

/** One key of a mapping. */
export interface TreeEntry {
  readonly keyAt: Span;
  readonly value: Tree;
}

/** Plain data, as schema checks and providers take it. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** The value of a key, where `tree` is a map that has it. */
export function child(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined;
}

/** The text of a key's value, where it is text. */
export function textOf(tree: Tree | undefined, key: string): string | undefined {
  const value = child(tree, key);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** Drops the positions. */
export function toPlain(tree: Tree): Plain {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toPlain);
  return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
}

/** What a value is called in a message. */
export function kindOf(tree: Tree): string {
  if (tree.kind !== 'scalar') return tree.kind;
  if (tree.value === null) return 'nothing (null)';
  return { string: 'text', number: 'a number', boolean: 'a truth value' }[typeof tree.value as 'string' | 'number' | 'boolean'];
}

/** A place found by walking a JSON pointer; stops at the last part that exists. */
export interface Found {
  readonly tree: Tree;
  readonly key?: TreeEntry;
  /** For people, e.g. `spec.kubernetes[cluster].with`; empty for the whole document. */
  readonly path: string;
  /** False where the pointer leads beyond what was written (a filled-in default). */
  readonly written: boolean;
}

/** Walks a JSON pointer such as `/spec/kubernetes/0/with`. */
export function locate(root: Tree, pointer: string): Found {
  let found: Found = { tree: root, path: '', written: true };
  for (const raw of pointer.split('/').slice(1)) {
    const next = stepInto(found, raw.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (next === undefined) return { ...found, written: false };
    found = next;
  }
  return found;
}

function stepInto(from: Found, part: string): Found | undefined {
  if (from.tree.kind === 'map') {
    const key = from.tree.entries.get(part);
    return key && { tree: key.value, key, path: from.path === '' ? part : `${from.path}.${part}`, written: true };
  }
  if (from.tree.kind !== 'list') return undefined;
  const item = from.tree.items[Number(part)];
  return item && { tree: item, path: `${from.path}[${textOf(item, 'name') ?? part}]`, written: true };
}
