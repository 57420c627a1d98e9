import type { Component, RenderParts } from '../../model/index.js';
import { type Part, placeIn } from '../../packages/value-layers.js';

/** Texts of a definition, by file. */
export type Sources = ReadonlyMap<string, string>;

const isOverlay = (file: string): boolean => /(^|\/)environments\//.test(file);

/** The files of a definition, the platform's own before that of the environment, which wins over it. */
export const inOrder = (sources: Sources): readonly (readonly [string, string])[] =>
  [...sources].sort(([a], [b]) => Number(isOverlay(a)) - Number(isOverlay(b)));

/** Finds where the entry of a package is written, or where the value that won was set. */
export function placesOf(sources: Sources, { layer, name }: Component): NonNullable<RenderParts['place']> {
  return (packageName, path) => {
    const entry: readonly Part[] = ['spec', layer, { named: name }, 'with', 'packages', { named: packageName }];
    const parts = path.length === 0 ? entry : [...entry, 'values', ...path];
    const found = inOrder(sources).flatMap(([file, text]) => placeIn(text, file, parts)?.at ?? []);
    return path.length === 0 ? found[0] : found.at(-1);
  };
}
