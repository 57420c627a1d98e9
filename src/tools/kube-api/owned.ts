import type { KubeObject } from '../../model/index.js';
import { type Entry, isEntry } from './objects.js';

/** A place in an object: member names, and for lists the item's position or what it is known by. */
export type Path = readonly string[];

/** Who wrote which fields, as the API server keeps it with the object. */
export interface Manager {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fields: Entry;
}

/** Reads `metadata.managedFields`. */
export function managersOf(object: KubeObject): readonly Manager[] {
  const kept = (object.metadata as Entry).managedFields;
  if (!Array.isArray(kept)) return [];
  return kept.filter(isEntry).map(({ manager, operation, subresource, time, fieldsV1 }) => ({
    manager: String(manager ?? ''),
    operation: String(operation ?? ''),
    ...(typeof subresource === 'string' && subresource !== '' && { subresource }),
    ...(typeof time === 'string' && { time }),
    fields: isEntry(fieldsV1) ? fieldsV1 : {},
  }));
}

/**
 * True where a manager's field set (FieldsV1) holds a place or something above or below it. Items of lists are told
 * by key (`k:{"name":"web"}`) or by value there and by position here, so that any item matches any: the answer is
 * never "no" wrongly.
 */
export function holds(fields: Entry, path: Path): boolean {
  const [first, ...rest] = path;
  const below = Object.entries(fields).filter(([key]) => key !== '.');
  if (first === undefined || below.length === 0) return true;
  if (/^\d+$/.test(first)) {
    const items = below.filter(([key]) => /^[kvi]:/.test(key));
    if (items.length > 0) return items.some(([, value]) => holds(isEntry(value) ? value : {}, rest));
  }
  const member = fields[`f:${first}`];
  return isEntry(member) && holds(member, rest);
}

/** Who wrote a place last, by the times the API server keeps. */
export function lastWriter(object: KubeObject, path: Path, except: string): Manager | undefined {
  return managersOf(object)
    .filter((one) => one.manager !== except && one.subresource === undefined && holds(one.fields, path))
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))[0];
}
