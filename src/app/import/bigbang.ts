import { join } from 'node:path';
import { definitionFiles } from '../../host/definition-files.js';
import { programFolder } from '../../host/places.js';
import { type Diagnostic, err, ok, type Result, type Span } from '../../model/index.js';
import { type DefinitionDeps, validateDefinition } from '../definition/index.js';
import { limits } from '../definition/limits.js';
import { readProblem } from '../definition/load.js';
import { namePattern, nameRule } from '../definition/names.js';
import { parseText } from '../definition/parse.js';
import { depsOf } from '../definition/use-cases.js';
import { catalogOnly } from '../edit/known-packages.js';
import { givenIn, layer, setting } from '../edit/package-editing.js';
import { componentsWith, type Workspace } from '../edit/workspace.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { type Built, build, type Components, environmentName } from './build.js';
import { type Chosen, choose, type UnmetRequirement } from './choose.js';
import { type Decided, decideAll, type Found, findPackages, isNewForm } from './decide.js';
import * as errors from './errors.js';
import { placeOf } from './generated-place.js';
import { type ImportMap, readImportMap } from './import-map.js';
import { pathText, readValues, type Values, type ValuesFile } from './values.js';

/** What to read and where to write. */
export interface ImportRequest {
  readonly files: readonly string[];
  readonly name?: string | undefined;
  readonly out?: string | undefined;
  readonly dryRun: boolean;
}

/** One value of the input and what became of it; never the value itself. */
export interface ImportedValue {
  readonly at: Span;
  readonly path: string;
  readonly fate: 'carried' | 'left' | 'secret' | 'replaced';
  /** Where it went, or why it did not. */
  readonly text: string;
}

/** A package of the other system. */
export interface ImportedPackage {
  readonly key: string;
  readonly on: boolean;
  readonly at?: Span;
  readonly to: readonly string[];
  /** Packages the catalog does not have. */
  readonly missing: readonly string[];
  readonly namespace: string;
  readonly nearest?: string;
  readonly note?: string;
}

/** All that an import found and wrote. */
export interface Imported {
  readonly name: string;
  readonly release: string;
  readonly form: 'v3' | 'v1';
  readonly packages: readonly ImportedPackage[];
  readonly chosen: readonly Chosen[];
  /** Requirements that several packages, or none, could meet. */
  readonly unmet: readonly UnmetRequirement[];
  readonly values: readonly ImportedValue[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly written: boolean;
}

/** `strata import bigbang`. */
export async function importBigBang(request: ImportRequest): Promise<Result<Imported, Trouble>> {
  const name = request.name ?? environmentName;
  if (!new RegExp(namePattern).test(name)) return err(invalid([errors.badName(name, nameRule)]));
  const read = await readFiles(request.files);
  if (!read.ok) return read;
  const values = readValues(read.value);
  if (!('tree' in values)) return err(invalid(values.diagnostics));
  const map = await readImportMap('bigbang');
  if (!map.ok) return err(troubleOf(map.error));
  const made = await makeDefinition(values, map.value, name);
  if (!made.ok) return made;
  const folder = request.out ?? name;
  const files = [
    { path: join(folder, 'platform.yaml'), text: made.value.built.platform },
    { path: join(folder, 'environments', `${environmentName}.yaml`), text: made.value.built.environment },
  ];
  const written = request.dryRun ? ok(undefined) : await writeFiles(files);
  return written.ok ? ok({ ...reportOf(values, map.value, made.value), name, files, written: !request.dryRun }) : written;
}

const invalid = (diagnostics: readonly Diagnostic[]): Trouble => ({ kind: 'invalid', diagnostics, sources: new Map() });

async function readFiles(paths: readonly string[]): Promise<Result<readonly ValuesFile[], Trouble>> {
  const files: ValuesFile[] = [];
  const problems: Diagnostic[] = [];
  for (const file of paths) {
    const read = await definitionFiles.read(file, limits.bytes);
    if (read.kind === 'text') files.push({ file, text: read.text });
    else problems.push(read.kind === 'absent' ? errors.noFile(file) : readProblem(file, read));
  }
  return problems.length > 0 ? err(invalid(problems)) : ok(files);
}

async function writeFiles(files: Imported['files']): Promise<Result<void, Trouble>> {
  const taken: string[] = [];
  for (const { path } of files)
    if ((await definitionFiles.read(path, Number.MAX_SAFE_INTEGER)).kind !== 'absent') taken.push(path);
  if (taken.length > 0) return err(invalid([errors.wouldOverwrite(taken)]));
  for (const { path, text } of files)
    if (!(await definitionFiles.create(path, text))) return err(invalid([errors.wouldOverwrite([path])]));
  return ok(undefined);
}

interface Made {
  readonly built: Built;
  readonly found: readonly Found[];
  readonly decided: readonly Decided[];
  readonly chosen: readonly Chosen[];
  readonly unmet: Imported['unmet'];
}

/** Builds, checks, leaves out what does not pass, and builds again until all passes. */
async function makeDefinition(values: Values, map: ImportMap, name: string): Promise<Result<Made, Trouble>> {
  const deps = await depsOf();
  const example = await exampleOf(deps);
  if (!example.ok) return example;
  const { text, components, given } = example.value;
  const delivering = new Set(deps.providers.filter((one) => one.layer === layer).map(({ id }) => id));
  const known = (await catalogOnly()).filter((one) => !delivering.has(one.name));
  const found = findPackages(values, map, known);
  const { chosen, unmet } = choose(found, map, known, given);
  let decided = decideAll(values, map, found);
  for (;;) {
    const built = build({ example: text, name, components, chosen, decided });
    const refused = await refusals(deps, built);
    const [first] = refused;
    if (first === undefined) return ok({ built, found, decided, chosen, unmet });
    const rest = without(decided, built, refused);
    if (rest === decided) return err(invalid([/TOO-LARGE/.test(first.code) ? errors.tooMuch(first) : errors.notValid(first)]));
    decided = rest;
  }
}

interface Example {
  readonly text: string;
  readonly components: Components;
  readonly given: ReadonlySet<string>;
}

/** The local example: its lower layers are known to work, and are the ones to start from. */
async function exampleOf(deps: DefinitionDeps): Promise<Result<Example, Trouble>> {
  const directory = join(programFolder(), 'examples', 'local');
  const validation = await validateDefinition(deps, { directory });
  const text = validation.sources.get(join(directory, 'platform.yaml'));
  const workspace: Workspace = { deps, directory, texts: validation.sources, validation };
  const [services] = componentsWith(workspace, layer, setting);
  const spec = validation.environments[0]?.spec;
  const machines = spec?.components.find((one) => one.layer === 'infrastructure');
  if (text === undefined || services === undefined || machines === undefined) return err(invalid(validation.diagnostics));
  return ok({ text, components: { services: services.name, infrastructure: machines.name }, given: givenIn(workspace, spec) });
}

async function refusals(deps: DefinitionDeps, { platform, environment }: Built): Promise<readonly Diagnostic[]> {
  const texts = new Map([
    ['platform.yaml', platform],
    [`environments/${environmentName}.yaml`, environment],
  ]);
  const files: DefinitionDeps['files'] = {
    read: async (path) => (texts.has(path) ? { kind: 'text', text: texts.get(path) ?? '' } : { kind: 'absent' }),
    list: async () => [`${environmentName}.yaml`],
    create: async () => false,
  };
  const { diagnostics } = await validateDefinition({ ...deps, files }, { directory: '.' });
  return diagnostics.filter(({ severity }) => severity === 'error');
}

/** The decisions without the values that were refused; the same where no carried value explains any. */
function without(decided: readonly Decided[], { environment }: Built, refused: readonly Diagnostic[]): readonly Decided[] {
  const { tree } = parseText('', environment);
  const places = refused.flatMap(({ where, message }) => {
    const place = typeof where === 'object' && where.file.startsWith('environments/') ? placeOf(tree, where) : undefined;
    return place === undefined ? [] : [{ place, message }];
  });
  let dropped = 0;
  const rest = decided.map((one): Decided => {
    const put = one.fate.kind === 'carried' ? one.fate.put : undefined;
    const hit = put && places.find(({ place }) => put.package === place.package && overlap(put.path, place.path));
    if (hit === undefined) return one;
    dropped += 1;
    return { leaf: one.leaf, fate: { kind: 'left', reason: `it does not fit: ${hit.message.slice(0, 200)}` } };
  });
  return dropped === 0 ? decided : rest;
}

const overlap = (a: readonly (string | number)[], b: readonly (string | number)[]): boolean =>
  a.slice(0, b.length).every((step, at) => step === b[at]);

function reportOf(
  values: Values,
  map: ImportMap,
  { found, decided, chosen, unmet }: Made,
): Omit<Imported, 'name' | 'files' | 'written'> {
  const packages = found.map(({ mapped, on, at, to, missing }): ImportedPackage => {
    const { key, namespace, nearest, note } = mapped;
    return {
      key,
      on,
      ...(at && { at }),
      to: to.map((one) => one.name),
      missing,
      namespace,
      ...(nearest !== undefined && { nearest }),
      ...(note !== undefined && { note }),
    };
  });
  const own = decided.map(
    ({ leaf, fate }): ImportedValue => ({
      at: leaf.at,
      path: pathText(leaf.path),
      fate: fate.kind,
      text: fate.kind === 'carried' ? fate.to : fate.reason,
    }),
  );
  const replaced = values.replaced.map(
    (leaf): ImportedValue => ({ at: leaf.at, path: pathText(leaf.path), fate: 'replaced', text: 'a later file says otherwise' }),
  );
  return { release: map.release, form: isNewForm(values) ? 'v1' : 'v3', packages, chosen, unmet, values: [...own, ...replaced] };
}
