import type { Layer } from './layer.js';

/** A fact that one layer states and a later layer may depend on, e.g. `image.format`. */
export type CapabilityKey = `${Layer}.${string}`;

/** What a component states of itself before anything exists, e.g. `{ 'image.format': ['ami'] }`. A key left out = not known. */
export type Offers = Readonly<Partial<Record<CapabilityKey, readonly string[]>>>;

/** What a component depends on in an earlier layer; refused at validation where none of the values is offered. */
export interface PairNeed {
  readonly key: CapabilityKey;
  readonly oneOf: readonly string[];
  /** Why: the sentence a user reads, naming the rule and where it comes from. */
  readonly because: string;
}
