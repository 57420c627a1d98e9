import type { ErrorObject } from 'ajv';
import { apiVersion, type Diagnostic, type Provider, type Remedy } from '../../model/index.js';
import * as errors from './errors.js';
import { namePattern } from './names.js';
import { didYouMean } from './suggest.js';
import { type Found, kindOf, locate, type Tree } from './tree.js';

/** The providers there are, for suggestions. */
export type Providers = readonly Pick<Provider, 'id' | 'layer'>[];

/** Turns a schema error into a finding at the place in the file. */
export function explainError(error: ErrorObject, root: Tree, providers: Providers): Diagnostic {
  const found = locate(root, error.instancePath);
  switch (error.keyword) {
    case 'additionalProperties':
      return explainExtra(error, found);
    case 'required':
      return explainMissing(error, found);
    case 'type':
      return explainType(error, found);
    case 'enum':
    case 'const':
      return explainChoice(error, found, providers);
    case 'pattern':
      return explainPattern(error, found);
    case 'anyOf':
    case 'oneOf':
      return errors.badValue(found.tree.at, nameOf(found), 'has none of the forms that are possible here', {
        say: formsOf(error),
      });
    default:
      return errors.badValue(found.tree.at, nameOf(found), error.message ?? 'is not allowed', remedyOf(error));
  }
}

const nameOf = (found: Found): string => (found.path === '' ? 'the file' : found.path);
const shown = (tree: Tree): string => (tree.kind === 'scalar' && tree.value !== null ? `"${tree.source}"` : kindOf(tree));
const keysOf = (value: unknown): readonly string[] => (typeof value === 'object' && value !== null ? Object.keys(value) : []);
const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => item !== null).map(String) : [];

/** Reads one member of ajv's untyped parameters. */
function param(error: ErrorObject, key: string): unknown {
  const params: Record<string, unknown> = error.params;
  return params[key];
}

/** The schema around the failed keyword, as data. */
function parentOf(error: ErrorObject): Readonly<Record<string, unknown>> {
  return typeof error.parentSchema === 'object' && error.parentSchema !== null ? error.parentSchema : {};
}

function explainExtra(error: ErrorObject, found: Found): Diagnostic {
  const key = String(param(error, 'additionalProperty'));
  const at = (found.tree.kind === 'map' ? found.tree.entries.get(key)?.keyAt : undefined) ?? found.tree.at;
  const known = keysOf(parentOf(error).properties);
  const written = found.tree.kind === 'map' ? found.tree.entries : undefined;
  const free = known.filter((name) => written?.has(name) !== true);
  return errors.unknownKey(at, found.path, key, didYouMean(key, free), known);
}

function explainMissing(error: ErrorObject, found: Found): Diagnostic {
  const key = String(param(error, 'missingProperty'));
  return errors.missingKey(found.key?.keyAt ?? { ...found.tree.at, endLine: found.tree.at.line }, found.path, key);
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

function explainType(error: ErrorObject, found: Found): Diagnostic {
  const types = [param(error, 'type')].flat().map(String);
  const wanted = types
    .filter((type) => type !== 'null')
    .map((type) => typeNames[type] ?? type)
    .join(' or ');
  const { tree } = found;
  const at = tree.kind === 'scalar' ? tree.at : (found.key?.keyAt ?? tree.at);
  return errors.wrongType(at, found.path, wanted, kindOf(tree), typeHint(types, tree));
}

/** The usual slips: a version number that YAML reads as a number, a number in quotes, one entry where a list is due. */
function typeHint(types: readonly string[], tree: Tree): string | undefined {
  if (tree.kind === 'map') return types.includes('array') ? 'put "- " before each entry' : undefined;
  if (tree.kind === 'list') return undefined;
  if (types.includes('string') && tree.value !== null) return `quote it: "${tree.source}"`;
  if (typeof tree.value !== 'string') return undefined;
  const wantsNumber = types.includes('number') || types.includes('integer');
  if (wantsNumber && tree.value.trim() !== '' && Number.isFinite(Number(tree.value))) return `remove the quotes: ${tree.value}`;
  if (types.includes('boolean') && /^(yes|no|on|off|true|false)$/i.test(tree.value)) {
    return `write ${/^(yes|on|true)$/i.test(tree.value) ? 'true' : 'false'}`;
  }
  return types.includes('array') ? `write it as a list: [${tree.source}]` : undefined;
}

function explainChoice(error: ErrorObject, found: Found, providers: Providers): Diagnostic {
  const { tree } = found;
  const got = shown(tree);
  const known = error.keyword === 'const' ? [String(param(error, 'allowedValue'))] : strings(param(error, 'allowedValues'));
  if (error.instancePath === '/apiVersion') return errors.badApiVersion(tree.at, got, apiVersion);
  if (error.instancePath === '/kind') return errors.badKind(tree.at, got, known.join(' or '));
  const word = tree.kind === 'scalar' ? tree.source : '';
  const [, , layer, , last] = error.instancePath.split('/');
  if (last === 'use' && layer !== undefined && error.instancePath.split('/').length === 5) {
    const other = providers.find((provider) => provider.id === word);
    if (other !== undefined && !known.includes(word)) return errors.providerOfOtherLayer(tree.at, layer, word, other.layer);
    return errors.unknownProvider(tree.at, layer, word, didYouMean(word, known), known);
  }
  return errors.notOneOf(tree.at, nameOf(found), got, didYouMean(word, known), known);
}

function explainPattern(error: ErrorObject, found: Found): Diagnostic {
  const { tree } = found;
  if (param(error, 'pattern') === namePattern) {
    return errors.badName(tree.at, nameOf(found), tree.kind === 'scalar' ? tree.source : '');
  }
  const { description } = parentOf(error);
  const say = typeof description === 'string' ? `it means: ${description}` : `it must match ${String(param(error, 'pattern'))}`;
  return errors.badValue(tree.at, nameOf(found), `cannot be ${shown(tree)}`, { say });
}

function formsOf(error: ErrorObject): string {
  const forms = Array.isArray(error.schema) ? error.schema : [];
  const names = forms.map((form: unknown) =>
    typeof form === 'object' && form !== null ? formName({ ...form }) : 'something else',
  );
  return `write ${[...new Set(names)].join(', or ')}`;
}

function formName(form: Readonly<Record<string, unknown>>): string {
  if (form.const !== undefined) return JSON.stringify(form.const);
  if (Array.isArray(form.enum)) return form.enum.map((value) => JSON.stringify(value)).join(', or ');
  return typeof form.type === 'string' ? (typeNames[form.type] ?? form.type) : 'something else';
}

function remedyOf(error: ErrorObject): Remedy {
  const { description } = parentOf(error);
  return { say: typeof description === 'string' ? `it means: ${description}` : 'choose a value inside the limits' };
}
