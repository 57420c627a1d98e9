import type { Applier, KubeObject } from '../../model/index.js';
import { type Entry, isEntry } from './objects.js';
import { managersOf } from './owned.js';

/** As the API server stores it: `stringData` is a way of writing `data`. */
export function asStored(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (!isEntry(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]);
  return { ...rest, data: { ...(isEntry(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) } } as KubeObject;
}

/**
 * True where applying an object would surely change nothing: what it says is there as it says it, and its manager has no
 * field beyond what it says. Cautious: a quantity written another way, or a default left out of a list's key, is "not
 * surely", and then a dry run decides. Saves a request for almost every object of a cluster that is as it should be.
 */
export function surelySame(wanted: KubeObject, live: KubeObject, { manager, adds = [] }: Applier): boolean {
  const own = managersOf(live).filter((one) => one.manager === manager && one.subresource === undefined);
  return own.length > 0 && isWithin(wanted, live) && own.every(({ fields }) => covers(wanted, withoutAdded(fields, adds)));
}

/** A field set without labels and annotations that its manager adds by itself. */
function withoutAdded(fields: Entry, adds: readonly string[]): Entry {
  const { 'f:metadata': metadata, ...rest } = fields;
  if (adds.length === 0 || !isEntry(metadata)) return fields;
  const kept = Object.entries(metadata).flatMap(([part, names]) => {
    if (!isEntry(names) || (part !== 'f:labels' && part !== 'f:annotations')) return [[part, names]];
    const own = Object.entries(names).filter(([name]) => !adds.includes(name.slice(2)));
    return own.every(([name]) => name === '.') ? [] : [[part, Object.fromEntries(own)]];
  });
  return { ...rest, 'f:metadata': Object.fromEntries(kept) };
}

/** Members may be more on the other side, items of lists may not. */
function isWithin(wanted: unknown, live: unknown): boolean {
  if (isEntry(wanted)) return isEntry(live) && Object.entries(wanted).every(([key, value]) => isWithin(value, live[key]));
  if (Array.isArray(wanted))
    return Array.isArray(live) && wanted.length === live.length && wanted.every((item, at) => isWithin(item, live[at]));
  return Object.is(wanted, live);
}

/** True where every field of a set (FieldsV1) is in what is said. */
function covers(said: unknown, fields: Entry): boolean {
  return Object.entries(fields).every(([key, below]) => {
    if (key === '.') return said !== undefined;
    const there = step(said, key);
    return there !== undefined && covers(there, isEntry(below) ? below : {});
  });
}

function step(said: unknown, key: string): unknown {
  const [kind, name] = [key.slice(0, 2), key.slice(2)];
  if (kind === 'f:') return isEntry(said) ? said[name] : undefined;
  if (!Array.isArray(said)) return undefined;
  if (kind === 'i:') return said[Number(name)];
  const wanted: unknown = JSON.parse(name);
  if (kind === 'v:') return said.find((item) => Object.is(item, wanted));
  return isEntry(wanted) ? said.find((item) => isEntry(item) && isWithin(wanted, item)) : undefined;
}
