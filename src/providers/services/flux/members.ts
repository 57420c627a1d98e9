/** A member of an object of unknown shape; `undefined` where there is none. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** A text, or the empty one. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A list, or the empty one. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text of at most so many characters, and one more that says where it was cut. */
export const shorten = (long: string, characters: number): string =>
  long.length > characters ? `${long.slice(0, characters)}…` : long;
