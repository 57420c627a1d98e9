import type { SecretRef } from './secret.js';

/** A machine that can be asked before anything was run. */
export interface MachineAccess {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly address: string;
  /** How it is reached over SSH; absent where that is not known yet. */
  readonly ssh?: {
    readonly user: string;
    readonly port: number;
    /** A kept secret, or a file beside `platform.yaml` (or an absolute path). */
    readonly key: SecretRef | { readonly file: string };
    readonly hostKey: string;
  };
}

/** One thing that was looked at. */
export interface PreflightCheck {
  /** `layer/component/word`, with `@machine` where there is one for each. */
  readonly id: string;
  readonly title: string;
  /** Ids of prerequisites that it speaks for. */
  readonly answers: readonly string[];
  readonly verdict: 'met' | 'not met' | 'not-checked';
  /** What was seen, or why nothing could be. */
  readonly saw: string;
  readonly remedy: string;
}

/** All that was looked at; nothing was changed. */
export interface PreflightReport {
  readonly platform: string;
  readonly environment: string;
  readonly at: string;
  readonly checks: readonly PreflightCheck[];
}
