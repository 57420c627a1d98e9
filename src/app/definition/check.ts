import type { ErrorObject } from 'ajv';
import type { Diagnostic } from '../../model/index.js';
import { explainError, type Providers } from './explain-error.js';
import { type Plain, type Tree, toPlain } from './tree.js';
import type { Validate } from './validators.js';

/** What a schema says about a file. */
export interface Checked {
  /** Plain data with the defaults filled in. */
  readonly value: Plain;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a whole tree at once and names every problem at its place. */
export function check(tree: Tree, validate: Validate, providers: Providers): Checked {
  const value = toPlain(tree);
  openSettings(value);
  return { value, diagnostics: leading(validate(value)).map((error) => explainError(error, tree, providers)) };
}

/** A component without settings has empty ones, so that what they lack is named and what has a default is filled in. */
function openSettings(value: Plain): void {
  const spec = memberOf(value, 'spec');
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return;
  for (const list of Object.values(spec)) {
    if (!Array.isArray(list)) continue;
    for (const entry of list) {
      if (typeof entry === 'object' && entry !== null && !Array.isArray(entry) && !('with' in entry)) entry.with = {};
    }
  }
}

function memberOf(value: Plain | undefined, key: string): Plain | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? value[key]
    : undefined;
}

/**
 * Drops the echoes: `if` repeats what its `then` says, and a choice (`anyOf`) reports every branch.
 * Of a choice, the branches speak only where exactly one of them fits the value's type.
 */
function leading(all: readonly ErrorObject[]): readonly ErrorObject[] {
  const errors = all.filter((error) => error.keyword !== 'if');
  const choices = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  return errors.filter((error) => {
    const around = choices.find(
      (choice) =>
        error !== choice &&
        error.schemaPath.startsWith(`${choice.schemaPath}/`) &&
        error.instancePath.startsWith(choice.instancePath),
    );
    if (around !== undefined) return branchOf(error, around) === fitting(around, errors);
    return !choices.includes(error) || fitting(error, errors) === undefined;
  });
}

const branchOf = (error: ErrorObject, choice: ErrorObject): string | undefined =>
  error.schemaPath.slice(choice.schemaPath.length + 1).split('/')[0];

/** The one branch whose complaints are about something inside the value, not about its type. */
function fitting(choice: ErrorObject, errors: readonly ErrorObject[]): string | undefined {
  const inside = errors.filter(
    (error) =>
      error !== choice &&
      error.schemaPath.startsWith(`${choice.schemaPath}/`) &&
      error.instancePath.startsWith(choice.instancePath),
  );
  const refused = new Set(
    inside
      .filter(
        (error) =>
          error.instancePath === choice.instancePath &&
          (error.keyword === 'type' || error.keyword === 'const' || error.keyword === 'enum'),
      )
      .map((error) => branchOf(error, choice)),
  );
  const rest = new Set(inside.map((error) => branchOf(error, choice)).filter((branch) => !refused.has(branch)));
  return rest.size === 1 ? [...rest][0] : undefined;
}
