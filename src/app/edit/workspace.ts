import { statPath, writeAtomically } from '../../host/files.js';
import { type Component, type Diagnostic, err, ok, type Result, type Span } from '../../model/index.js';
import { type DefinitionDeps, validateDefinition, type Validation } from '../definition/index.js';
import { limits } from '../definition/limits.js';
import { parseText } from '../definition/parse.js';
import { child, type Tree, textOf } from '../definition/tree.js';
import { depsOf } from '../definition/use-cases.js';
import { type Trouble, troubleOf, troubleWith } from '../trouble.js';
import * as errors from './errors.js';

/** A valid definition, opened for editing. */
export interface Workspace {
  readonly deps: DefinitionDeps;
  readonly directory: string;
  /** Texts by the name the user knows them under. */
  readonly texts: ReadonlyMap<string, string>;
  readonly validation: Validation;
}

/** Lines that went and came, in one file. */
export interface FileChange {
  readonly file: string;
  /** First line that differs, from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What an edit did, or would do. */
export interface Edited {
  readonly directory: string;
  readonly changes: readonly FileChange[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What the user should know, none of it in the way. */
  readonly notes: readonly Diagnostic[];
  readonly written: boolean;
}

/** One finding as the reason why nothing was changed. */
export const refuse = (diagnostic: Diagnostic, sources: ReadonlyMap<string, string> = new Map()): Trouble => ({
  kind: 'invalid',
  diagnostics: [diagnostic],
  sources,
});

/** Reads and checks; only a definition without errors is edited. */
export async function openWorkspace(directory: string): Promise<Result<Workspace, Trouble>> {
  const deps = await depsOf();
  const validation = await validateDefinition(deps, { directory });
  if (!validation.valid) return err(troubleWith(validation));
  return ok({ deps, directory: validation.directory, texts: validation.sources, validation });
}

const inFolder = (folder: string, name: string): string =>
  folder === '.' ? name : folder === '/' ? `/${name}` : `${folder}/${name}`;

/** `platform.yaml`, or the file of an environment, as the user knows it. */
export const fileOf = ({ directory }: Workspace, environment: string | undefined): string =>
  inFolder(directory, environment === undefined ? 'platform.yaml' : `environments/${environment}.yaml`);

/** Names of the environments, sorted. */
export const environmentsOf = ({ validation }: Workspace): readonly string[] => validation.environments.map(({ name }) => name);

/** The file's data with places. */
export const treeOf = ({ texts }: Workspace, file: string): Tree | undefined => parseText(file, texts.get(file) ?? '').tree;

/** Components of a layer in any of the environments that accept a setting, by name. */
export function componentsWith(workspace: Workspace, layer: string, setting: string): readonly Component[] {
  const { providers } = workspace.deps;
  const found = new Map<string, Component>();
  for (const { spec } of workspace.validation.environments) {
    for (const component of spec?.components ?? []) {
      const provider = providers.find((one) => one.id === component.use && one.layer === component.layer);
      if (component.layer === layer && provider !== undefined && settingOf(provider.spec, setting) !== undefined)
        found.set(component.name, component);
    }
  }
  return [...found.values()];
}

/** The schema of one setting of a provider. */
export function settingOf(schema: object, name: string): object | undefined {
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, name)) return undefined;
  const found: unknown = Reflect.get(properties, name);
  return typeof found === 'object' && found !== null ? found : undefined;
}

/** The one component that takes an entry. */
export function chooseComponent(
  workspace: Workspace,
  at: { readonly layer: string; readonly setting: string; readonly wanted: string | undefined },
): Result<Component, Trouble> {
  const all = componentsWith(workspace, at.layer, at.setting);
  const fitting = at.wanted === undefined ? all : all.filter(({ name }) => name === at.wanted);
  const [only, second] = fitting;
  if (only === undefined || second !== undefined)
    return err(
      refuse(
        errors.noPlace(
          at.setting,
          all.map(({ name }) => name),
        ),
      ),
    );
  return ok(only);
}

/** The list of entries that one file writes for a component. */
export function entriesIn(tree: Tree | undefined, layer: string, component: string, setting: string): Tree | undefined {
  const list = child(child(tree, 'spec'), layer);
  const entry = list?.kind === 'list' ? list.items.find((item) => textOf(item, 'name') === component) : undefined;
  return child(child(entry, 'with'), setting);
}

/** Where a list has an entry of a name. */
export function entryAt(list: Tree | undefined, name: string): Span | undefined {
  const item = list?.kind === 'list' ? list.items.find((one) => textOf(one, 'name') === name) : undefined;
  return item === undefined ? undefined : (child(item, 'name')?.at ?? item.at);
}

/** Checks the definition as it would be with these texts. */
export function checkWith(workspace: Workspace, texts: ReadonlyMap<string, string>): Promise<Validation> {
  const { files } = workspace.deps;
  const deps: DefinitionDeps = {
    ...workspace.deps,
    files: {
      ...files,
      read: async (path, max) => {
        const text = texts.get(path);
        return text === undefined ? files.read(path, max) : { kind: 'text', text };
      },
    },
  };
  return validateDefinition(deps, { directory: workspace.directory });
}

/** Writes each file whole, or not at all; a file that somebody changed meanwhile is left alone. */
export async function writeTexts(workspace: Workspace, texts: ReadonlyMap<string, string>): Promise<Result<void, Trouble>> {
  for (const file of texts.keys()) {
    const stat = await statPath(file);
    if (stat?.kind !== 'file') return err(refuse(errors.notWritten(file, stat === undefined ? 'it is gone' : 'it is a link')));
    const read = await workspace.deps.files.read(file, limits.bytes);
    if (read.kind !== 'text' || read.text !== workspace.texts.get(file))
      return err({ ...refuse(errors.notWritten(file, 'somebody changed it meanwhile')), kind: 'conflict' });
  }
  for (const [file, text] of texts) {
    const mode = (await statPath(file))?.mode;
    const done = await writeAtomically(file, text, mode === undefined ? {} : { mode });
    if (!done.ok) return err(troubleOf(done.error));
  }
  return ok(undefined);
}

/** The lines that differ, between the first and the last that do. */
export function changeOf(file: string, before: string, after: string): FileChange {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return { file, line: start + 1, removed: old.slice(start, old.length - end), added: now.slice(start, now.length - end) };
}
