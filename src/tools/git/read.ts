import type { ReadWorld, Result } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { gitFailed, isolation, judged, look } from './run.js';

/** Commit of each ref by its full name; empty for a repository without any. */
export async function readRefs(r: ReadWorld, git: string): Promise<Result<ReadonlyMap<string, string>>> {
  const listed = judged('for-each-ref', await look(r, git, ['for-each-ref', '--format=%(objectname) %(refname)']));
  if (!listed.ok) return listed;
  const lines = listed.value.split('\n').filter((line) => line !== '');
  return ok(new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))])));
}

/** Tree of a commit. */
export const treeOf = async (r: ReadWorld, git: string, commit: string): Promise<Result<string>> =>
  judged('rev-parse', await look(r, git, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]));

/** Number of commits reachable from a commit. */
export async function countCommits(r: ReadWorld, git: string, commit: string): Promise<Result<number>> {
  const counted = judged('rev-list', await look(r, git, ['rev-list', '--count', '--end-of-options', commit]));
  return counted.ok ? ok(Number(counted.value)) : counted;
}

/** Whether `older` is `newer` or one of its ancestors; a commit the repository does not hold is nobody's ancestor. */
export async function isAncestor(r: ReadWorld, git: string, older: string, newer: string): Promise<Result<boolean>> {
  if (older === newer) return ok(true);
  const done = await look(r, git, ['merge-base', '--is-ancestor', older, newer]);
  if (!done.ok) return done;
  if (done.value.code === 0) return ok(true);
  // 1: no ancestor; 128: one of them is not in this repository.
  return done.value.code === 1 || done.value.code === 128 ? ok(false) : err(gitFailed('merge-base', done.value));
}

/** A file or folder at the top of a tree that differs between two trees. */
export interface TopLevelChange {
  readonly what: 'added' | 'removed' | 'changed';
  readonly name: string;
}

/** Differences at the top level of two trees, sorted by name; `before` absent means an empty tree. */
export async function topLevelChanges(
  r: ReadWorld,
  git: string,
  trees: { readonly before?: string; readonly after: string },
): Promise<Result<readonly TopLevelChange[]>> {
  const args =
    trees.before === undefined
      ? ['ls-tree', '-z', '--name-only', trees.after]
      : ['diff-tree', '-z', '--name-status', '--no-renames', trees.before, trees.after];
  const done = judged(args[0] ?? '', await look(r, git, args));
  if (!done.ok) return done;
  const parts = done.value.split('\0').filter((part) => part !== '');
  if (trees.before === undefined) return ok(parts.map((name) => ({ what: 'added', name })));
  return ok(pairs(parts).map(([status, name]) => ({ what: statusWords[status] ?? 'changed', name })));
}

const statusWords: Readonly<Record<string, TopLevelChange['what']>> = { A: 'added', D: 'removed' };

function pairs(parts: readonly string[]): readonly (readonly [string, string])[] {
  return parts.flatMap((part, i) => {
    const next = parts[i + 1];
    return i % 2 === 0 && next !== undefined ? [[part, next] as const] : [];
  });
}

/** Commit a branch has at a remote address; `undefined` where the remote has no such branch. */
export async function remoteHead(r: ReadWorld, url: string, branch: string): Promise<Result<string | undefined>> {
  const args = ['ls-remote', '--heads', '--end-of-options', url, `refs/heads/${branch}`];
  const done = judged('ls-remote', await r.query({ tool: 'git', args, env: isolation, deadlineMs: 20_000 }));
  if (!done.ok) return done;
  return ok(done.value === '' ? undefined : done.value.split('\t')[0]);
}
