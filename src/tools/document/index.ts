import { parse, stringify } from 'yaml';
import { err, failure, type Json, ok, type Result } from '../../model/index.js';

/** A document of YAML, as data. */
export type Document = { readonly [key: string]: Json | undefined };

const isRecord = (value: unknown): value is Document => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lays values over a document: records are merged, all else is replaced; what is `undefined` is left out. */
export function merged(base: Document, over: Document): Document {
  const all = Object.entries(over).reduce(
    (made, [key, value]) => {
      const under = made.get(key);
      return made.set(key, isRecord(under) && isRecord(value) ? merged(under, value) : value);
    },
    new Map(Object.entries(base)),
  );
  return Object.fromEntries([...all].filter(([, value]) => value !== undefined));
}

/** A document of the catalog with values laid over it: what the file says besides them stays, so a copy may say more. */
export function laidOver(file: string, text: string, over: Document): Result<Document> {
  try {
    const base: unknown = parse(text);
    return isRecord(base) ? ok(merged(base, over)) : err(unusable(file, 'it holds no mapping'));
  } catch (error) {
    return err(unusable(file, String(error).split('\n')[0] ?? ''));
  }
}

/** YAML with long lines left whole, one text for equal data; what YAML 1.1 would read as something else (a MAC address as a number) is quoted. */
export const toYaml = (documents: readonly Document[]): string =>
  documents.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })).join('---\n');

/** What differs where something is wanted, as dotted paths; what is not wanted is not looked at. Lists of named things go by name. */
export function differences(
  want: unknown,
  got: unknown,
  path = '',
): readonly { readonly path: string; readonly from: string; readonly to: string }[] {
  const at = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (isRecord(want) && isRecord(got))
    return Object.entries(want).flatMap(([key, value]) => (value === undefined ? [] : differences(value, got[key], at(key))));
  if (Array.isArray(want) && Array.isArray(got)) {
    if (want.every(isNamed))
      return want.flatMap((one) =>
        differences(
          one,
          got.filter(isNamed).find(({ name }) => name === one.name),
          at(one.name),
        ),
      );
    if (want.length === got.length) return want.flatMap((one, index) => differences(one, got[index], at(index)));
  }
  return want === got ? [] : [{ path, from: shown(got), to: shown(want) }];
}

const isNamed = (value: unknown): value is Document & { readonly name: string } =>
  isRecord(value) && typeof value.name === 'string';
const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

const unusable = (file: string, why: string) =>
  failure('invalid', 'DOCUMENT-UNUSABLE', `${file} cannot be used as a document: ${why}.`, {
    say: 'Compare it with the file of the same name in the catalog of this version of Strata.',
    command: 'strata doctor',
  });
