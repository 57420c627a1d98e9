// Looks for planted secrets in everything a program left behind, in the forms in which programs write text.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A planted secret. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Where one was found, and in which form. */
export interface Sighting {
  readonly canary: string;
  readonly form: string;
  readonly where: string;
}

/** Characters of base64 that depend on these bytes alone, whatever stands before and after them. */
function base64Core(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

const forms: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  json: (value) => JSON.stringify(value).slice(1, -1),
  url: (value) => encodeURIComponent(value),
  hex: (value) => Buffer.from(value).toString('hex'),
  'base64+0': (value) => base64Core(Buffer.from(value), 0),
  'base64+1': (value) => base64Core(Buffer.from(value), 1),
  'base64+2': (value) => base64Core(Buffer.from(value), 2),
  'base64url+0': (value) => base64Core(Buffer.from(value), 0).replaceAll('+', '-').replaceAll('/', '_'),
  reversed: (value) => [...value].reverse().join(''),
  'first half': (value) => value.slice(0, Math.ceil(value.length / 2)),
  'second half': (value) => value.slice(Math.floor(value.length / 2)),
};

/** Names of the forms. */
export const formNames = Object.keys(forms);

/** A value in one of the forms. */
export const inForm = (form: string, value: string): string => forms[form]?.(value) ?? value;

/** Every planted secret that stands in some bytes. */
export function sightingsIn(bytes: Buffer, where: string, canaries: readonly Canary[]): readonly Sighting[] {
  const found = canaries.flatMap(({ name, value }) =>
    formNames.filter((form) => bytes.includes(inForm(form, value))).map((form) => ({ canary: name, form, where })),
  );
  const inner = unpacked(bytes);
  return inner === undefined ? found : [...found, ...sightingsIn(inner, `${where} (unpacked)`, canaries)];
}

function unpacked(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: 1 << 28 });
  } catch {
    return undefined;
  }
}

/** What to look at below a folder. */
export interface Looking {
  /** Files and folders that may hold secrets. */
  readonly except?: (path: string) => boolean;
  /** Older files are somebody else's. */
  readonly sinceMs?: number;
}

/** Every planted secret in the names and the bytes of all files below a folder; links are not followed. */
export function sightingsBelow(folder: string, canaries: readonly Canary[], looking: Looking = {}): readonly Sighting[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (looking.except?.(path)) return [];
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const named = sightingsIn(Buffer.from(name), `name of ${path}`, canaries);
    if (stat?.isDirectory()) return [...named, ...sightingsBelow(path, canaries, looking)];
    if (!stat?.isFile() || Math.max(stat.mtimeMs, stat.ctimeMs) < (looking.sinceMs ?? 0)) return named;
    // Larger ones are programs and images.
    return stat.size > 64 << 20 ? named : [...named, ...sightingsIn(readFileSync(path), path, canaries)];
  });
}
