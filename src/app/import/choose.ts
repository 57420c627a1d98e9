import type { KnownPackage } from '../edit/known-packages.js';
import { unmetBy } from '../edit/requirements.js';
import type { Found } from './decide.js';
import type { ImportMap } from './import-map.js';

/** A package of the definition, and why it is there. */
export interface Chosen {
  readonly name: string;
  readonly why: string;
}

/** A requirement that several packages could meet, or none: then it is left to the cluster. */
export interface UnmetRequirement {
  readonly name: string;
  readonly capability: string;
  /** Packages that would provide it. */
  readonly offers: readonly string[];
}

/** The packages that do the work of those that are on, with what they require. Pure. */
export function choose(
  found: readonly Found[],
  map: ImportMap,
  known: readonly KnownPackage[],
  given: ReadonlySet<string>,
): { readonly chosen: readonly Chosen[]; readonly unmet: readonly UnmetRequirement[] } {
  const wanted = found.filter(({ on }) => on).flatMap((one) => one.to.map(({ name }) => [name, why(one)] as const));
  const chosen = new Map([...wanted].reverse());
  const ordered = new Map(wanted.map(([name]) => [name, chosen.get(name) ?? '']));
  const unmet: UnmetRequirement[] = [];
  const waiting = [...ordered.keys()];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    for (const { capability, offers } of lackOf(name, ordered, known, given)) {
      const taken = offers.length === 1 ? offers[0] : map.prefer.find((other) => offers.includes(other));
      if (taken === undefined) unmet.push({ name, capability, offers });
      else {
        waiting.push(...[taken].filter((one) => !ordered.has(one)));
        ordered.set(taken, ordered.get(taken) ?? `${name} requires ${capability}`);
      }
    }
  }
  return { chosen: [...ordered].map(([name, reason]) => ({ name, why: reason })), unmet };
}

function why({ mapped, at }: Found): string {
  return at === undefined ? `${mapped.key} is on by default` : `${mapped.key} is on (${at.file}:${at.line}:${at.column})`;
}

function lackOf(name: string, chosen: ReadonlyMap<string, string>, known: readonly KnownPackage[], given: ReadonlySet<string>) {
  const one = known.find((other) => other.name === name);
  return one === undefined ? [] : unmetBy(one, new Set(chosen.keys()), known, given);
}
