import type { Digest, StepId } from './ids.js';
import type { Later } from './ref.js';
import type { Result } from './result.js';
import type { ReadWorld, World } from './world.js';

/** One difference between what is wanted and what is. */
export interface Change {
  /** Dotted path of what differs, e.g. `version`. */
  readonly what: string;
  readonly from?: string;
  readonly to?: string;
}

/** What a step proved; `not-checked` is never upgraded. */
export interface Evidence {
  readonly step: StepId;
  readonly claim: string;
  readonly verdict: 'pass' | 'fail' | 'not-checked';
  /** Ids of the controls it speaks for, e.g. `ANSSI-BP28(R29)`. */
  readonly controls?: readonly string[];
  /** Path relative to the cache or state folder. */
  readonly artefact?: { readonly path: string; readonly digest: Digest };
  readonly at: string;
}

/** Evidence as an action states it; the engine adds step and time. */
export type Claim = Omit<Evidence, 'step' | 'at'>;

/** How one thing is made true. Observe → diff → apply → verify; no create/update split. */
export interface Action<I, O> {
  /** What is there now; `undefined` where nothing is. Cannot change anything: the type forbids it. */
  observe(want: I, w: ReadWorld): Promise<Result<O | undefined>>;
  /** Pure; an empty list = nothing to do. */
  diff(want: I, got: O | undefined): readonly Change[];
  /** Makes it true; safe to run again after a kill at any moment. Returns what is now there. */
  apply(want: I, got: O | undefined, w: World): Promise<Result<O>>;
  /** Proves it by looking again; any `fail` fails the step. */
  verify?(want: I, got: O, w: ReadWorld): Promise<readonly Claim[]>;
  /** Already absent = success. `got` is what the last run or observation saw. */
  remove?(got: O, w: World): Promise<Result<void>>;
}

/** What applying touches: nothing, this machine, other machines, or data that does not come back. */
export type Effect = 'none' | 'local' | 'remote' | 'destructive';

/** Files that a step's work takes from outside: where there is no outside, they must be there already. */
export interface Carried {
  readonly kind: 'os-package' | 'content' | 'terraform';
  readonly name: string;
  /** Folder below the cache. */
  readonly folder: string;
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Folders below the folder whose owners, modes and links count: each goes as one archive, `NAME.tar`. */
  readonly trees?: readonly string[];
  /** What should be there and is not. */
  readonly missing?: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: a list of steps is heterogeneous; the one sanctioned `any`.
export interface Step<I = any, O = any> {
  readonly id: StepId;
  readonly title: string;
  readonly effect: Effect;
  /** Data and Refs; hashed into the fingerprint. Never paths of this machine, never time, never secrets. */
  readonly inputs: Later<I>;
  /** Only for ordering that data cannot express. */
  readonly after?: readonly StepId[];
  readonly action: Action<I, O>;
  /** What it makes lives inside what that step made: where both are removed, it is gone with it and is not removed by itself. */
  readonly within?: StepId | undefined;
  /** Retries of `not-ready`, in milliseconds from the first attempt; 0 where absent. */
  readonly deadlineMs?: number;
  /** What must be carried to where this step cannot reach anything; such a step depends on the toolchain's alone. */
  carries?(output: O, r: ReadWorld): Promise<Result<readonly Carried[]>>;
}
