import type { Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';
import { gitCommand, gitFailed, judged } from './run.js';

const change = (
  w: World,
  git: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Result<Output>> => w.change({ ...gitCommand(git, args, env), deadlineMs: 120_000 });

/** Makes a bare repository whose HEAD is `branch`; one that exists stays as it is. */
export async function createBare(w: World, git: string, branch: string): Promise<Result<void>> {
  const made = await w.makeDirectory(git);
  if (!made.ok) return made;
  return nothing(judged('init', await change(w, git, ['init', '--quiet', '--bare', `--initial-branch=${branch}`])));
}

/** Stores a folder as a tree and returns the tree's id; `index` is a scratch file that git may write. */
export async function snapshot(
  w: World,
  git: string,
  from: { readonly folder: string; readonly index: string },
): Promise<Result<string>> {
  const env = { GIT_INDEX_FILE: from.index, GIT_WORK_TREE: from.folder };
  // A leftover index of a killed run may be locked or torn; it holds nothing that is not in the folder.
  for (const path of [from.index, `${from.index}.lock`]) {
    const gone = await w.remove(path);
    if (!gone.ok) return gone;
  }
  const command = gitCommand(git, ['add', '--all', '--force', '.'], env);
  const added = judged('add', await w.change({ ...command, cwd: from.folder }));
  if (!added.ok) return added;
  return judged('write-tree', await change(w, git, ['write-tree'], env));
}

/** Who wrote a commit, and when; `at` counts seconds since 1970, UTC. */
export interface Authorship {
  readonly name: string;
  readonly email: string;
  readonly at: number;
}

/** A commit to be made. */
export interface CommitDraft {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly by: Authorship;
}

/** Makes a commit and returns its id; the same draft gives the same id anywhere. */
export async function commitTree(w: World, git: string, draft: CommitDraft): Promise<Result<string>> {
  const { name, email, at } = draft.by;
  const date = `@${at} +0000`;
  const env = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
  const parents = draft.parents.flatMap((parent) => ['-p', parent]);
  return judged('commit-tree', await change(w, git, ['commit-tree', draft.tree, ...parents, '-m', draft.message], env));
}

/** Moves a ref from one commit to another; fails where somebody moved it meanwhile. `from` absent: it must not exist. */
export async function moveRef(
  w: World,
  git: string,
  ref: { readonly name: string; readonly from?: string; readonly to: string },
): Promise<Result<void>> {
  const none = '0'.repeat(40);
  const args = ['update-ref', '-m', 'strata', ref.name, ref.to, ref.from ?? none];
  const done = await change(w, git, args);
  if (!done.ok) return done;
  if (done.value.code === 0) return ok(undefined);
  return err(/cannot lock ref/.test(done.value.stderr) ? movedMeanwhile(ref.name) : gitFailed('update-ref', done.value));
}

/** Merges two commits and returns the merged tree; refuses with the paths that conflict. */
export async function mergeTrees(w: World, git: string, ours: string, theirs: string): Promise<Result<string>> {
  const args = ['merge-tree', '--write-tree', '--allow-unrelated-histories', '-z', '--name-only', '--no-messages', ours, theirs];
  const done = await change(w, git, args);
  if (!done.ok) return done;
  const [tree = '', ...paths] = done.value.stdout.split('\0').filter((part) => part !== '');
  if (done.value.code === 0) return ok(tree);
  return err(done.value.code === 1 ? conflicting(git, paths) : gitFailed('merge-tree', done.value));
}

/** Writes every ref and what it needs into one file. */
export const saveBundle = async (w: World, git: string, file: string): Promise<Result<void>> =>
  nothing(judged('bundle create', await change(w, git, ['bundle', 'create', '--quiet', file, '--all'])));

/** Fetches every ref of a bundle into a repository. */
export const restoreBundle = async (w: World, git: string, file: string): Promise<Result<void>> =>
  nothing(judged('fetch', await change(w, git, ['fetch', '--quiet', '--no-auto-gc', file, '+refs/*:refs/*'])));

const nothing = (result: Result<string>): Result<void> => (result.ok ? ok(undefined) : result);

const movedMeanwhile = (ref: string) =>
  failure('not-ready', 'GIT-REF-MOVED', `${ref} moved while it was being updated: somebody pushed.`, {
    say: 'Run again; the push is kept.',
  });

const conflicting = (git: string, paths: readonly string[]) =>
  failure(
    'conflict',
    'GIT-CONFLICT',
    `A push to ${git} and the project's folder both changed ${[...new Set(paths)].sort().join(', ')}.`,
    {
      say: 'Clone the repository, settle these files, push, and bring the same content into the project folder.',
      command: `git clone ${git}`,
    },
  );
