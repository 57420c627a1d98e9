import type { Diagnostic, Span } from '../../model/index.js';
import * as errors from './errors.js';
import { child, type ListTree, type MapTree, type Tree, type TreeEntry, textOf } from './tree.js';

/** What laying one file over another gives. */
export interface Overlaid {
  readonly tree: Tree;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Lays an environment over the shared definition: maps merge by key, lists of named entries by `name`,
 * anything else is replaced; `null` takes a key away, `$patch: delete` an entry. Every value keeps the place it was written at.
 */
export function overlay(base: Tree, top: Tree, path: string): Overlaid {
  const diagnostics: Diagnostic[] = [];
  return { tree: merge(base, top, { path, diagnostics }), diagnostics };
}

interface Merging {
  readonly path: string;
  readonly diagnostics: Diagnostic[];
}

const inside = (context: Merging, part: string): Merging => ({
  ...context,
  path: context.path === '' ? part : `${context.path}.${part}`,
});

function merge(base: Tree, top: Tree, context: Merging): Tree {
  if (base.kind === 'map' && top.kind === 'map') return mergeMaps(base, top, context);
  if (base.kind === 'list' && top.kind === 'list' && isNamed(base) && isNamed(top)) return mergeLists(base, top, context);
  return top;
}

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;
const isNamed = (list: ListTree): boolean => list.items.every((item) => textOf(item, 'name') !== undefined);

function mergeMaps(base: MapTree, top: MapTree, context: Merging): MapTree {
  const entries = new Map(base.entries);
  for (const [key, entry] of top.entries) {
    const below = base.entries.get(key);
    const here = inside(context, key);
    if (isNull(entry.value)) {
      if (below === undefined) context.diagnostics.push(errors.nothingToDelete(entry.keyAt, here.path));
      entries.delete(key);
    } else {
      entries.set(
        key,
        below === undefined ? entry : { keyAt: keyPlace(below, entry), value: merge(below.value, entry.value, here) },
      );
    }
  }
  return { kind: 'map', entries, at: base.at };
}

/** A merged map or list is still the one that the base opened; a replaced value is the overlay's. */
function keyPlace(below: TreeEntry, entry: TreeEntry): Span {
  return below.value.kind === entry.value.kind && entry.value.kind !== 'scalar' ? below.keyAt : entry.keyAt;
}

function mergeLists(base: ListTree, top: ListTree, context: Merging): ListTree {
  const overlays = new Map(top.items.map((item) => [textOf(item, 'name'), item]));
  const items: Tree[] = [];
  for (const item of base.items) {
    const name = textOf(item, 'name');
    const over = overlays.get(name);
    overlays.delete(name);
    if (over === undefined) items.push(item);
    else if (!isDeletion(over)) items.push(mergeEntry(item, over, { ...context, path: `${context.path}[${name}]` }));
  }
  for (const [name, item] of overlays) {
    if (isDeletion(item)) context.diagnostics.push(errors.nothingToDelete(item.at, `${context.path}[${name}]`));
    else items.push(item);
  }
  return { kind: 'list', items, at: base.at };
}

const isDeletion = (item: Tree): boolean => textOf(item, '$patch') === 'delete';

/** Another provider takes nothing over from the settings of the one it replaces: they mean something else there. */
function mergeEntry(base: Tree, top: Tree, context: Merging): Tree {
  const use = textOf(top, 'use');
  if (base.kind !== 'map' || use === undefined || use === textOf(base, 'use') || child(base, 'use') === undefined)
    return merge(base, top, context);
  const entries = new Map(base.entries);
  entries.delete('with');
  return merge({ ...base, entries }, top, context);
}

/** Lists whose entries share a name: merging by name would be ambiguous. Pure; looks at one file. */
export function duplicateNames(tree: Tree, path = ''): readonly Diagnostic[] {
  if (tree.kind === 'scalar') return [];
  if (tree.kind === 'map') {
    return [...tree.entries].flatMap(([key, entry]) => duplicateNames(entry.value, path === '' ? key : `${path}.${key}`));
  }
  const first = new Map<string, Span>();
  return tree.items.flatMap((item, index) => {
    const name = textOf(item, 'name');
    const within = duplicateNames(item, `${path}[${name ?? index}]`);
    if (name === undefined) return within;
    const at = child(item, 'name')?.at ?? item.at;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, at);
    return earlier === undefined ? within : [errors.duplicateName(at, path, name, earlier), ...within];
  });
}
