import { Type } from 'typebox';

const Text = Type.String({ minLength: 1 });

/** A path that must say something (present, not false, not empty), or `path=value`, or `path!=value`; of a list, each must hold. */
export const Condition = Type.Unsafe<Condition>(Type.Union([Text, Type.Array(Text, { minItems: 1 })]));
/** One of a data file. */
export type Condition = string | readonly string[];

/** Present, not false, not empty. */
const says = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== '' &&
  value !== 0 &&
  !(Array.isArray(value) && value.length === 0);

/** Whether it holds; `at` tells what lies at a path. */
export const holds = (condition: Condition, at: (path: string) => unknown): boolean =>
  (typeof condition === 'string' ? [condition] : condition).every((one) => {
    const [, path = one, sign, wanted] = /^([^!=]+)(!?=)(.*)$/.exec(one) ?? [];
    return sign === undefined ? says(at(path)) : (String(at(path)) === wanted) === (sign === '=');
  });

/** An entry with what must hold for it, and what must not. */
export interface Conditional {
  readonly when?: Condition;
  readonly unless?: Condition;
}

/** Whether an entry counts. */
export const counts = ({ when, unless }: Conditional, at: (path: string) => unknown): boolean =>
  (when === undefined || holds(when, at)) && (unless === undefined || !holds(unless, at));

/** What lies at a dotted path; own members only. */
export function lookupIn(data: unknown, path: string): unknown {
  let here = data;
  for (const key of path.split('.'))
    here = typeof here === 'object' && here !== null && Object.hasOwn(here, key) ? Reflect.get(here, key) : undefined;
  return here;
}

/** A text with `${path}` filled in; what nobody says is told and left empty, silently with `${path?}`. */
export const fillWith = (text: string, at: (path: string) => unknown, unknown: (path: string) => void): string =>
  text.replaceAll(/\$\{([A-Za-z0-9_.]+)(\??)\}/g, (_, path: string, optional: string) => {
    const value = at(path);
    if (value === undefined && optional === '') unknown(path);
    return Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
  });

/** Whether every optional path of a text says something. */
export const isWhole = (text: string, at: (path: string) => unknown): boolean =>
  [...text.matchAll(/\$\{([A-Za-z0-9_.]+)\?\}/g)].every(([, path = '']) => says(at(path)));
