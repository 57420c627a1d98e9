import type { FailureKind } from '../model/index.js';

/** What the shell is told. A fixed list: scripts rely on it. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  /** Only under --detailed-exitcode. */
  changes: 2,
  badInput: 3,
  corrupt: 4,
  exhausted: 5,
  network: 6,
  locked: 7,
  version: 8,
  policy: 9,
  interrupted: 130,
} as const;

const byKind: Readonly<Record<FailureKind, number>> = {
  refused: exitCodes.policy,
  invalid: exitCodes.badInput,
  'tool-missing': exitCodes.failed,
  'tool-failed': exitCodes.failed,
  'not-ready': exitCodes.failed,
  timeout: exitCodes.failed,
  conflict: exitCodes.locked,
  network: exitCodes.network,
  exhausted: exitCodes.exhausted,
  corrupt: exitCodes.corrupt,
  version: exitCodes.version,
  cancelled: exitCodes.interrupted,
  bug: exitCodes.failed,
};

/** The one place where a kind of failure becomes a number. */
export const exitCodeOf = (kind: FailureKind): number => byKind[kind];
