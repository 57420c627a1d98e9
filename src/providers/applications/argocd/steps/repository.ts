import { join } from 'node:path';
import type { Action, Digest, ReadWorld, Result, Support, Tree, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { isAncestor, readRefs, remoteHead } from '../../../../tools/git/index.js';
import { folderMissing } from '../errors.js';
import { bringBack, importFolder, joinBranch, saveForeignCommits } from '../import.js';

/** The project's folder, and the repository it becomes. */
export interface RepositoryWanted {
  readonly platform: string;
  readonly environment: string;
  readonly folder: Tree;
  readonly name: string;
  readonly branch: string;
  /** Where the git server is. */
  readonly support: Support;
}

/** What the repository holds. */
export interface RepositoryState {
  readonly name: string;
  readonly branch: string;
  /** Commit of the branch: the project's content with any pushes under it. */
  readonly head: string;
  /** Digest of the project's folder as it was imported last; empty where the branch lacks that import. */
  readonly imported: string;
  /** Where commits that are not the project's are kept when the repository is removed, relative to the cache. */
  readonly kept: string;
}

/** Follows the project's folder, one commit per change; the branch contains it, and may contain pushes as well. */
export const importRef = 'refs/strata/project';

/** Absolute folder of a bare repository that the git server serves. */
export const repositoryFolder = (r: ReadWorld, name: string): string => join(r.paths.state, 'git', `${name}.git`);

const markerOf = (git: string): string => join(git, 'strata-imported');
const keptAt = (want: RepositoryWanted): string => join('saved', want.platform, want.environment, `${want.name}.bundle`);
const branchRef = (branch: string): string => `refs/heads/${branch}`;

async function look(want: RepositoryWanted, r: ReadWorld): Promise<Result<RepositoryState | undefined>> {
  const git = repositoryFolder(r, want.name);
  if ((await r.stat(join(git, 'HEAD'))) === undefined) return ok(undefined);
  const refs = await readRefs(r, git);
  if (!refs.ok) return refs;
  const marker = await r.read(markerOf(git));
  if (!marker.ok) return marker;
  const head = refs.value.get(branchRef(want.branch)) ?? '';
  const imported = refs.value.get(importRef);
  const contains = imported === undefined || head === '' ? ok(false) : await isAncestor(r, git, imported, head);
  if (!contains.ok) return contains;
  return ok({
    name: want.name,
    branch: want.branch,
    head,
    imported: contains.value ? (marker.value ?? '') : '',
    kept: keptAt(want),
  });
}

async function sync(want: RepositoryWanted, w: World): Promise<Result<void>> {
  const git = repositoryFolder(w, want.name);
  const folder = join(w.paths.project, want.folder.path);
  if ((await w.stat(folder))?.kind !== 'directory') return err(folderMissing(want.folder.path));
  const fresh = (await w.stat(join(git, 'HEAD'))) === undefined;
  const restored = await bringBack(w, { git, branch: want.branch, fresh, bundle: join(w.paths.cache, keptAt(want)) });
  if (!restored.ok) return restored;
  const imported = await importFolder(w, { git, folder, ref: importRef });
  if (!imported.ok) return imported;
  const joined = await joinBranch(w, { git, ref: branchRef(want.branch), imported: imported.value });
  if (!joined.ok) return joined;
  // Written last: a run killed before this imports again, which changes nothing.
  return w.write(markerOf(git), want.folder.digest satisfies Digest);
}

/** Keeps the git repository in step with the project's folder; a push of the user's own is built upon, never overwritten. */
export const keepRepository: Action<RepositoryWanted, RepositoryState> = {
  observe: look,

  diff(want, got) {
    if (got === undefined) return [{ what: 'repository', to: want.name }];
    if (got.imported === want.folder.digest) return [];
    return [{ what: 'content', ...(got.imported === '' ? {} : { from: got.imported }), to: want.folder.digest }];
  },

  async apply(want, _got, w) {
    const synced = await sync(want, w);
    if (!synced.ok) return synced;
    const state = await look(want, w);
    if (!state.ok) return state;
    return state.value === undefined ? err(folderMissing(want.folder.path)) : ok(state.value);
  },

  async verify(want, got, r) {
    const url = `${want.support.git}/${want.name}.git`;
    const served = await remoteHead(r, url, want.branch);
    const same = served.ok && served.value === got.head;
    const seen = served.ok ? (served.value ?? 'nothing') : served.error.diagnostic.message;
    return [
      same
        ? { claim: `${url} serves branch ${want.branch} at ${got.head}`, verdict: 'pass' }
        : { claim: `${url} serves branch ${want.branch} at ${got.head}; it answered: ${seen}`, verdict: 'fail' },
    ];
  },

  async remove(got, w) {
    const git = repositoryFolder(w, got.name);
    if ((await w.stat(join(git, 'HEAD'))) === undefined) return ok(undefined);
    const saved = await saveForeignCommits(w, {
      git,
      branch: branchRef(got.branch),
      imported: importRef,
      bundle: join(w.paths.cache, got.kept),
    });
    return saved.ok ? w.remove(git) : saved;
  },
};
