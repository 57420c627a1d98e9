import { type Diagnostic, err, ok, type Prerequisite, type Result, type Scheduled } from '../model/index.js';
import { waitsForItself } from './errors.js';

/** When everything can be there, and what decides that. */
export interface Schedule {
  readonly items: readonly Scheduled[];
  /** ISO date. */
  readonly ready: string;
  readonly critical: readonly string[];
}

/** Each is asked for as soon as what it waits for is there; dates are working days. */
export function schedule(
  all: readonly Prerequisite[],
  { start, holidays }: { readonly start: string; readonly holidays: readonly string[] },
): Result<Schedule, Diagnostic> {
  const byId = new Map(all.map((one) => [one.id, one]));
  const days = new Map<string, { readonly ask: number; readonly expect: number; readonly by?: string }>();
  const visiting: string[] = [];
  const place = (one: Prerequisite): Diagnostic | undefined => {
    if (days.has(one.id)) return undefined;
    if (visiting.includes(one.id)) return waitsForItself([...visiting.slice(visiting.indexOf(one.id)), one.id]);
    visiting.push(one.id);
    const first = one.after.flatMap((id) => byId.get(id) ?? []);
    for (const before of first) {
      const cycle = place(before);
      if (cycle !== undefined) return cycle;
    }
    visiting.pop();
    const last = first.map(({ id }) => ({ id, day: days.get(id)?.expect ?? 0 })).sort((a, b) => b.day - a.day)[0];
    const ask = last?.day ?? 0;
    days.set(one.id, { ask, expect: one.met ? 0 : ask + one.leadDays, ...(last && last.day > 0 && { by: last.id }) });
    return undefined;
  };
  for (const one of all) {
    const cycle = place(one);
    if (cycle !== undefined) return err(cycle);
  }
  const dateOf = workingDays(start, new Set(holidays));
  const items = all.map((one): Scheduled => {
    const { ask = 0, expect = 0 } = days.get(one.id) ?? {};
    return { ...one, ask: dateOf(one.met ? 0 : ask), expect: dateOf(expect) };
  });
  const last = [...days].sort(([, a], [, b]) => b.expect - a.expect)[0];
  const critical: string[] = [];
  for (let id = last !== undefined && last[1].expect > 0 ? last[0] : undefined; id !== undefined; id = days.get(id)?.by)
    critical.unshift(id);
  return ok({ items, ready: dateOf(last?.[1].expect ?? 0), critical });
}

/** The n-th working day after a date, as an ISO date; the date itself for 0. */
function workingDays(start: string, holidays: ReadonlySet<string>): (count: number) => string {
  const known: string[] = [start];
  return (count) => {
    while (known.length <= Math.ceil(count)) {
      const next = new Date(`${known.at(-1) ?? start}T00:00:00Z`);
      do next.setUTCDate(next.getUTCDate() + 1);
      while (next.getUTCDay() === 0 || next.getUTCDay() === 6 || holidays.has(next.toISOString().slice(0, 10)));
      known.push(next.toISOString().slice(0, 10));
    }
    return known[Math.ceil(count)] ?? start;
  };
}
