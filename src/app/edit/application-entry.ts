import { join } from 'node:path';
import { definitionFiles } from '../../host/definition-files.js';
import { programFolder } from '../../host/places.js';
import { limits } from '../definition/limits.js';
import { parseText } from '../definition/parse.js';
import { child, type Tree, textOf } from '../definition/tree.js';

/** How entries of one kind of applications are written and read: data of the catalog. */
export interface EntryForm {
  /** Name of the file in an application's folder. */
  readonly file: string;
  /** Address of the platform's own repository, with `${repository}`. */
  readonly own: string;
  /** The entry, with `${name}`, `${namespace}`, `${source}`, `${revision}`, `${path}`. */
  readonly text: string;
  /** Keys to read from an entry, as dotted paths. */
  readonly shows: ReadonlyMap<string, string>;
}

/** The form that belongs to a provider; `undefined` where the catalog has none. */
export async function readEntryForm(use: string): Promise<EntryForm | undefined> {
  const file = join(programFolder(), 'catalog', 'applications', `${use}.entry.yaml`);
  const read = await definitionFiles.read(file, limits.bytes);
  if (read.kind !== 'text') return undefined;
  const spec = child(parseText(file, read.text).tree, 'spec');
  const [name, own, text] = [textOf(spec, 'file'), textOf(spec, 'own'), textOf(spec, 'text')];
  if (name === undefined || own === undefined || text === undefined) return undefined;
  const shows = child(spec, 'shows');
  const keys = shows?.kind === 'map' ? [...shows.entries.keys()] : [];
  return { file: name, own, text, shows: new Map(keys.map((key) => [key, textOf(shows, key) ?? ''])) };
}

/** Fills in `${…}`; the values have passed narrow patterns, so that none can change the shape of the file. Pure. */
export const fillIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)\}/g, (whole, key: string) => (Object.hasOwn(values, key) ? (values[key] ?? whole) : whole));

/** What an entry says, by the keys of the form. Pure. */
export function readEntry(form: EntryForm, file: string, text: string): Readonly<Record<string, string>> {
  const { tree } = parseText(file, text);
  const found = [...form.shows].flatMap(([key, path]) => {
    const value = path.split('.').reduce<Tree | undefined>((at, part) => child(at, part), tree);
    return value?.kind === 'scalar' && value.value !== null ? [[key, value.source] as const] : [];
  });
  return Object.fromEntries(found);
}
