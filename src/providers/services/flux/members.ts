/** A member of an object of unknown shape; `undefined` where there is none. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** A text, or the empty one. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A list, or the empty one. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text of about so many characters: the middle of a longer one is left out, since what went wrong stands at an end. */
export function shorten(long: string, characters: number): string {
  if (long.length <= characters) return long;
  const head = Math.round(characters / 3);
  return `${long.slice(0, head)} … ${long.slice(long.length - (characters - head))}`;
}
