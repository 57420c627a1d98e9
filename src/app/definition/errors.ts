import type { Component, Diagnostic, Remedy, Span } from '../../model/index.js';
import { limits } from './limits.js';
import { nameRule, nearestName } from './names.js';

export { pages } from './error-pages.js';

function spec(code: string, where: Span | undefined, message: string, ...remedies: [Remedy, ...Remedy[]]): Diagnostic {
  return { code, severity: 'error', message, remedies, ...(where && { where }) };
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const inPath = (path: string): string => (path === '' ? 'at the top' : `in ${path}`);

/** A remedy that names the likely word, or else all that are possible. */
function choose(at: Span, near: string | undefined, known: readonly string[], what: string): Remedy {
  if (near !== undefined) return { say: `did you mean "${near}"?`, edit: { at, value: near } };
  return known.length === 0
    ? { say: `remove it: no ${what} is possible here` }
    : { say: `${what} known here: ${known.join(', ')}` };
}

/** A key that the schema does not have. */
export const unknownKey = (at: Span, path: string, key: string, near: string | undefined, known: readonly string[]): Diagnostic =>
  spec('SPEC-UNKNOWN-KEY', at, `unknown key "${key}" ${inPath(path)}`, choose(at, near, known, 'keys'));

/** A key that no map may have. */
export const reservedKey = (at: Span, key: string): Diagnostic =>
  spec('SPEC-UNKNOWN-KEY', at, `the key "${key}" is not allowed anywhere`, { say: 'use another name' });

/** A value of another type than the schema wants. */
export const wrongType = (at: Span, path: string, wanted: string, got: string, hint?: string): Diagnostic =>
  spec('SPEC-WRONG-TYPE', at, `${path === '' ? 'the file' : path} must be ${wanted}, but is ${got}`, {
    say: hint ?? `write ${wanted}`,
    ...(hint?.startsWith('quote it') && { edit: { at, value: hint.slice('quote it: '.length) } }),
  });

/** A value of the right type that a rule of the schema refuses. */
export const badValue = (at: Span, path: string, rule: string, remedy: Remedy): Diagnostic =>
  spec('SPEC-BAD-VALUE', at, `${path} ${rule}`, remedy);

/** A value outside a fixed list. */
export const notOneOf = (at: Span, path: string, got: string, near: string | undefined, known: readonly string[]): Diagnostic =>
  spec('SPEC-BAD-VALUE', at, `${path} cannot be ${got}`, choose(at, near, known, 'values'));

/** A key that must be there. */
export const missingKey = (at: Span, path: string, key: string): Diagnostic =>
  spec('SPEC-MISSING-KEY', at, `missing key "${key}" ${inPath(path)}`, { say: `add "${key}:"` });

/** Two entries of one list share a name. */
export const duplicateName = (at: Span, path: string, name: string, first: Span): Diagnostic =>
  spec('SPEC-DUPLICATE-NAME', at, `the name "${name}" is used twice in ${path}, first in line ${first.line}`, {
    say: 'give each entry its own name, or merge the two',
  });

/** One map has a key twice. */
export const duplicateKey = (at: Span, key: string, first: Span): Diagnostic =>
  spec('SPEC-DUPLICATE-KEY', at, `the key "${key}" is written twice, first in line ${first.line}`, {
    say: 'keep one of them',
  });

/** `use` names no provider of that layer. */
export function unknownProvider(
  at: Span,
  layer: string,
  use: string,
  near: string | undefined,
  known: readonly string[],
): Diagnostic {
  return spec('SPEC-UNKNOWN-PROVIDER', at, `layer "${layer}" has no provider "${use}"`, choose(at, near, known, 'providers'));
}

/** `use` names a provider of another layer. */
export const providerOfOtherLayer = (at: Span, layer: string, use: string, home: string): Diagnostic =>
  spec('SPEC-UNKNOWN-PROVIDER', at, `provider "${use}" belongs to layer "${home}", not "${layer}"`, {
    say: `move the component to "spec.${home}", or use a provider of "${layer}"`,
  });

/** A name that breaks the rule for names. */
export function badName(at: Span, path: string, name: string): Diagnostic {
  const near = nearestName(name);
  const example = near !== '' && near !== name ? `, e.g. "${near}"` : '';
  return spec('SPEC-BAD-NAME', at, `"${name}" is no valid name for ${path}`, {
    say: `use ${nameRule}${example}`,
    ...(example !== '' && { edit: { at, value: near } }),
  });
}

/** A name given on the command line that breaks the rule. */
export const badNameGiven = (name: string): Diagnostic =>
  spec('SPEC-BAD-NAME', undefined, `"${name}" is no valid name for a platform`, { say: `use ${nameRule}` });

/** An environment file whose name differs from `metadata.name`. */
export const environmentNameDiffers = (at: Span, name: string, file: string): Diagnostic =>
  spec('SPEC-BAD-NAME', at, `the file is called "${file}", but names its environment "${name}"`, {
    say: `rename the file to "${name}.yaml", or write "name: ${file}"`,
    edit: { at, value: file },
  });

/** Aliases that multiply or refer to themselves. */
export const aliasLimit = (at: Span, message: string): Diagnostic =>
  spec('SPEC-ALIAS-LIMIT', at, message, { say: 'write the values out instead of using YAML aliases' });

/** `<<` is not part of YAML 1.2. */
export const mergeKey = (at: Span): Diagnostic =>
  spec('SPEC-MERGE-KEY', at, 'the merge key "<<" is not supported', {
    say: 'write the values out; what differs between environments belongs in environments/*.yaml',
  });

/** A YAML tag that would need interpretation. */
export const unknownTag = (at: Span, tag: string): Diagnostic =>
  spec('SPEC-UNKNOWN-TAG', at, `the YAML tag "${tag}" is not supported`, {
    say: 'remove the tag; plain text, numbers, true, false and null need none',
  });

/** More than the limits allow. */
export const tooLarge = (at: Span, what: string): Diagnostic =>
  spec('SPEC-TOO-LARGE', at, what, { say: 'split the definition, or move bulk data into files that it refers to' });

/** The file itself is over the limit; it was not read. */
export const fileTooLarge = (file: string, bytes: number): Diagnostic =>
  tooLarge({ file, line: 1, column: 1 }, `the file has ${bytes} bytes; at most ${limits.bytes} are read`);

/** What is written is no YAML. */
export const syntax = (at: Span, message: string, say = 'correct the YAML at this place'): Diagnostic =>
  spec('SPEC-SYNTAX', at, message, { say });

/** The file says nothing. */
export const emptyFile = (file: string): Diagnostic =>
  spec('SPEC-EMPTY-FILE', { file, line: 1, column: 1 }, 'the file is empty', {
    say: 'write a definition with: strata init',
    command: 'strata init',
  });

/** The file is there but cannot be read. */
export const unreadable = (file: string, why: string): Diagnostic =>
  spec('SPEC-UNREADABLE', { file, line: 1, column: 1 }, `the file cannot be read: ${why}`, {
    say: 'make it a readable text file in UTF-8',
  });

/** No `platform.yaml` in the folder. */
export const noPlatform = (directory: string): Diagnostic =>
  spec(
    'SPEC-NO-PLATFORM',
    undefined,
    `no platform.yaml in ${directory}`,
    { say: 'name the folder of a platform: strata validate DIR' },
    { say: 'or write a new definition', command: 'strata init' },
  );

/** No environment of that name. */
export function noSuchEnvironment(name: string, near: string | undefined, known: readonly string[]): Diagnostic {
  const remedy: Remedy =
    near !== undefined
      ? { say: `did you mean "${near}"?`, command: `strata validate -e ${near}` }
      : { say: known.length === 0 ? 'add the first one as environments/NAME.yaml' : `environments here: ${known.join(', ')}` };
  return spec('SPEC-NO-SUCH-ENVIRONMENT', undefined, `there is no environment "${name}"`, remedy);
}

/** There are none, or several and none was chosen. */
export function environmentNeeded(known: readonly string[]): Diagnostic {
  if (known.length === 0)
    return spec('SPEC-NO-SUCH-ENVIRONMENT', undefined, 'the platform has no environment', {
      say: 'add one as environments/local.yaml',
    });
  return spec('SPEC-NO-SUCH-ENVIRONMENT', undefined, `the platform has ${known.length} environments and none was chosen`, {
    say: `choose one with -e: ${known.join(', ')}`,
  });
}

/** Written for another version of the format. */
export const badApiVersion = (at: Span, got: string, wanted: string): Diagnostic =>
  spec('SPEC-BAD-API-VERSION', at, `apiVersion is ${got}`, { say: `this Strata reads "${wanted}"`, edit: { at, value: wanted } });

/** The wrong kind of document for this file. */
export const badKind = (at: Span, got: string, wanted: string): Diagnostic =>
  spec('SPEC-BAD-KIND', at, `kind is ${got}`, { say: `this file must hold "kind: ${wanted}"`, edit: { at, value: wanted } });

/** A layer that a later one rests on has no component. */
export const layerEmpty = (at: Span, layer: string, neededBy: readonly string[]): Diagnostic =>
  spec(
    'SPEC-LAYER-EMPTY',
    at,
    neededBy.length === 0
      ? 'the platform has no component in any layer'
      : `layer "${layer}" is empty, but ${quoted(neededBy)} ${neededBy.length === 1 ? 'rests' : 'rest'} on it`,
    { say: `add a component to "spec.${layer}"` },
  );

/** An overlay takes away what is not there. */
export const nothingToDelete = (at: Span, path: string): Diagnostic => ({
  ...spec('SPEC-NOTHING-TO-DELETE', at, `${path} is deleted here, but platform.yaml does not have it`, {
    say: 'remove this line',
  }),
  severity: 'warning',
});

/** `strata init` found files it would have to overwrite. */
export const initWouldOverwrite = (files: readonly string[]): Diagnostic =>
  spec('SPEC-INIT-EXISTS', undefined, `these files exist already: ${files.join(', ')}`, {
    say: 'nothing was written; choose an empty folder',
    command: 'strata init my-platform',
  });

/** A component and what an earlier layer states of itself do not go together. */
export interface UnsupportedPair {
  readonly component: Component;
  /** `layer.word`. */
  readonly key: string;
  readonly offers: readonly string[];
  readonly by: readonly string[];
  readonly oneOf: readonly string[];
  readonly nearest: string | undefined;
  readonly because: string;
}

/** Refused before anything is planned, with the nearest that is supported. */
export function unsupportedPair(pair: UnsupportedPair): Diagnostic {
  const { component, key, offers, by, oneOf, nearest, because } = pair;
  const others = oneOf.filter((one) => one !== nearest);
  const near = nearest === undefined ? 'nothing is supported' : `the nearest supported ${key} is ${nearest}`;
  return spec(
    'SPEC-UNSUPPORTED-PAIR',
    component.at,
    `${component.use} does not work with ${key} ${offers.join(', ')} of ${quoted(by)}: ${because}`,
    { say: others.length === 0 ? near : `${near}; also: ${others.join(', ')}` },
  );
}
