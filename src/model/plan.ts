import type { Digest, Json, StepId } from './ids.js';
import type { Change, Effect } from './step.js';

/** `unknown`: waits for an earlier output; never mocked. */
export type Verdict = 'create' | 'change' | 'keep' | 'remove' | 'unknown';

/** One step with what would happen to it. */
export interface PlannedStep {
  readonly id: StepId;
  readonly title: string;
  readonly after: readonly StepId[];
  /** Of the resolved inputs; absent while they are unknown. */
  readonly fingerprint?: Digest;
  readonly effect: Effect;
  readonly changes: readonly Change[];
  readonly verdict: Verdict;
  /** Milliseconds a past run took, where one is known. */
  readonly expectedMs?: number;
}

/** Data: can be saved, reviewed, and run later. */
export interface Plan {
  readonly apiVersion: string;
  readonly id: Digest;
  readonly spec: Digest;
  readonly platform: string;
  readonly environment: string;
  readonly steps: readonly PlannedStep[];
}

/** What a finished step left, as the journal tells it. */
export interface StepRecord {
  readonly fingerprint: Digest;
  /** Digest of each top-level input: `explain` names the one that changed. */
  readonly inputs: Readonly<Record<string, Digest>>;
  readonly outputs: Json;
  readonly at: string;
  readonly durationMs: number;
}
