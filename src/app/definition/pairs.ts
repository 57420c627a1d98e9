import { type CapabilityKey, type Component, type Diagnostic, layers, type Provider, type Spec } from '../../model/index.js';
import { unsupportedPair } from './errors.js';
import { distance } from './suggest.js';

/**
 * Components that cannot work with what an earlier layer states of itself: every one, at its own place.
 * What no component states is not known, and what is not known is not refused.
 */
export function unsupportedPairs(spec: Spec, providers: readonly Provider[]): readonly Diagnostic[] {
  const offered = offersOf(spec, providers);
  return spec.components.flatMap((component) =>
    (providerOf(component, providers)?.needs?.(component.with) ?? []).flatMap(({ key, oneOf, because }) => {
      const there = offered.get(key);
      if (there === undefined || there.values.some((value) => oneOf.includes(value))) return [];
      const nearest = nearestOf(there.values, oneOf);
      return [unsupportedPair({ component, key, offers: there.values, by: there.by, oneOf, nearest, because })];
    }),
  );
}

interface Offered {
  readonly values: readonly string[];
  /** Names of the components that state it. */
  readonly by: readonly string[];
}

function offersOf(spec: Spec, providers: readonly Provider[]): ReadonlyMap<CapabilityKey, Offered> {
  const all = new Map<CapabilityKey, Offered>();
  for (const component of spec.components) {
    for (const [name, values] of Object.entries(providerOf(component, providers)?.offers?.(component.with) ?? {})) {
      const key = keyOf(component, name);
      if (key === undefined || values === undefined) continue;
      const known = all.get(key) ?? { values: [], by: [] };
      all.set(key, { values: [...known.values, ...values], by: [...known.by, component.name] });
    }
  }
  return all;
}

/** A layer speaks for itself alone. */
const keyOf = ({ layer }: Component, name: string): CapabilityKey | undefined =>
  layers.some((one) => one === layer && name.startsWith(`${one}.`)) ? (name as CapabilityKey) : undefined;

const providerOf = ({ use, layer }: Component, providers: readonly Provider[]): Provider | undefined =>
  providers.find((one) => one.id === use && one.layer === layer);

/** The supported value with the fewest edits from what is there; the first of the list where none is likelier. */
function nearestOf(there: readonly string[], oneOf: readonly string[]): string | undefined {
  const edits = (value: string): number => Math.min(...there.map((one) => distance(one, value)));
  return [...oneOf].sort((a, b) => edits(a) - edits(b))[0];
}
