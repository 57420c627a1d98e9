import type { Diagnostic, RenderParts } from '../model/index.js';
import { refusedPaths } from '../tools/helm/index.js';
import type { PackagePlan } from './packages.js';
import { isMap } from './values.js';

/** Places a chart's refusal at the entry of the definition that set the value, where the user did. */
export function atUserValue(said: Diagnostic, plan: PackagePlan, { place }: Pick<RenderParts, 'place'>): Diagnostic {
  const [path] = refusedPaths(said).flatMap((each) => setBy(plan.values, each) ?? []);
  const where = path === undefined ? undefined : place?.(plan.name, path);
  return where === undefined ? said : { ...said, where };
}

/** The path, as far as the user's values hold it as a mapping: of what lies below a list, the list; `undefined` where they say nothing of it. */
function setBy(values: unknown, path: readonly string[]): readonly (readonly string[])[] | undefined {
  const held: string[] = [];
  let at = values;
  for (const key of path) {
    if (!isMap(at)) break;
    if (!Object.hasOwn(at, key)) return undefined;
    held.push(key);
    at = at[key];
  }
  return held.length === 0 ? undefined : [held];
}
