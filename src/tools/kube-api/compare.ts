import { createHash } from 'node:crypto';
import type { Applier, KubeObject } from '../../model/index.js';
import { isEntry, isSecret, withoutNoise } from './objects.js';
import { holds, managersOf, type Path } from './owned.js';

/** One place in which two objects differ; a side without a value has none there. */
export interface FieldChange {
  readonly path: Path;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Places in which two values differ, in order of their names. */
export function differences(from: unknown, to: unknown, path: Path = []): readonly FieldChange[] {
  if (isEntry(from) && isEntry(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => differences(from[key], to[key], [...path, key]));
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    const length = Math.max(from.length, to.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) => differences(from[at], to[at], [...path, String(at)]));
  }
  if (Object.is(from, to)) return [];
  return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

/**
 * What applying would change: the object that is there against the answer of a dry run, in which the API server has
 * filled in its defaults and asked its webhooks. Only fields count that the applying manager has, or would have.
 */
export function ownedChanges(live: KubeObject, would: KubeObject, by: Applier): readonly FieldChange[] {
  const own = [live, would].flatMap((object) =>
    managersOf(object).filter((one) => one.manager === by.manager && one.subresource === undefined),
  );
  const [a, b] = [live, would].map((object) => {
    const { status: _, ...rest } = withoutNoise(object);
    return rest;
  });
  return differences(a, b)
    .filter(({ path }) => !isAdded(path, by))
    .filter(({ path }) => own.some(({ fields }) => holds(fields, path)))
    .map((change) => (isSecret(live) ? redacted(change) : change));
}

/** True for a label or an annotation that the applier adds by itself. */
function isAdded([first, second, name]: Path, { adds = [] }: Applier): boolean {
  return first === 'metadata' && (second === 'labels' || second === 'annotations') && adds.includes(name ?? '');
}

const hidden = new Set(['data', 'stringData']);

/** Values of a Secret are told by the beginning of their digest: enough to see that they differ, and nothing more. */
export function redacted(change: FieldChange): FieldChange {
  if (!hidden.has(change.path[0] ?? '')) return change;
  return {
    path: change.path,
    ...(change.from !== undefined && { from: masked(change.from) }),
    ...(change.to !== undefined && { to: masked(change.to) }),
  };
}

function masked(value: unknown): unknown {
  if (isEntry(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
  return `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)}`;
}
