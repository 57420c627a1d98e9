import type { Plain } from '../definition/tree.js';
import type { PathPart } from './yaml-nodes.js';

type PlainMap = { [key: string]: Plain };

const isMap = (value: Plain | undefined): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: Plain, name: string): boolean => isMap(value) && value.name === name;

/** The data with an entry more; `undefined` where the path leads into something else. */
export function expectAppended(plain: Plain | undefined, path: readonly PathPart[], item: Plain): Plain | undefined {
  const [part, ...rest] = path;
  const here = plain ?? undefined;
  if (typeof part === 'string') return inMap(here, part, rest, item);
  if (here !== undefined && !Array.isArray(here)) return undefined;
  return part === undefined ? [...(here ?? []), item] : inList(here ?? [], part.name, rest, item);
}

function inMap(here: Plain | undefined, key: string, rest: readonly PathPart[], item: Plain): Plain | undefined {
  if (here !== undefined && !isMap(here)) return undefined;
  const below = expectAppended(here?.[key], rest, item);
  return below === undefined ? undefined : { ...here, [key]: below };
}

function inList(list: readonly Plain[], name: string, rest: readonly PathPart[], item: Plain): Plain | undefined {
  const known = list.some((one) => isNamed(one, name));
  return changed(known ? list : [...list, { name }], name, (entry) => expectAppended(entry, rest, item));
}

/** The data without the entry of a name. */
export const expectRemoved = (plain: Plain, path: readonly PathPart[], name: string): Plain | undefined =>
  at(plain, path, (list) => (Array.isArray(list) ? list.filter((one) => !isNamed(one, name)) : undefined));

/** The data with another text. */
export const expectReplaced = (plain: Plain, path: readonly PathPart[], value: string): Plain | undefined =>
  at(plain, path, () => value);

function at(plain: Plain | undefined, path: readonly PathPart[], change: (below: Plain) => Plain | undefined): Plain | undefined {
  const [part, ...rest] = path;
  if (plain === undefined) return undefined;
  if (part === undefined) return change(plain);
  if (typeof part !== 'string')
    return Array.isArray(plain) ? changed(plain, part.name, (entry) => at(entry, rest, change)) : undefined;
  if (!isMap(plain)) return undefined;
  const below = at(plain[part], rest, change);
  return below === undefined ? undefined : { ...plain, [part]: below };
}

function changed(list: readonly Plain[], name: string, change: (entry: Plain) => Plain | undefined): Plain | undefined {
  const out: Plain[] = [];
  for (const entry of list) {
    const next = isNamed(entry, name) ? change(entry) : entry;
    if (next === undefined) return undefined;
    out.push(next);
  }
  return out;
}
