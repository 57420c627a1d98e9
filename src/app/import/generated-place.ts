import type { Span } from '../../model/index.js';
import { child, type Tree, textOf } from '../definition/tree.js';
import type { Step } from './values.js';

/** Which carried value a place in the environment file holds. */
export interface GeneratedPlace {
  readonly package?: string;
  /** Way inside the package's values, or the setting. */
  readonly path: readonly Step[];
}

/** Finds the value at a place of the file that was made; a place around several values means them all. */
export function placeOf(tree: Tree | undefined, at: Span): GeneratedPlace | undefined {
  for (const list of [child(child(tree, 'spec'), 'services'), child(child(tree, 'spec'), 'infrastructure')]) {
    for (const component of list?.kind === 'list' ? list.items : []) {
      const found = inComponent(child(component, 'with'), at);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function inComponent(settings: Tree | undefined, at: Span): GeneratedPlace | undefined {
  const packages = child(settings, 'packages');
  for (const entry of packages?.kind === 'list' ? packages.items : []) {
    const path = wayTo(entry, at, []);
    if (path === undefined) continue;
    const name = textOf(entry, 'name');
    if (name !== undefined) return { package: name, path: path[0] === 'values' ? path.slice(1) : [] };
  }
  const path = settings === undefined ? undefined : wayTo(settings, at, []);
  return path === undefined || path.length === 0 || path[0] === 'packages' ? undefined : { path: path.slice(0, 1) };
}

const begins = (span: Span, at: Span): boolean => span.line === at.line && span.column === at.column;

function wayTo(tree: Tree, at: Span, path: readonly Step[]): readonly Step[] | undefined {
  if (tree.kind === 'list')
    return first(
      tree.items.map((item, index) => () => wayTo(item, at, [...path, index])),
      begins(tree.at, at) ? path : undefined,
    );
  if (tree.kind === 'map') {
    for (const [key, entry] of tree.entries) if (begins(entry.keyAt, at)) return [...path, key];
    return first(
      [...tree.entries].map(
        ([key, entry]) =>
          () =>
            wayTo(entry.value, at, [...path, key]),
      ),
      begins(tree.at, at) ? path : undefined,
    );
  }
  return begins(tree.at, at) ? path : undefined;
}

function first(
  tries: readonly (() => readonly Step[] | undefined)[],
  otherwise: readonly Step[] | undefined,
): readonly Step[] | undefined {
  for (const one of tries) {
    const found = one();
    if (found !== undefined) return found;
  }
  return otherwise;
}
