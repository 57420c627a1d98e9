import type { Failure } from './diagnostic.js';
import type { Digest, StepId } from './ids.js';
import type { StepRecord } from './plan.js';
import type { Evidence } from './step.js';

/** A step as a run announces it, enough to draw progress without the definition. */
export interface RunStep {
  readonly id: StepId;
  readonly title: string;
  readonly after: readonly StepId[];
  readonly intent: 'apply' | 'remove';
  readonly expectedMs?: number;
}

/** What happened, in the order it happened; the only output of the engine. */
export type RunEventBody =
  /** A run begins; the seed orders siblings. */
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly plan: Digest;
      readonly mode: 'up' | 'destroy' | 'rehearse';
      readonly platform: string;
      readonly environment: string;
      readonly seed: number;
      readonly steps: readonly RunStep[];
    }
  /** Written and fsynced before any effect. */
  | { readonly type: 'step-started'; readonly step: StepId; readonly attempt: number }
  | { readonly type: 'step-output'; readonly step: StepId; readonly stream: 'out' | 'err'; readonly text: string }
  /** A line from a step to the user. */
  | { readonly type: 'step-note'; readonly step: StepId; readonly text: string }
  /** Applied (`done`), found true already (`kept`), or gone (`removed`). Fsynced after the effect. */
  | {
      readonly type: 'step-finished';
      readonly step: StepId;
      readonly verdict: 'done' | 'kept' | 'removed';
      readonly record?: Omit<StepRecord, 'at'>;
      readonly durationMs: number;
    }
  | { readonly type: 'step-failed'; readonly step: StepId; readonly failure: Failure; readonly durationMs: number }
  | { readonly type: 'step-skipped'; readonly step: StepId; readonly because: StepId }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** At least every 30 s while steps run. */
  | { readonly type: 'heartbeat'; readonly running: readonly StepId[] }
  | { readonly type: 'run-finished'; readonly verdict: 'ok' | 'failed' | 'cancelled' };

/** `seq` counts from 1 without gaps in one journal; `at` is ISO 8601 UTC with milliseconds. */
export type RunEvent = { readonly seq: number; readonly at: string } & RunEventBody;

/** One step's state in the last run that touched it. */
export interface StepState {
  readonly step: StepId;
  readonly title: string;
  readonly phase: 'waiting' | 'running' | 'done' | 'kept' | 'removed' | 'failed' | 'skipped';
  readonly startedAt?: string;
  readonly durationMs?: number;
  readonly attempt: number;
  readonly failure?: Failure;
  readonly because?: StepId;
}

/** What a journal says happened: resume, status, console and reports all use this. */
export interface RunState {
  readonly run?: string;
  readonly mode?: 'up' | 'destroy' | 'rehearse';
  readonly platform?: string;
  readonly environment?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly verdict?: 'ok' | 'failed' | 'cancelled';
  readonly seed?: number;
  /** Steps of the last run. */
  readonly steps: ReadonlyMap<StepId, StepState>;
  readonly plan: readonly RunStep[];
  /** What stands: the last record of each step that was applied and not removed, over all runs. */
  readonly records: ReadonlyMap<StepId, StepRecord>;
  readonly evidence: readonly Evidence[];
  readonly lastSeq: number;
}
