import { basename, join, resolve } from 'node:path';
import { definitionFiles } from '../../host/definition-files.js';
import { programFolder } from '../../host/places.js';
import { err, ok, type Result } from '../../model/index.js';
import { providers } from '../../providers/registry.js';
import { compiled } from './compiled.js';
import * as errors from './errors.js';
import {
  type Definition,
  type DefinitionDeps,
  type DefinitionRequest,
  environmentSchema,
  type JsonSchema,
  loadDefinition,
  type Problems,
  platformSchema,
  type Validation,
  validateDefinition,
} from './index.js';
import { namePattern, nearestName } from './names.js';
import { scaffold } from './scaffold.js';

/** What checks need on this machine: the checks the build made, or else our own. */
export const depsOf = async (): Promise<DefinitionDeps> => ({
  files: definitionFiles,
  providers,
  validators: compiled ?? (await import('./compile-validators.js')).compileValidators(providers),
});

/** Checks a definition on this machine's disk; every environment where none is named. */
export const validate = async (request: DefinitionRequest): Promise<Validation> => validateDefinition(await depsOf(), request);

/** Loads one environment of a definition on this machine's disk. */
export const load = async (request: DefinitionRequest): Promise<Result<Definition, Problems>> =>
  loadDefinition(await depsOf(), request);

/** The published schema of a kind of file. */
export const schema = (kind: 'platform' | 'environment'): JsonSchema =>
  kind === 'platform' ? platformSchema(providers) : environmentSchema(providers);

/** Writes a new definition; refuses, and writes nothing, where one of its files exists. */
export async function init(request: {
  readonly directory: string;
  readonly name?: string | undefined;
}): Promise<Result<readonly string[], Problems>> {
  const name = request.name ?? (nearestName(basename(resolve(request.directory))) || 'platform');
  if (!new RegExp(namePattern).test(name)) return err({ diagnostics: [errors.badNameGiven(name)], sources: new Map() });
  const example = await definitionFiles.walk(join(programFolder(), 'examples', 'local'));
  const files = scaffold({ name, example, providers });
  const paths = files.map((file) => ({
    path: `${request.directory === '.' ? '' : `${request.directory}/`}${file.path}`,
    text: file.text,
  }));
  const taken: string[] = [];
  for (const { path } of paths)
    if ((await definitionFiles.read(path, Number.MAX_SAFE_INTEGER)).kind !== 'absent') taken.push(path);
  if (taken.length > 0) return err({ diagnostics: [errors.initWouldOverwrite(taken)], sources: new Map() });
  const written: string[] = [];
  for (const { path, text } of paths) {
    if (await definitionFiles.create(path, text)) written.push(path);
    else return err({ diagnostics: [errors.initWouldOverwrite([path])], sources: new Map() });
  }
  return ok(written);
}
