import type { Evidence } from './step.js';

/** One bar of the timeline. */
export interface DrillStep {
  readonly id: string;
  readonly title: string;
  /** `destroy`, `toolchain`, or a layer. */
  readonly phase: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly verdict: 'done' | 'kept' | 'removed' | 'failed';
  /** It bounded the drill: had it been quicker, the drill would have been. */
  readonly critical: boolean;
}

/** A stretch of the drill on the clock; phases of layers may overlap. */
export interface DrillPhase {
  readonly name: string;
  readonly startedAt: string;
  /** From the start of its first step to the end of its last. */
  readonly durationMs: number;
  readonly steps: number;
}

/** Destroy and rebuild, on the clock. */
export interface DrillReport {
  readonly apiVersion: 'strata.dev/drill/v1';
  readonly platform: string;
  readonly environment: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly totalMs: number;
  /** The goal: one hour. */
  readonly budgetMs: number;
  /** Rebuilt, every proof passed, within the budget. */
  readonly verdict: 'pass' | 'fail';
  readonly phases: readonly DrillPhase[];
  readonly steps: readonly DrillStep[];
  /** Ids, first to last. */
  readonly criticalPath: readonly string[];
  /** What the rebuilt platform proved. */
  readonly evidence: readonly Evidence[];
  readonly failures: readonly { readonly step: string; readonly code: string; readonly message: string }[];
  /** What this drill does not prove, in plain words. */
  readonly limits: readonly string[];
}
