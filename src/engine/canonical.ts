import { createHash } from 'node:crypto';
import type { Digest } from '../model/index.js';

/**
 * JSON with sorted keys and without `undefined` members: equal data gives equal bytes.
 * Throws on what is not plain data (functions, dates, NaN…): that is a provider's bug, caught at the engine's one seam.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`not plain data: ${typeof value}`);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`not plain data: ${value}`);
  return JSON.stringify(value === 0 ? 0 : value);
}

/** True for objects written as literals or parsed from JSON. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Digest of text, as UTF-8. */
export function digestText(text: string): Digest {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}` as Digest; // the one place that makes digests of data
}

/** Digest of plain data, independent of key order. */
export const digestOf = (value: unknown): Digest => digestText(canonicalJson(value));
