import { quantity } from './quantities.js';

/** How a wanted value is held against a live one. */
export type Likeness = 'all' | 'given' | 'grow';

/** Whether a wanted value can be laid over a live one that must not change. */
export function agrees(wanted: unknown, live: unknown, by: Likeness): boolean {
  if (by === 'all') return equal(wanted ?? {}, live ?? {}, 'exact');
  if (wanted === undefined || wanted === '' || live === undefined) return true;
  if (by === 'grow') return (quantity(wanted) ?? 0) >= (quantity(live) ?? 0);
  return equal(wanted, live, 'part');
}

/** `part`: maps may have more members on the live side, since the API server fills in defaults. */
function equal(wanted: unknown, live: unknown, how: 'exact' | 'part'): boolean {
  if (Array.isArray(wanted) || Array.isArray(live))
    return (
      Array.isArray(wanted) &&
      Array.isArray(live) &&
      wanted.length === live.length &&
      wanted.every((one, i) => equal(one, live[i], how))
    );
  if (isMap(wanted) && isMap(live)) {
    const keys = how === 'exact' ? [...new Set([...Object.keys(wanted), ...Object.keys(live)])] : Object.keys(wanted);
    return keys.every((key) => equal(wanted[key], live[key], how));
  }
  return wanted === live || isEmpty(wanted, live) || sameQuantity(wanted, live);
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Null, absent and empty are one thing to the API server. */
const isEmpty = (wanted: unknown, live: unknown): boolean => blank(wanted) && blank(live);
const blank = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (isMap(value) && Object.keys(value).length === 0);

/** `1Gi` and `1024Mi` are the same amount. */
function sameQuantity(wanted: unknown, live: unknown): boolean {
  const amount = quantity(wanted);
  return amount !== undefined && amount === quantity(live);
}

/** A value, short enough for a sentence. */
export function say(value: unknown): string {
  const whole = value === undefined ? 'absent' : (JSON.stringify(value) ?? 'absent');
  return whole.length > 120 ? `${whole.slice(0, 117)}…` : whole;
}
