import type { Json } from '../model/index.js';

/** A map of values. */
export type ValueMap = { readonly [key: string]: Json };

/** True for a mapping. */
export const isMap = (value: unknown): value is ValueMap => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Lays values over others, as Helm does: maps merge by key, all else is replaced. A `null` stays, so that Helm takes the
 * chart's own default away too.
 */
export function mergeValues(below: ValueMap, above: ValueMap): ValueMap {
  const merged = new Map<string, Json>(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const under = merged.get(key);
    merged.set(key, isMap(under) && isMap(value) ? mergeValues(under, value) : value);
  }
  return Object.fromEntries(merged);
}

/** The value at a dotted path; `undefined` where there is none. */
export function valueAt(values: unknown, path: string): unknown {
  let at = values;
  for (const part of path.split('.')) at = isMap(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  return at;
}

/** Whether a condition of a chart's dependency holds: the first of its paths that is set decides; none set means yes. */
export function conditionHolds(condition: string, values: ValueMap): boolean {
  for (const path of condition.split(',')) {
    const value = valueAt(values, path.trim());
    if (typeof value === 'boolean') return value;
  }
  return true;
}
