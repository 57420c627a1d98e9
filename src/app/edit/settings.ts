import { stringify } from 'yaml';
import { type Diagnostic, err, ok, type Result } from '../../model/index.js';
import { parseText } from '../definition/parse.js';
import { child, type Plain, toPlain } from '../definition/tree.js';
import { isSecret } from '../import/secrets.js';
import { pathText, readValues } from '../import/values.js';
import * as errors from './errors.js';

type Values = { [key: string]: Plain };

const isMap = (value: Plain | undefined): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Turns `path.to.key=value` arguments into values; a value is read as YAML, so `3` is a number and `"3"` a text. */
export function readSettings(settings: readonly string[]): Result<Values, Diagnostic> {
  let values: Values = {};
  for (const setting of settings) {
    const cut = setting.indexOf('=');
    if (cut < 1) return err(errors.badSetting(setting, 'there is no path before a "="'));
    const path = pathOf(setting.slice(0, cut));
    if (path.some((key) => key === '' || key === '__proto__'))
      return err(errors.badSetting(setting, 'a key of the path is empty'));
    const value = readValue(setting.slice(cut + 1));
    if (value === undefined) return err(errors.badSetting(setting, 'the value is not YAML; quote it'));
    const next = put(values, path, value);
    if (next === undefined) return err(errors.badSetting(setting, 'another --set gives this path a value already'));
    values = next;
  }
  return ok(values);
}

/** `\.` is a dot in a key, as in `podAnnotations.example\.com/team`. */
const pathOf = (text: string): readonly string[] => text.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));

function readValue(text: string): Plain | undefined {
  if (text.trim() === '') return '';
  const { tree, diagnostics } = parseText('--set', `value: ${text}\n`);
  const value = child(tree, 'value');
  return value === undefined || diagnostics.length > 0 || tree?.kind !== 'map' || tree.entries.size !== 1
    ? undefined
    : toPlain(value);
}

function put(values: Values, [key = '', ...rest]: readonly string[], value: Plain): Values | undefined {
  const here = Object.hasOwn(values, key) ? values[key] : undefined;
  if (rest.length === 0) return here === undefined ? { ...values, [key]: value } : undefined;
  if (here !== undefined && !isMap(here)) return undefined;
  const below = put(here ?? {}, rest, value);
  return below === undefined ? undefined : { ...values, [key]: below };
}

/** Paths of values that look like secrets. */
export function secretsIn(values: Plain): readonly string[] {
  const read = readValues([{ file: '--set', text: stringify(values) }]);
  return 'tree' in read ? read.leaves.filter((leaf) => isSecret(leaf, read.tree)).map(({ path }) => pathText(path)) : [];
}
