import type { Diagnostic, Spec } from '../model/index.js';
import { countDiagnostics } from './diagnostics.js';
import { paintOf, type Style, signsOf } from './style.js';

/** What a check of a definition found. */
export interface ValidationResult {
  readonly directory: string;
  readonly valid: boolean;
  readonly environments: readonly { readonly name: string; readonly spec?: Spec }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One line per environment, and the count of findings. */
export function renderValidation(found: ValidationResult, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const lines = found.environments.map(({ name, spec }) =>
    spec === undefined
      ? `${paint.red(signs.failed)} ${name}: not valid`
      : `${paint.green(signs.done)} ${name}: valid, ${spec.components.length} components of platform ${spec.platform}`,
  );
  const counted = countDiagnostics(found.diagnostics);
  return `${[...lines, ...(counted === '' ? [] : [counted])].join('\n')}\n`;
}

/** The same for programs. */
export const validationDocument = ({ directory, valid, environments, diagnostics }: ValidationResult): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'Validation',
  valid,
  directory,
  environments: environments.map(({ name, spec }) => ({ name, valid: spec !== undefined })),
  diagnostics,
});
