import type { Failure, Plan, ReadWorld, Result, RunState, Step, StepId, World } from '../model/index.js';
import type { Clock } from './clock.js';
import type { Journal } from './journal-writer.js';
import type { Backoff } from './retry.js';
import type { Outcome } from './schedule.js';

/** What a step's world tells beside its results; becomes an event of that step. */
export type StepEmission =
  | { readonly type: 'step-output'; readonly stream: 'out' | 'err'; readonly text: string }
  | { readonly type: 'step-note'; readonly text: string };

/** Whose world it is. */
export interface Scope {
  /** Aborted when the step must end now. */
  readonly signal: AbortSignal;
  readonly emit: (event: StepEmission) => void;
}

/** Makes worlds; implemented by the host and by the testkit. */
export interface Worlds {
  /** Has no mutating member, not even at run time. */
  reader(scope: Scope): ReadWorld;
  world(scope: Scope): World;
  /** Ends what a killed run left running, before anything is looked at. */
  settle?(): Promise<Result<void>>;
}

/** One run of one plan. */
export interface RunRequest {
  readonly plan: Plan;
  /** Steps of the definition; for a destruction as well. */
  readonly steps: readonly Step[];
  /** Steps of the last applied definition, which know how to remove what is no longer wanted. */
  readonly former?: readonly Step[];
  /** Folded from the journal before this run. */
  readonly state: RunState;
  readonly journal: Journal;
  readonly worlds: Worlds;
  readonly mode: 'up' | 'destroy' | 'rehearse';
  /** Name of the run, unique. */
  readonly run: string;
  readonly seed: number;
  /** Steps at once that load this machine; 4 where absent. */
  readonly concurrency?: number;
  /** Steps of effect `remote` at once, which mostly wait; 16 where absent. */
  readonly remoteConcurrency?: number;
  /** The plan was reviewed earlier: nothing stronger than it says is done. */
  readonly saved?: boolean;
  /** Removals go on behind a failed one: for a destruction that must get as far as it can. */
  readonly keepGoing?: boolean;
  /** First wish to stop: nothing new is started. */
  readonly drain: AbortSignal;
  /** Second wish: what runs is interrupted. */
  readonly cancel: AbortSignal;
  readonly clock?: Clock;
  readonly backoff?: Backoff;
  /** Milliseconds between heartbeats; 20 000 where absent, never above 30 000. */
  readonly heartbeatMs?: number;
  /** Milliseconds an interrupted action may take to end before it is left behind; 5 000 where absent. */
  readonly cancelGraceMs?: number;
}

/** How a run ended. */
export interface RunSummary {
  readonly verdict: 'ok' | 'failed' | 'cancelled';
  readonly outcomes: ReadonlyMap<StepId, Outcome>;
  readonly failures: readonly { readonly step: StepId; readonly failure: Failure }[];
  /** Of all steps that stand. */
  readonly outputs: ReadonlyMap<StepId, unknown>;
}

/** What steps of one run share. */
export interface RunContext {
  readonly request: RunRequest;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff: Backoff;
  /** Aborted by either wish to stop, and by a broken journal. */
  readonly stop: AbortSignal;
  readonly outputs: Map<StepId, unknown>;
  readonly failures: { step: StepId; failure: Failure }[];
}
