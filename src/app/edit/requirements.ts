import type { KnownPackage } from './known-packages.js';

/** A capability that no chosen package provides, with the packages that would. */
export interface Unmet {
  readonly capability: string;
  /** Sorted; empty where no known package provides it. */
  readonly offers: readonly string[];
}

/** What one package still lacks beside those chosen. Pure. */
export function unmetBy(
  one: KnownPackage,
  chosen: ReadonlySet<string>,
  known: readonly KnownPackage[],
  /** What the other layers provide. */
  given: ReadonlySet<string>,
): readonly Unmet[] {
  return one.requires.flatMap((capability) => {
    if (given.has(capability)) return [];
    const offers = known.filter(({ name, provides }) => name !== one.name && provides.includes(capability));
    return offers.some(({ name }) => chosen.has(name)) ? [] : [{ capability, offers: offers.map(({ name }) => name).sort() }];
  });
}

/** Chosen packages that would lack a capability without `name`. Pure. */
export function restingOn(
  name: string,
  chosen: ReadonlySet<string>,
  known: readonly KnownPackage[],
): readonly { readonly name: string; readonly capability: string }[] {
  const provides = known.find((one) => one.name === name)?.provides ?? [];
  const others = known.filter((one) => one.name !== name && chosen.has(one.name));
  const lost = provides.filter((capability) => !others.some((one) => one.provides.includes(capability)));
  return others.flatMap((one) =>
    one.requires.filter((capability) => lost.includes(capability)).map((capability) => ({ name: one.name, capability })),
  );
}
