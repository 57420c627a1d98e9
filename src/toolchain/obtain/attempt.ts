import type { Failure, Result, World } from '../../model/index.js';
import { err } from '../../model/index.js';
import type { Locks } from '../mutex.js';
import type { PinRoots, ToolPin } from '../pins.js';

/** What one source needs to do its work. */
export interface Obtaining {
  readonly w: World;
  readonly pin: ToolPin;
  readonly roots: PinRoots;
  readonly locks: Locks;
  /** Absolute, existing, empty: whatever is made goes here. */
  readonly dir: string;
  /** Whether the user allows changes to the system itself. */
  readonly mayInstall: boolean;
}

/** What a source made. */
export interface Made {
  /** Kind and detail, for the receipt. */
  readonly source: string;
  /** Executable or data folder: relative to `dir`, or absolute where it belongs to the system. */
  readonly main: string;
  /** Where the source knows it better than the pin. */
  readonly version?: string;
}

/** Why a source gave nothing. */
export interface Refusal {
  readonly why: string;
  /** Set where nobody should go on to the next source. */
  readonly stop?: Failure;
}

/** Turns a failure into a refusal that lets the next source try. */
export const passOn = <T>(result: Result<T> & { readonly ok: false }): Result<never, Refusal> =>
  err({ why: result.error.diagnostic.message });

/** A refusal that ends the search. */
export const stopWith = (failure: Failure): Result<never, Refusal> => err({ why: failure.diagnostic.message, stop: failure });
