import type { SetInput } from '../../bundle/create.js';

/** Sets of one origin, and what of it is missing. */
export interface Part {
  readonly sets: readonly SetInput[];
  readonly missing: readonly string[];
}
