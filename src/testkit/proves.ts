import { TestRunner } from 'vitest';
import type { Layer } from '../model/index.js';

/**
 * How near to the real thing a test was:
 * - `real`: the product itself, doing its work · `simulator`: the real tool against a simulator of its target
 * - `puppet`: a tool that is played, from answers that name their origin · `rendered`: only what would be handed over
 */
export type ProofLevel = 'real' | 'simulator' | 'puppet' | 'rendered';

/** What a passed test says of a provider; `docs/providers/readme.md` is made of these. */
export interface Proof {
  readonly provider: `${Layer}/${string}`;
  readonly level: ProofLevel;
  /** What was seen, as a short phrase: `apply, nothing more to do, destroy`. */
  readonly what: string;
}

declare module 'vitest' {
  interface TaskMeta {
    proofs?: Proof[];
  }
}

/** States, inside a test, what it proves; counts only where the test passes. */
export function proves(proof: Proof): void {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error('proves() is called inside a test');
  test.meta.proofs = [...(test.meta.proofs ?? []), proof];
}
