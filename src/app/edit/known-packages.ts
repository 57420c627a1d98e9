import { join } from 'node:path';
import { definitionFiles } from '../../host/definition-files.js';
import { programFolder } from '../../host/places.js';
import { limits } from '../definition/limits.js';
import { parseText } from '../definition/parse.js';
import { child, type Tree, textOf } from '../definition/tree.js';

/** A package that can be chosen, as far as choosing needs it. */
export interface KnownPackage {
  readonly name: string;
  readonly title: string;
  readonly version?: string;
  /** The user's own folder wins over the catalog's of the same name. */
  readonly origin: 'catalog' | 'own';
  /** Its package.yaml. */
  readonly file: string;
  readonly provides: readonly string[];
  readonly requires: readonly string[];
  readonly sizes: readonly string[];
  /** Names of its own settings. */
  readonly settings: readonly string[];
  /** It is a chart, and takes any value of it. */
  readonly anyValue: boolean;
  /** It takes a published chart, so that this chart's values fit. */
  readonly chart: boolean;
  /** Why its file cannot be read, as the end of a sentence. */
  readonly problem?: string;
}

/** Packages of the catalog and of `packages/` beside the definition, by name. */
export async function knownPackages(directory: string): Promise<readonly KnownPackage[]> {
  const catalog = await packagesIn(catalogPackages(), 'catalog');
  const own = await packagesIn(join(directory, 'packages'), 'own');
  const all = new Map([...catalog, ...own].map((one) => [one.name, one]));
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Packages of the catalog alone. */
export const catalogOnly = (): Promise<readonly KnownPackage[]> => packagesIn(catalogPackages(), 'catalog');

const catalogPackages = (): string => join(programFolder(), 'catalog', 'packages');

async function packagesIn(folder: string, origin: KnownPackage['origin']): Promise<readonly KnownPackage[]> {
  const found: KnownPackage[] = [];
  for (const name of await definitionFiles.list(folder)) {
    const file = join(folder, name, 'package.yaml');
    const read = await definitionFiles.read(file, limits.bytes);
    if (read.kind === 'absent') continue;
    found.push(read.kind === 'text' ? describe(name, file, read.text, origin) : unreadable(name, file, origin, read.kind));
  }
  return found;
}

const unreadable = (name: string, file: string, origin: KnownPackage['origin'], problem: string): KnownPackage => ({
  name,
  title: '',
  origin,
  file,
  provides: [],
  requires: [],
  sizes: [],
  settings: [],
  anyValue: false,
  chart: false,
  problem,
});

/** Takes from a package file what choosing needs; the rest is checked where packages are rendered. Pure. */
export function describe(name: string, file: string, text: string, origin: KnownPackage['origin']): KnownPackage {
  const { tree, diagnostics } = parseText(file, text);
  const [first] = diagnostics;
  if (tree === undefined || first !== undefined) return unreadable(name, file, origin, first?.message ?? 'it is empty');
  const spec = child(tree, 'spec');
  const version = scalarOf(child(spec, 'version'));
  const named = textOf(child(tree, 'metadata'), 'name');
  return {
    name,
    title: textOf(spec, 'title') ?? '',
    ...(version !== undefined && { version }),
    origin,
    file,
    provides: textsOf(child(spec, 'provides')),
    requires: textsOf(child(spec, 'requires')),
    sizes: keysOf(child(spec, 'sizes')),
    settings: keysOf(child(spec, 'values')),
    anyValue: child(child(spec, 'source'), 'chart') !== undefined,
    chart: keysOf(child(child(spec, 'source'), 'chart')).some((key) => key !== 'folder'),
    ...(named !== name && { problem: `it is named ${named ?? 'nothing'}, its folder ${name}` }),
  };
}

const scalarOf = (tree: Tree | undefined): string | undefined =>
  tree?.kind === 'scalar' && tree.value !== null ? tree.source : undefined;

const textsOf = (tree: Tree | undefined): readonly string[] =>
  tree?.kind === 'list' ? tree.items.flatMap((item) => scalarOf(item) ?? []) : [];

const keysOf = (tree: Tree | undefined): readonly string[] => (tree?.kind === 'map' ? [...tree.entries.keys()] : []);
