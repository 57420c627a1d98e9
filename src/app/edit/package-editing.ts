import { err, ok, type Result, type Spec } from '../../model/index.js';
import { noSuchEnvironment } from '../definition/errors.js';
import type { Validation } from '../definition/index.js';
import { didYouMean } from '../definition/suggest.js';
import type { Plain, Tree } from '../definition/tree.js';
import { type Trouble, troubleWith } from '../trouble.js';
import * as errors from './errors.js';
import { type KnownPackage, knownPackages } from './known-packages.js';
import {
  changeOf,
  checkWith,
  chooseComponent,
  type Edited,
  entriesIn,
  environmentsOf,
  fileOf,
  openWorkspace,
  refuse,
  settingOf,
  treeOf,
  type Workspace,
  writeTexts,
} from './workspace.js';

/** Which list of which definition. */
export interface PackageRequest {
  readonly directory: string;
  /** The environment's file is edited where one is named, else `platform.yaml`. */
  readonly environment?: string | undefined;
  /** Where several components take packages. */
  readonly component?: string | undefined;
  readonly name: string;
  /** Nothing is written. */
  readonly dryRun: boolean;
}

/** An entry as it will be written. */
export type Item = { readonly name: string } & { [key: string]: Plain };

/** Where packages are chosen. */
export const layer = 'services';
/** The setting that holds them. */
export const setting = 'packages';

/** All that both edits need. */
export interface Editing {
  readonly workspace: Workspace;
  readonly request: PackageRequest;
  readonly component: string;
  /** The provider's id: a package of that name delivers the others and cannot be chosen. */
  readonly use: string;
  readonly known: readonly KnownPackage[];
  /** File that is edited. */
  readonly file: string;
}

/** Opens the definition and finds the list. */
export async function open(request: PackageRequest): Promise<Result<Editing, Trouble>> {
  const opened = await openWorkspace(request.directory);
  if (!opened.ok) return opened;
  const workspace = opened.value;
  const { environment } = request;
  const names = environmentsOf(workspace);
  if (environment !== undefined && !names.includes(environment))
    return err(refuse(noSuchEnvironment(environment, didYouMean(environment, names), names)));
  const component = chooseComponent(workspace, { layer, setting, wanted: request.component });
  if (!component.ok) return component;
  const { name, use } = component.value;
  const known = (await knownPackages(workspace.directory)).filter((one) => one.name !== use);
  return ok({ workspace, request, component: name, use, known, file: fileOf(workspace, environment) });
}

/** Way to the list in a file. */
export const pathOf = ({ component }: Editing) => ['spec', layer, { name: component }, 'with', setting];

/** The list as a file writes it. */
export const listIn = (editing: Editing, file: string): Tree | undefined =>
  entriesIn(treeOf(editing.workspace, file), layer, editing.component, setting);

/** Names that a component has chosen in one environment. */
export function chosenIn(spec: Spec | undefined, component: string): readonly string[] {
  const settings = spec?.components.find((one) => one.layer === layer && one.name === component)?.with;
  const list: unknown = typeof settings === 'object' && settings !== null ? Reflect.get(settings, setting) : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const name: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'name') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

/** What the layers below provide. */
export function givenIn({ deps }: Workspace, spec: Spec | undefined): ReadonlySet<string> {
  const used = spec?.components.filter((one) => one.layer !== layer && one.layer !== 'applications') ?? [];
  return new Set(used.flatMap(({ use }) => deps.providers.find((one) => one.id === use)?.facts.provides ?? []));
}

/** Entries that stand for a list nobody wrote: adding to it must not take its defaults away. */
export function unwritten(editing: Editing): readonly Item[] {
  const { workspace, request, component, file, use } = editing;
  if (listIn(editing, file) !== undefined) return [];
  if (request.environment !== undefined) {
    if (listIn(editing, fileOf(workspace, undefined)) !== undefined) return [];
    const spec = workspace.validation.environments.find((one) => one.name === request.environment)?.spec;
    return chosenIn(spec, component).map((name) => ({ name }));
  }
  const provider = workspace.deps.providers.find((one) => one.id === use && one.layer === layer);
  const fallback: unknown = Reflect.get((provider && settingOf(provider.spec, setting)) ?? {}, 'default');
  return Array.isArray(fallback)
    ? fallback.flatMap((one: unknown) => {
        const name: unknown = typeof one === 'object' && one !== null ? Reflect.get(one, 'name') : undefined;
        return typeof name === 'string' ? [{ name }] : [];
      })
    : [];
}

/** Texts that were checked. */
export interface Tried {
  readonly texts: ReadonlyMap<string, string>;
  readonly validation: Validation;
}

/** The edited definition must be valid, and differ in what was meant alone. */
export async function checked(
  editing: Editing,
  texts: ReadonlyMap<string, string>,
  meant: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Promise<Result<Tried, Trouble>> {
  const { workspace, component, request } = editing;
  const validation = await checkWith(workspace, texts);
  if (!validation.valid) return err(troubleWith(validation));
  for (const { name, spec } of validation.environments) {
    const here = request.environment === undefined || request.environment === name;
    const before = chosenIn(workspace.validation.environments.find((one) => one.name === name)?.spec, component);
    const after = chosenIn(spec, component);
    const allowed = here ? [...meant.added, ...meant.removed] : [];
    const other = [...before.filter((one) => !after.includes(one)), ...after.filter((one) => !before.includes(one))];
    const surprising = other.filter((one) => !allowed.includes(one));
    if (surprising.length > 0) return err(refuse(errors.changesMore(name, surprising)));
  }
  return ok({ texts, validation });
}

/** Writes, unless it is only to be shown. */
export async function finish(
  { workspace, request }: Editing,
  texts: ReadonlyMap<string, string>,
  done: Pick<Edited, 'added' | 'removed' | 'notes'>,
): Promise<Result<Edited, Trouble>> {
  if (!request.dryRun) {
    const written = await writeTexts(workspace, texts);
    if (!written.ok) return written;
  }
  const changes = [...texts].map(([file, text]) => changeOf(file, workspace.texts.get(file) ?? '', text));
  return ok({ directory: workspace.directory, changes, ...done, written: !request.dryRun });
}
