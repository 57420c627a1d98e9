/** What was seen, and whether it is as it should be; `undefined` where it could not be seen. */
export interface Judged {
  readonly met: boolean | undefined;
  readonly saw: string;
}

/** Rules a fact is held to. */
export interface Rules {
  readonly equals?: string;
  readonly oneOf?: readonly string[];
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly version?: string;
}

/** A fact against its rules; a fact that was not told is not checked. */
export function judgeFact(name: string, value: string | undefined, rules: Rules): Judged {
  if (value === undefined || value === '') return { met: undefined, saw: `${name} could not be read` };
  const number = Number(value);
  const held = [
    rules.equals === undefined || value === rules.equals,
    rules.oneOf === undefined || rules.oneOf.includes(value),
    rules.atLeast === undefined || number >= rules.atLeast,
    rules.atMost === undefined || number <= rules.atMost,
    rules.version === undefined || compareVersions(value, rules.version) >= 0,
  ];
  return { met: held.every(Boolean), saw: `${name} is ${value}` };
}

/** Part by part, numbers as numbers; what is no number ends a version. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): readonly number[] => (/^v?(\d+(?:\.\d+)*)/.exec(text)?.[1] ?? '').split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `name=value` lines of the facts script. */
export const factsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([a-z][a-zA-Z0-9._-]*)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.trim()] as const];
    }),
  );
