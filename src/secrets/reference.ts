import type { Json, Span } from '../model/index.js';
import { err, ok, type Result } from '../model/index.js';
import { badReference, valueMissing } from './errors.js';

/** Folder beside the definition that holds encrypted files. */
export const secretsFolder = 'secrets';

/** How their names end. */
export const secretsEnding = '.enc.yaml';

/** One value of one encrypted file. */
export interface SecretReference {
  /** Path below the definition's folder. */
  readonly file: string;
  /** Dotted path of the value, or the name of one in data or stringData. */
  readonly value: string;
}

const form = /^(secrets\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.enc\.yaml)#([A-Za-z0-9_.-]+)$/;

/** Path of the file that a short name means. */
export const secretPath = (name: string): string => `${secretsFolder}/${name}${secretsEnding}`;

/** True where the name of a secret points into an encrypted file. */
export const isReference = (name: string): boolean => form.test(name);

/** Reads `secrets/NAME.enc.yaml#VALUE`. */
export function readReference(text: string, where: Span): Result<SecretReference> {
  const [, file, value] = form.exec(text) ?? [];
  return file === undefined || value === undefined ? err(badReference(text, where)) : ok({ file, value });
}

/** Paths a value may be meant by, in this order. */
const candidates = (value: string): readonly string[] => [value, `stringData.${value}`, `data.${value}`];

/** The value of a reference in a decrypted document. */
export function valueIn(document: Json, { file, value }: SecretReference): Result<string> {
  for (const path of candidates(value)) {
    const found = at(document, path);
    if (found === undefined || (typeof found === 'object' && found !== null)) continue;
    const text = String(found);
    const isEncoded = path.startsWith('data.') && at(document, 'kind') === 'Secret';
    return ok(isEncoded ? Buffer.from(text, 'base64').toString('utf8') : text);
  }
  return err(valueMissing({ file, line: 1, column: 1 }, value, namesIn(document)));
}

/** A key may itself hold dots (`tls.crt`): the longest that fits is taken. */
function at(value: Json | undefined, path: string): Json | undefined {
  if (path === '') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const held = value as Readonly<Record<string, Json>>;
  if (Object.hasOwn(held, path)) return held[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const key = path.slice(0, dot);
    const found = Object.hasOwn(held, key) ? at(held[key], path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names that could have been meant; never values. */
function namesIn(document: Json): readonly string[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return [];
  const own = document as Readonly<Record<string, Json>>;
  const below = own.stringData ?? own.data;
  const from = typeof below === 'object' && below !== null && !Array.isArray(below) ? below : own;
  return Object.keys(from).sort();
}
