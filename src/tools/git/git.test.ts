import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../host/index.js';
import type { Result, World } from '../../model/index.js';
import {
  commitTree,
  countCommits,
  createBare,
  isAncestor,
  mergeTrees,
  moveRef,
  readRefs,
  remoteHead,
  restoreBundle,
  saveBundle,
  snapshot,
  topLevelChanges,
  treeOf,
} from './index.js';

let root: string;
let w: World;
let git: string;

const good = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.diagnostic.message);
  return result.value;
};

function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), body);
  }
  return folder;
}

const by = { name: 'Strata', email: 'strata@localhost', at: 1_577_836_800 };
const shoot = async (files: Readonly<Record<string, string>>): Promise<string> =>
  good(await snapshot(w, git, { folder: folderOf('content', files), index: join(root, 'state', 'index') }));

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'git-tool-'));
  const paths = { cache: join(root, 'cache'), state: join(root, 'state'), catalog: root, project: root };
  w = await createWorld({ paths, signal: new AbortController().signal, emit: () => undefined });
  git = join(root, 'state', 'r.git');
  good(await createBare(w, git, 'main'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a bare repository', () => {
  it('is made once and stays as it is', async () => {
    good(await createBare(w, git, 'main'));
    expect(execFileSync('git', ['--git-dir', git, 'symbolic-ref', 'HEAD'], { encoding: 'utf8' })).toBe('refs/heads/main\n');
    expect(good(await readRefs(w, git)).size).toBe(0);
  });

  it('gives the same commit for the same content', async () => {
    const tree = await shoot({ 'hello/a.yaml': 'a: 1\n' });
    expect(await shoot({ 'hello/a.yaml': 'a: 1\n' })).toBe(tree);
    const draft = { tree, parents: [], message: 'Add hello', by };
    const commit = good(await commitTree(w, git, draft));
    expect(good(await commitTree(w, git, draft))).toBe(commit);
    expect(commit).toBe('7205f62033d588c3219afe8aaa58ea266911df46');
    expect(good(await treeOf(w, git, commit))).toBe(tree);
  });

  it('takes files that the user’s own git would ignore', async () => {
    const tree = await shoot({ '.gitignore': '*.log\n', 'kept.log': 'x' });
    expect(good(await topLevelChanges(w, git, { after: tree })).map((c) => c.name)).toEqual(['.gitignore', 'kept.log']);
  });

  it('moves a ref only from where it was believed to be', async () => {
    const one = good(await commitTree(w, git, { tree: await shoot({ a: '1' }), parents: [], message: 'one', by }));
    const two = good(await commitTree(w, git, { tree: await shoot({ a: '2' }), parents: [one], message: 'two', by }));
    good(await moveRef(w, git, { name: 'refs/heads/moved', to: one }));
    good(await moveRef(w, git, { name: 'refs/heads/moved', from: one, to: two }));
    const late = await moveRef(w, git, { name: 'refs/heads/moved', from: one, to: two });
    expect(late.ok ? '' : late.error.diagnostic.code).toBe('GIT-REF-MOVED');
    expect(good(await countCommits(w, git, two))).toBe(2);
    expect(good(await isAncestor(w, git, one, two))).toBe(true);
    expect(good(await isAncestor(w, git, two, one))).toBe(false);
    expect(good(await isAncestor(w, git, 'f'.repeat(40), one))).toBe(false);
  });

  it('names what was added, changed and removed at the top', async () => {
    const before = await shoot({ 'a/x': '1', 'b/x': '1', 'c/x': '1' });
    const after = await shoot({ 'b/x': '1', 'c/x': '2', 'd/x y': '1' });
    expect(good(await topLevelChanges(w, git, { before, after }))).toEqual([
      { what: 'removed', name: 'a' },
      { what: 'changed', name: 'c' },
      { what: 'added', name: 'd' },
    ]);
  });

  it('merges what does not touch and names what does', async () => {
    const commit = async (files: Readonly<Record<string, string>>, parents: readonly string[]) =>
      good(await commitTree(w, git, { tree: await shoot(files), parents, message: 'm', by }));
    const base = await commit({ 'a/x': '1\n', 'b/x': '1\n' }, []);
    const pushed = await commit({ 'a/x': 'pushed\n', 'b/x': '1\n' }, [base]);
    const apart = await commit({ 'a/x': '1\n', 'b/x': 'project\n' }, [base]);
    const merged = good(await mergeTrees(w, git, pushed, apart));
    expect(merged).toBe(await shoot({ 'a/x': 'pushed\n', 'b/x': 'project\n' }));
    const against = await commit({ 'a/x': 'project\n', 'b/x': '1\n' }, [base]);
    const clash = await mergeTrees(w, git, pushed, against);
    expect(clash.ok ? '' : clash.error.kind).toBe('conflict');
    expect(clash.ok ? '' : clash.error.diagnostic.message).toContain('a/x');
  });

  it('comes back from a bundle, refs of any name included', async () => {
    const commit = good(await commitTree(w, git, { tree: await shoot({ a: '1' }), parents: [], message: 'kept', by }));
    good(await moveRef(w, git, { name: 'refs/strata/kept', to: commit }));
    const file = join(root, 'state', 'r.bundle');
    good(await saveBundle(w, git, file));
    const second = join(root, 'state', 'second.git');
    good(await createBare(w, second, 'main'));
    good(await restoreBundle(w, second, file));
    expect(good(await readRefs(w, second)).get('refs/strata/kept')).toBe(commit);
  });

  it('answers at an address, or says that it does not', async () => {
    const there = await remoteHead(w, git, 'moved');
    expect(good(there)).toMatch(/^[0-9a-f]{40}$/);
    expect(good(await remoteHead(w, git, 'nothing'))).toBeUndefined();
    const none = await remoteHead(w, join(root, 'none.git'), 'main');
    expect(none.ok ? '' : none.error.diagnostic.code).toBe('GIT-FAILED');
  });
});
