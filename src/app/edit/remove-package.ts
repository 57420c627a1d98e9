import { err, type Result } from '../../model/index.js';
import type { Trouble } from '../trouble.js';
import * as errors from './errors.js';
import {
  checked,
  chosenIn,
  type Editing,
  finish,
  listIn,
  open,
  type PackageRequest,
  pathOf,
  unwritten,
} from './package-editing.js';
import { restingOn } from './requirements.js';
import { type Edited, entryAt, environmentsOf, fileOf, refuse } from './workspace.js';
import { appendItem, removeItem } from './yaml-edit.js';

/** `strata package remove`. */
export async function removePackage(request: PackageRequest): Promise<Result<Edited, Trouble>> {
  const opened = await open(request);
  if (!opened.ok) return opened;
  const editing = opened.value;
  const { workspace, known, component } = editing;
  const { name, environment } = request;
  const places = workspace.validation.environments.filter((one) => environment === undefined || one.name === environment);
  const chosen = new Set(places.flatMap(({ spec }) => chosenIn(spec, component)));
  if (!chosen.has(name)) return err(refuse(errors.notThere(`package "${name}"`, [...chosen].sort())));
  for (const { spec } of places) {
    const resting = restingOn(name, new Set(chosenIn(spec, component)), known);
    if (resting.length > 0 && chosenIn(spec, component).includes(name)) return err(refuse(errors.stillRequired(name, resting)));
  }
  const texts = environment === undefined ? removeEverywhere(editing) : removeHere(editing);
  if (texts === undefined) return err(refuse(errors.notEditable(editing.file, `take the entry "${name}" out`)));
  const done = await checked(editing, texts, { added: [], removed: [name] });
  return done.ok ? finish(editing, texts, { added: [], removed: [name], notes: [] }) : done;
}

/** From the shared file, and from every environment that changes the entry: without it, such a change would add it again. */
function removeEverywhere(editing: Editing): ReadonlyMap<string, string> | undefined {
  const { workspace, request, file } = editing;
  const texts = new Map<string, string>();
  const environments = environmentsOf(workspace).map((one) => fileOf(workspace, one));
  for (const one of environments.filter((path) => entryAt(listIn(editing, path), request.name) !== undefined)) {
    const without = removeItem(workspace.texts.get(one) ?? '', pathOf(editing), request.name);
    if (without === undefined) return undefined;
    texts.set(one, without);
  }
  const list = listIn(editing, file);
  if (list !== undefined && entryAt(list, request.name) === undefined) return texts.size === 0 ? undefined : texts;
  const shared =
    list === undefined ? writeOut(editing) : removeItem(workspace.texts.get(file) ?? '', pathOf(editing), request.name);
  return shared === undefined ? undefined : texts.set(file, shared);
}

/** The list that nobody wrote, without the entry. */
function writeOut(editing: Editing): string | undefined {
  const rest = unwritten(editing).filter((one) => one.name !== editing.request.name);
  return rest.reduce<string | undefined>(
    (text, item) => (text === undefined ? undefined : appendItem(text, pathOf(editing), item)),
    editing.workspace.texts.get(editing.file),
  );
}

/** From one environment: its own entry goes; one of the shared file is taken away there. */
function removeHere(editing: Editing): ReadonlyMap<string, string> | undefined {
  const { workspace, request, file } = editing;
  const own = listIn(editing, file);
  const shared = listIn(editing, fileOf(workspace, undefined));
  if (own === undefined && shared === undefined) return one(file, writeOut(editing));
  const before = workspace.texts.get(file);
  const without =
    before === undefined || entryAt(own, request.name) === undefined ? before : removeItem(before, pathOf(editing), request.name);
  if (without === undefined || entryAt(shared, request.name) === undefined) return one(file, without);
  return one(file, appendItem(without, pathOf(editing), { name: request.name, $patch: 'delete' }));
}

const one = (file: string, text: string | undefined): ReadonlyMap<string, string> | undefined =>
  text === undefined ? undefined : new Map([[file, text]]);
