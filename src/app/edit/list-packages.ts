import { type Diagnostic, ok, type Result } from '../../model/index.js';
import { validateDefinition } from '../definition/index.js';
import { depsOf } from '../definition/use-cases.js';
import type { Trouble } from '../trouble.js';
import { type KnownPackage, knownPackages } from './known-packages.js';
import { chosenIn, layer, setting } from './package-editing.js';
import { componentsWith } from './workspace.js';

/** A package and where it is chosen. */
export interface ListedPackage extends KnownPackage {
  /** Environments, sorted. */
  readonly chosen: readonly string[];
}

/** Every package that can be chosen, and every one that is. */
export interface PackageListing {
  readonly directory: string;
  readonly environments: readonly string[];
  readonly packages: readonly ListedPackage[];
  /** Why the choice could not be read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** `strata package list`; where there is no valid definition, what could be chosen. */
export async function listPackages(request: {
  readonly directory: string;
  readonly environment?: string | undefined;
}): Promise<Result<PackageListing, Trouble>> {
  const deps = await depsOf();
  const validation = await validateDefinition(deps, request);
  const { directory } = validation;
  const components = componentsWith({ deps, directory, texts: validation.sources, validation }, layer, setting);
  const delivering = new Set([
    ...components.map(({ use }) => use),
    ...deps.providers.filter((one) => one.layer === layer).map(({ id }) => id),
  ]);
  const chosenBy = new Map(
    validation.environments.map(({ name, spec }) => [name, new Set(components.flatMap((one) => chosenIn(spec, one.name)))]),
  );
  const known = (await knownPackages(directory)).filter(({ name }) => !delivering.has(name));
  const strangers = [...new Set([...chosenBy.values()].flatMap((names) => [...names]))]
    .filter((name) => !known.some((one) => one.name === name))
    .map(unknownPackage);
  const packages = [...known, ...strangers].map((one) => ({
    ...one,
    chosen: [...chosenBy].filter(([, names]) => names.has(one.name)).map(([name]) => name),
  }));
  const found = validation.valid || isMissing(validation.diagnostics) ? [] : validation.diagnostics;
  return ok({ directory, environments: [...chosenBy.keys()], packages, diagnostics: found, sources: validation.sources });
}

/** A folder without a definition is no trouble here: the catalog can be looked at from anywhere. */
const isMissing = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.every(({ code }) => code === 'SPEC-NO-PLATFORM');

const unknownPackage = (name: string): KnownPackage => ({
  name,
  title: '',
  origin: 'own',
  file: `packages/${name}/package.yaml`,
  provides: [],
  requires: [],
  sizes: [],
  settings: [],
  anyValue: false,
  chart: false,
  problem: 'there is no such package',
});
