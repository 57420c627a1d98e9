import { type Diagnostic, err, ok, type Result, type Spec } from '../../model/index.js';
import * as errors from './errors.js';
import type { DefinitionFiles } from './files.js';
import { limits } from './limits.js';
import { type LoadParts, loadTexts, readProblem, type SourceText, tidy } from './load.js';
import { didYouMean } from './suggest.js';

export type { DefinitionFiles, Read } from './files.js';
export { environmentSchema, type JsonSchema, platformSchema } from './schema.js';
export { type Scaffolded, scaffold } from './scaffold.js';
export { didYouMean } from './suggest.js';

/** What loading a definition needs. */
export interface DefinitionDeps extends LoadParts {
  readonly files: DefinitionFiles;
}

/** Which definition. */
export interface DefinitionRequest {
  /** Folder of `platform.yaml`, or that file. */
  readonly directory: string;
  /** Name of an environment; where absent the only one, or else the one called `local`. */
  readonly environment?: string | undefined;
}

/** Problems with the texts they point into, so that a report can show the lines. */
export interface Problems {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** A definition that passed every check; `diagnostics` holds warnings only. */
export interface Definition extends Problems {
  readonly directory: string;
  readonly spec: Spec;
}

/** What `validate` found: one entry per environment that was looked at. */
export interface Validation extends Problems {
  readonly directory: string;
  readonly valid: boolean;
  readonly environments: readonly { readonly name: string; readonly spec?: Spec }[];
}

/** Used where several environments exist and none was chosen: building on this machine harms no other. */
const usual = 'local';

/** Loads the definition of one environment; all its problems at once where it has any. */
export async function loadDefinition(deps: DefinitionDeps, request: DefinitionRequest): Promise<Result<Definition, Problems>> {
  const directory = folderOf(request.directory);
  const names = await environmentNames(deps.files, directory);
  const platform = await readPlatform(deps.files, directory);
  if (!platform.ok) return platform;
  const chosen = request.environment ?? (names.length === 1 ? names[0] : names.find((name) => name === usual));
  if (chosen === undefined) return err(problems(errors.environmentNeeded(names)));
  const loaded = await loadOne(deps, directory, platform.value, chosen, names);
  const { spec, diagnostics, sources } = loaded;
  return spec === undefined ? err({ diagnostics, sources }) : ok({ directory, spec, diagnostics, sources });
}

/** Checks every environment, or the one that was asked for. */
export async function validateDefinition(deps: DefinitionDeps, request: DefinitionRequest): Promise<Validation> {
  const directory = folderOf(request.directory);
  const names = await environmentNames(deps.files, directory);
  const platform = await readPlatform(deps.files, directory);
  if (!platform.ok) return { directory, valid: false, environments: [], ...platform.error };
  const wanted = request.environment === undefined ? names.slice(0, limits.environments) : [request.environment];
  if (wanted.length === 0) return { directory, valid: false, environments: [], ...problems(errors.environmentNeeded(names)) };
  const loaded = [];
  for (const name of wanted) loaded.push({ name, ...(await loadOne(deps, directory, platform.value, name, names)) });
  const diagnostics = tidy(loaded.flatMap((one) => one.diagnostics));
  return {
    directory,
    valid: loaded.every((one) => one.spec !== undefined),
    environments: loaded.map(({ name, spec }) => ({ name, ...(spec && { spec }) })),
    diagnostics,
    sources: new Map(loaded.flatMap((one) => [...one.sources])),
  };
}

/** Names of the environments beside a platform, sorted. */
export async function environmentNames(files: DefinitionFiles, directory: string): Promise<readonly string[]> {
  const names = await files.list(inFolder(folderOf(directory), 'environments'));
  return names.filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length));
}

const problems = (...diagnostics: readonly Diagnostic[]): Problems => ({ diagnostics, sources: new Map() });

/** `platform.yaml` itself may be named; the folder is meant. */
function folderOf(path: string): string {
  const folder = path.replace(/(^|\/)platform\.yaml$/, '').replace(/(.)\/+$/, '$1');
  return folder === '' ? '.' : folder;
}

const inFolder = (folder: string, name: string): string =>
  folder === '.' ? name : folder === '/' ? `/${name}` : `${folder}/${name}`;

async function readPlatform(files: DefinitionFiles, directory: string): Promise<Result<SourceText, Problems>> {
  const file = inFolder(directory, 'platform.yaml');
  const read = await files.read(file, limits.bytes);
  if (read.kind === 'text') return ok({ file, text: read.text });
  return err(problems(read.kind === 'absent' ? errors.noPlatform(directory) : readProblem(file, read)));
}

async function loadOne(
  deps: DefinitionDeps,
  directory: string,
  platform: SourceText,
  name: string,
  names: readonly string[],
): Promise<Problems & { readonly spec?: Spec }> {
  if (!names.includes(name)) return problems(errors.noSuchEnvironment(name, didYouMean(name, names), names));
  const file = inFolder(directory, `environments/${name}.yaml`);
  const read = await deps.files.read(file, limits.bytes);
  if (read.kind === 'absent') return problems(errors.noSuchEnvironment(name, undefined, names));
  const sources = new Map([[platform.file, platform.text]]);
  if (read.kind !== 'text') return { diagnostics: [readProblem(file, read)], sources };
  sources.set(file, read.text);
  return { ...loadTexts(platform, { name, file, text: read.text }, deps), sources };
}
