import type { Diagnostic, Failure, FailureKind } from '../model/index.js';
import type { Problems } from './definition/index.js';

/** Why a use case could not begin: one kind, every finding, and the texts the findings point into. */
export interface Trouble {
  readonly kind: FailureKind;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** A failure with those that caused it. */
export function troubleOf(failure: Failure): Trouble {
  const diagnostics: Diagnostic[] = [];
  for (let one: Failure | undefined = failure; one !== undefined; one = one.cause) diagnostics.push(one.diagnostic);
  return { kind: failure.kind, diagnostics, sources: new Map() };
}

/** A definition that did not pass its checks. */
export const troubleWith = (problems: Problems): Trouble => ({ kind: 'invalid', ...problems });
