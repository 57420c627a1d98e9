import type { Change, Digest, PlannedStep, StepId, StepRecord } from '../model/index.js';

/** Why a step would run, or would not. */
export type Reason =
  /** No run has finished it and nothing is there. */
  | 'never-ran'
  /** It was made, and is not there any more. */
  | 'absent'
  /** It was made from other inputs. */
  | 'inputs-changed'
  /** It is there, with the same inputs, but not as wanted. */
  | 'differs'
  /** Something is there that no run has recorded. */
  | 'found'
  /** An output it reads does not exist yet, or it cannot be seen yet. */
  | 'waits'
  /** Nothing to do. */
  | 'up-to-date'
  /** The definition no longer asks for it. */
  | 'not-wanted';

/** The answer to "why?". */
export interface Explanation {
  readonly step: StepId;
  readonly title: string;
  readonly verdict: PlannedStep['verdict'];
  readonly reason: Reason;
  /** What differs; digests where values are not known. */
  readonly changes: readonly Change[];
  readonly fingerprint: { readonly recorded?: Digest; readonly now?: Digest };
  /** When the record was made, ISO 8601 UTC. */
  readonly recordedAt?: string;
  readonly lastDurationMs?: number;
}

/** Explains a planned step by its record. */
export function explainStep(planned: PlannedStep, record: StepRecord | undefined): Explanation {
  return {
    step: planned.id,
    title: planned.title,
    verdict: planned.verdict,
    reason: reasonFor(planned, record),
    changes: planned.changes,
    fingerprint: { ...(record && { recorded: record.fingerprint }), ...(planned.fingerprint && { now: planned.fingerprint }) },
    ...(record && { recordedAt: record.at, lastDurationMs: record.durationMs }),
  };
}

function reasonFor({ verdict, fingerprint }: PlannedStep, record: StepRecord | undefined): Reason {
  if (verdict === 'unknown') return 'waits';
  if (verdict === 'remove') return 'not-wanted';
  if (verdict === 'create') return record ? 'absent' : 'never-ran';
  if (!record) return 'found';
  if (verdict === 'keep') return 'up-to-date';
  return record.fingerprint === fingerprint ? 'differs' : 'inputs-changed';
}
