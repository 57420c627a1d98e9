import { type Diagnostic, err, ok, type Result } from '../../model/index.js';
import type { Validation } from '../definition/index.js';
import { didYouMean } from '../definition/suggest.js';
import type { Trouble } from '../trouble.js';
import * as errors from './errors.js';
import {
  checked,
  chosenIn,
  type Editing,
  finish,
  givenIn,
  type Item,
  listIn,
  open,
  type PackageRequest,
  pathOf,
  type Tried,
  unwritten,
} from './package-editing.js';
import { unmetBy } from './requirements.js';
import { readSettings, secretsIn } from './settings.js';
import { type Edited, entryAt, fileOf, refuse } from './workspace.js';
import { appendItem } from './yaml-edit.js';

/** What to add, and how. */
export interface AddRequest extends PackageRequest {
  readonly settings: readonly string[];
  readonly size?: string | undefined;
  readonly withRequirements: boolean;
}

/** `strata package add`. */
export async function addPackage(request: AddRequest): Promise<Result<Edited, Trouble>> {
  const opened = await open(request);
  if (!opened.ok) return opened;
  const editing = opened.value;
  const first = entryFor(editing, request);
  if (!first.ok) return first;
  const items = [first.value];
  const secrets = secretsIn(first.value.values ?? {}).map(errors.settingIsSecret);
  const notes: Diagnostic[] = [];
  for (;;) {
    const tried = await tryAdding(editing, items);
    if (!tried.ok) return tried;
    const lacking = lackingOf(editing, tried.value.validation, items);
    notes.push(
      ...lacking.flatMap(({ one, unmet }) =>
        unmet.filter(isUnknown).map((u) => errors.requirementUnknown(one.name, u.capability)),
      ),
    );
    const unmet = lacking.flatMap(({ unmet: all }) => all.filter((u) => !isUnknown(u)));
    if (unmet.length === 0)
      return finish(editing, tried.value.texts, { added: items.map(nameOf), removed: [], notes: unique([...secrets, ...notes]) });
    const choices = new Set(unmet.flatMap(({ offers }) => (offers.length === 1 ? offers : [])));
    if (!request.withRequirements || unmet.some(({ offers }) => offers.length !== 1))
      return err(refuse(errors.requirementUnmet(request.name, distinct(unmet))));
    items.unshift(...[...choices].map((name): Item => ({ name })));
    notes.length = 0;
  }
}

const nameOf = ({ name }: Item): string => name;
const isUnknown = ({ offers }: { readonly offers: readonly string[] }): boolean => offers.length === 0;
const unique = (notes: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(notes.map((one) => [one.message, one])).values(),
];
const distinct = <T extends { readonly capability: string }>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [one.capability, one])).values(),
];

/** The entry as it will be written, once nothing speaks against it. */
function entryFor(editing: Editing, request: AddRequest): Result<Item, Trouble> {
  const { name, size } = request;
  const { known, file, workspace } = editing;
  const found = known.find((one) => one.name === name);
  const names = known.map((one) => one.name);
  if (found === undefined) return err(refuse(errors.packageUnknown(name, didYouMean(name, names), names)));
  if (found.problem !== undefined) return err(refuse(errors.packageUnreadable(name, found.file, found.problem)));
  const there = entryAt(listIn(editing, file), name) ?? inherited(editing, name);
  if (there !== undefined) return err(refuse(errors.alreadyThere(`package "${name}"`, there), workspace.texts));
  if (size !== undefined && !found.sizes.includes(size)) return err(refuse(errors.sizeUnknown(name, size, found.sizes)));
  const values = readSettings(request.settings);
  if (!values.ok) return err(refuse(values.error));
  const strange = found.anyValue ? undefined : Object.keys(values.value).find((key) => !found.settings.includes(key));
  if (strange !== undefined)
    return err(refuse(errors.valueUnknown(name, strange, didYouMean(strange, found.settings), found.settings)));
  return ok({ name, ...(size !== undefined && { size }), ...(request.settings.length > 0 && { values: values.value }) });
}

/** In an environment, an entry of the shared file is there already too; a default that nobody wrote as well. */
function inherited(editing: Editing, name: string) {
  const { request, workspace, component } = editing;
  const environments = workspace.validation.environments.filter(
    (one) => request.environment === undefined || one.name === request.environment,
  );
  const platform = fileOf(workspace, undefined);
  if (request.environment === undefined && listIn(editing, platform) !== undefined) return undefined;
  const everywhere = environments.every(({ spec }) => chosenIn(spec, component).includes(name));
  if (!everywhere) return undefined;
  return entryAt(listIn(editing, platform), name) ?? environments[0]?.spec?.components.find((one) => one.name === component)?.at;
}

async function tryAdding(editing: Editing, items: readonly Item[]): Promise<Result<Tried, Trouble>> {
  const { workspace, file } = editing;
  let text: string | undefined = workspace.texts.get(file);
  for (const item of [...unwritten(editing), ...items])
    text = text === undefined ? undefined : appendItem(text, pathOf(editing), item);
  if (text === undefined)
    return err(refuse(errors.notEditable(file, `add "- name: ${items.at(-1)?.name ?? ''}" to the packages`)));
  return checked(editing, new Map([[file, text]]), { added: items.map(nameOf), removed: [] });
}

function lackingOf({ known, component, workspace, request }: Editing, validation: Validation, items: readonly Item[]) {
  return validation.environments
    .filter(({ name }) => request.environment === undefined || request.environment === name)
    .flatMap(({ spec }) => {
      const chosen = new Set(chosenIn(spec, component));
      const given = givenIn(workspace, spec);
      return known
        .filter(({ name }) => chosen.has(name) && items.some((item) => item.name === name))
        .map((one) => ({ one, unmet: unmetBy(one, chosen, known, given) }));
    });
}
