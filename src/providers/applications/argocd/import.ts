import { dirname } from 'node:path';
import type { Result, World } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import type { Authorship, TopLevelChange } from '../../../tools/git/index.js';
import {
  commitTree,
  countCommits,
  createBare,
  isAncestor,
  mergeTrees,
  moveRef,
  readRefs,
  restoreBundle,
  saveBundle,
  snapshot,
  topLevelChanges,
  treeOf,
} from '../../../tools/git/index.js';

/**
 * Commits carry no clock: the n-th is dated n seconds after 2020-01-01T00:00:00Z, so that the same content gives the
 * same commits on every rebuild, in order.
 */
const firstSecond = 1_577_836_800;
const author = (generation: number): Authorship => ({ name: 'Strata', email: 'strata@localhost', at: firstSecond + generation });

/** Makes the repository; a fresh one gets back the pushes that its predecessor's removal kept. */
export async function bringBack(
  w: World,
  at: { readonly git: string; readonly branch: string; readonly fresh: boolean; readonly bundle: string },
): Promise<Result<void>> {
  const made = await createBare(w, at.git, at.branch);
  if (!made.ok || !at.fresh || (await w.stat(at.bundle)) === undefined) return made;
  w.note(`Brings back pushed commits from ${at.bundle}`);
  return restoreBundle(w, at.git, at.bundle);
}

/** Commits the folder on the ref that follows it, if it differs; returns the ref's commit. */
export async function importFolder(
  w: World,
  from: { readonly git: string; readonly folder: string; readonly ref: string },
): Promise<Result<string>> {
  const tree = await snapshot(w, from.git, { folder: from.folder, index: `${from.git}/strata-index` });
  if (!tree.ok) return tree;
  const refs = await readRefs(w, from.git);
  if (!refs.ok) return refs;
  const last = refs.value.get(from.ref);
  const before = last === undefined ? ok(undefined) : await treeOf(w, from.git, last);
  if (!before.ok) return before;
  if (last !== undefined && before.value === tree.value) return ok(last);
  const changes = await topLevelChanges(w, from.git, {
    ...(before.value === undefined ? {} : { before: before.value }),
    after: tree.value,
  });
  if (!changes.ok) return changes;
  const generation = last === undefined ? ok(0) : await countCommits(w, from.git, last);
  if (!generation.ok) return generation;
  const commit = await commitTree(w, from.git, {
    tree: tree.value,
    parents: last === undefined ? [] : [last],
    message: summary(changes.value),
    by: author(generation.value),
  });
  if (!commit.ok) return commit;
  const moved = await moveRef(w, from.git, { name: from.ref, ...(last === undefined ? {} : { from: last }), to: commit.value });
  if (!moved.ok) return moved;
  w.note(`Committed ${summary(changes.value)}`);
  return commit;
}

/** `Add board; change hello`: what a reader of the log wants to know. */
export function summary(changes: readonly TopLevelChange[]): string {
  const verbs = { added: 'add', changed: 'change', removed: 'remove' } as const;
  const parts = (['added', 'changed', 'removed'] as const).flatMap((what) => {
    const names = changes.filter((change) => change.what === what).map((change) => change.name);
    return names.length === 0 ? [] : [`${verbs[what]} ${names.join(', ')}`];
  });
  const text = parts.join('; ');
  return text === '' ? 'Nothing yet' : text.charAt(0).toUpperCase() + text.slice(1);
}

/** Makes the branch contain the import: by moving it forward, or by a merge on top of what was pushed. */
export async function joinBranch(
  w: World,
  into: { readonly git: string; readonly ref: string; readonly imported: string },
): Promise<Result<void>> {
  const { git, ref, imported } = into;
  const refs = await readRefs(w, git);
  if (!refs.ok) return refs;
  const head = refs.value.get(ref);
  if (head === undefined) return moveRef(w, git, { name: ref, to: imported });
  const contained = await isAncestor(w, git, imported, head);
  if (!contained.ok || contained.value) return contained.ok ? ok(undefined) : contained;
  const behind = await isAncestor(w, git, head, imported);
  if (!behind.ok) return behind;
  const next = behind.value ? ok(imported) : await merge(w, git, head, imported);
  return next.ok ? moveRef(w, git, { name: ref, from: head, to: next.value }) : next;
}

async function merge(w: World, git: string, pushed: string, imported: string): Promise<Result<string>> {
  const tree = await mergeTrees(w, git, pushed, imported);
  if (!tree.ok) return tree;
  const generation = await countCommits(w, git, pushed);
  if (!generation.ok) return generation;
  w.note('Puts the project’s change on top of what was pushed');
  return commitTree(w, git, {
    tree: tree.value,
    parents: [pushed, imported],
    message: 'Merge the project’s applications',
    by: author(generation.value),
  });
}

/** Before the repository goes: keeps commits that somebody pushed, since the project does not hold them. */
export async function saveForeignCommits(
  w: World,
  at: { readonly git: string; readonly branch: string; readonly imported: string; readonly bundle: string },
): Promise<Result<void>> {
  const refs = await readRefs(w, at.git);
  if (!refs.ok) return refs;
  const head = refs.value.get(at.branch);
  const imported = refs.value.get(at.imported);
  if (head === undefined) return w.remove(at.bundle);
  const ours = imported === undefined ? ok(false) : await isAncestor(w, at.git, head, imported);
  if (!ours.ok) return ours;
  if (ours.value) return w.remove(at.bundle);
  const folder = await w.makeDirectory(dirname(at.bundle));
  if (!folder.ok) return folder;
  const saved = await saveBundle(w, at.git, at.bundle);
  if (saved.ok) w.note(`Commits that were pushed are kept in ${at.bundle}; the next up brings them back`);
  return saved;
}
