import type { Diagnostic, ErrorPage, Span } from '../../model/index.js';

const problem = (code: string, message: string, say: string, where?: Span): Diagnostic => ({
  code,
  severity: 'error',
  message,
  remedies: [{ say }],
  ...(where && { where }),
});

/** The file holds something else than a map of values. */
export const notValues = (where: Span): Diagnostic =>
  problem(
    'IMPORT-NOT-VALUES',
    'a values file is a map of keys; this is none',
    'name the file that is given to Helm as values',
    where,
  );

/** There is no such file. */
export const noFile = (file: string): Diagnostic =>
  problem('IMPORT-NO-FILE', `there is no file ${file}`, 'name files that exist');

/** One of the files to write exists. */
export const wouldOverwrite = (files: readonly string[]): Diagnostic =>
  problem(
    'IMPORT-WOULD-OVERWRITE',
    `these files exist already: ${files.join(', ')}`,
    'nothing was written; choose an empty folder with --out',
  );

/** The name cannot be a platform's. */
export const badName = (name: string, rule: string): Diagnostic =>
  problem('IMPORT-BAD-NAME', `"${name}" cannot be the name of a platform`, `choose another with --name: ${rule}`);

/** What was made did not pass the checks, and nothing carried over explains why. */
export const notValid = (first: Diagnostic): Diagnostic =>
  problem(
    'IMPORT-NOT-VALID',
    `the definition that was made is not valid: ${first.message}`,
    'this is a fault of Strata: please report it, with the keys of the values file',
  );

/** More is carried over than one file of a definition may hold. */
export const tooMuch = (first: Diagnostic): Diagnostic =>
  problem(
    'IMPORT-TOO-MUCH',
    `what would be carried over is more than a definition file may hold: ${first.message}`,
    'import the values of some packages only, and write those of the others by hand',
  );

/** Pages for `strata explain`. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'IMPORT-NOT-VALUES',
    title: 'The file holds no values',
    explanation: 'Values files hold a map of keys at the top. This one holds a list, a text or something else.',
    remedy: 'Name the file that is given to Helm as values. A ConfigMap or Secret around them must be taken off first.',
  },
  {
    code: 'IMPORT-WOULD-OVERWRITE',
    title: 'The import would overwrite files',
    explanation: 'A definition is somebody’s work; the import writes into an empty folder only.',
    remedy: 'Choose another folder with `--out`, or look first with `--dry-run`.',
  },
  {
    code: 'IMPORT-NOT-VALID',
    title: 'The definition that was made is not valid',
    explanation:
      'Values that do not pass the checks are left out and listed. Here something else is wrong, which should not happen.',
    remedy: 'Report it with the keys (never the secrets) of the values file.',
  },
];
