import { type Diagnostic, err, ok, type Result } from '../../model/index.js';
import { limits } from '../definition/limits.js';
import { parseText } from '../definition/parse.js';
import { child, type Tree } from '../definition/tree.js';
import { didYouMean } from '../definition/suggest.js';
import type { Trouble } from '../trouble.js';
import * as errors from './errors.js';
import { catalogOnly, type KnownPackage, knownPackages } from './known-packages.js';
import { changeOf, type Edited, openWorkspace, refuse, type Workspace, writeTexts } from './workspace.js';
import { type PathPart, replaceText } from './yaml-edit.js';

/** One pin that moves. */
export interface PinMove {
  readonly package: string;
  /** Key of package.yaml, e.g. `spec.source.chart.version`. */
  readonly pin: string;
  readonly from: string;
  readonly to: string;
}

/** What an upgrade did. */
export interface Upgraded extends Edited {
  readonly moves: readonly PinMove[];
  /** Packages whose pins are the catalog's already. */
  readonly current: readonly string[];
}

/** Keys that pin: they move together, or not at all. */
const pins: readonly (readonly string[])[] = [
  ['spec', 'version'],
  ['spec', 'source', 'chart', 'version'],
  ['spec', 'source', 'chart', 'digest'],
  ['spec', 'source', 'chart', 'archive'],
];

/** `strata package upgrade`: moves the pins of the user's own packages to those of the catalog's of the same name. */
export async function upgradePackages(request: {
  readonly directory: string;
  readonly name?: string | undefined;
  readonly dryRun: boolean;
}): Promise<Result<Upgraded, Trouble>> {
  const opened = await openWorkspace(request.directory);
  if (!opened.ok) return opened;
  const workspace = opened.value;
  const known = await knownPackages(workspace.directory);
  const names = known.map(({ name }) => name);
  if (request.name !== undefined && !names.includes(request.name))
    return err(refuse(errors.packageUnknown(request.name, didYouMean(request.name, names), names)));
  const own = known.filter((one) => one.origin === 'own' && (request.name ?? one.name) === one.name);
  const done: Moved = {
    moves: [],
    current: [],
    notes: own.length === 0 ? [errors.nothingPinned(request.name)] : [],
    texts: new Map(),
    before: new Map(),
  };
  const catalog = await catalogOnly();
  for (const one of own)
    await moveOne(
      workspace,
      one,
      catalog.find(({ name }) => name === one.name),
      done,
    );
  if (!request.dryRun) {
    const written = await writeTexts({ ...workspace, texts: done.before }, done.texts);
    if (!written.ok) return written;
  }
  const { moves, current, notes, texts, before } = done;
  const changes = [...texts].map(([file, text]) => changeOf(file, before.get(file) ?? '', text));
  return ok({ directory: workspace.directory, changes, added: [], removed: [], notes, written: !request.dryRun, moves, current });
}

interface Moved {
  readonly moves: PinMove[];
  readonly current: string[];
  readonly notes: Diagnostic[];
  readonly texts: Map<string, string>;
  readonly before: Map<string, string>;
}

async function moveOne({ deps }: Workspace, own: KnownPackage, theirs: KnownPackage | undefined, done: Moved): Promise<void> {
  const mine = await textOf(deps.files, own.file);
  const other = theirs && (await textOf(deps.files, theirs.file));
  if (mine === undefined || other === undefined) {
    done.notes.push(errors.notInCatalog(own.name));
    return;
  }
  const moved = movePins(own.name, mine, other);
  if (!moved.ok) done.notes.push(moved.error);
  else if (moved.value.moves.length === 0) done.current.push(own.name);
  else {
    done.moves.push(...moved.value.moves);
    done.texts.set(own.file, moved.value.text);
    done.before.set(own.file, mine);
  }
}

async function textOf(
  files: { read(path: string, max: number): Promise<{ readonly kind: string; readonly text?: string }> },
  file: string,
) {
  const read = await files.read(file, limits.bytes);
  return read.kind === 'text' ? read.text : undefined;
}

/** The user's text with the catalog's pins. A version is not moved where the digest that must go with it is not known. Pure. */
export function movePins(
  name: string,
  mine: string,
  theirs: string,
): Result<{ readonly text: string; readonly moves: readonly PinMove[] }, Diagnostic> {
  const [here, there] = [parseText(name, mine).tree, parseText(name, theirs).tree];
  const moves: PinMove[] = [];
  let text: string | undefined = mine;
  for (const path of pins) {
    const [from, to] = [pinAt(here, path), pinAt(there, path)];
    if (from === undefined || from === to) continue;
    if (to === undefined) {
      if (pinAt(here, ['spec', 'version']) === pinAt(there, ['spec', 'version'])) continue;
      return err(errors.pinWithoutMatch(name, path.join('.')));
    }
    text = text && replaceText(text, path as readonly PathPart[], to);
    moves.push({ package: name, pin: path.join('.'), from, to });
  }
  return text === undefined ? err(errors.notEditable(`packages/${name}/package.yaml`, 'set the versions')) : ok({ text, moves });
}

function pinAt(tree: Tree | undefined, path: readonly string[]): string | undefined {
  const found = path.reduce<Tree | undefined>((at, key) => child(at, key), tree);
  return found?.kind === 'scalar' && found.value !== null ? found.source : undefined;
}
