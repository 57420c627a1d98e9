import type { StepId } from './ids.js';

/** A place in a user's file; lines and columns count from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** What the user can do next. */
export interface Remedy {
  readonly say: string;
  /** A command line that can be pasted. */
  readonly command?: string;
  readonly edit?: { readonly at: Span; readonly value: string };
}

/** One finding, made by a function in its owner's `errors.ts`. */
export interface Diagnostic {
  /** `OWNER-WHAT`, e.g. `SPEC-UNKNOWN-KEY`; one docs page per code. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** What is, with the values; no advice in it. */
  readonly message: string;
  readonly where?: Span | StepId;
  /** Never empty: the type insists. */
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/**
 * Why something did not happen.
 * - `refused`: a rule or a gate said no · `invalid`: the user's input is wrong · `tool-missing`: no executable
 * - `tool-failed`: a tool ran and said no · `not-ready`: true later, retried until its deadline
 * - `timeout`: the deadline passed · `conflict`: somebody else holds or owns it · `network`: an endpoint did not answer
 * - `exhausted`: disk, memory or another resource is used up · `corrupt`: stored data does not match its digest
 * - `version`: written by a newer Strata · `cancelled`: the user asked · `bug`: ours
 */
export type FailureKind =
  | 'refused'
  | 'invalid'
  | 'tool-missing'
  | 'tool-failed'
  | 'not-ready'
  | 'timeout'
  | 'conflict'
  | 'network'
  | 'exhausted'
  | 'corrupt'
  | 'version'
  | 'cancelled'
  | 'bug';

/** An expected failure, as a value. */
export interface Failure {
  readonly kind: FailureKind;
  readonly diagnostic: Diagnostic;
  readonly cause?: Failure;
}

/** Makes a failure; `remedy` is what to do next. */
export function failure(kind: FailureKind, code: string, message: string, ...remedies: [Remedy, ...Remedy[]]): Failure {
  return { kind, diagnostic: { code, severity: 'error', message, remedies } };
}

/** What `strata explain CODE` and `docs/errors/CODE.md` say; an `errors.ts` exports its own list as `pages`. */
export interface ErrorPage {
  readonly code: string;
  /** One line: what happened. */
  readonly title: string;
  /** Why it is refused or failed; paragraphs of Markdown. */
  readonly explanation: string;
  /** What to do. */
  readonly remedy: string;
  /** A short input or session that shows it, without fences. */
  readonly example?: string;
}
