import type { Failure } from '../model/index.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';

/** How a run ended, as far as the shell is told. */
export interface Ended {
  readonly verdict: 'ok' | 'failed' | 'cancelled';
  readonly failures: readonly { readonly failure: Failure }[];
}

/** The first failure decides: the others mostly follow from it. */
export function exitCodeOfRun({ verdict, failures }: Ended): number {
  if (verdict === 'ok') return exitCodes.ok;
  if (verdict === 'cancelled') return exitCodes.interrupted;
  return exitCodeOf(failures[0]?.failure.kind ?? 'tool-failed');
}
