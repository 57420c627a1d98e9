import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogReader, createWorld } from '../../../../host/index.js';
import type { Failure, Result, World } from '../../../../model/index.js';
import { keepRepository, type RepositoryState, type RepositoryWanted } from './repository.js';

let root: string;
let notes: string[];

const good = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.diagnostic.message);
  return result.value;
};

/** One machine: a project, a state, a cache. */
interface Place {
  readonly w: World;
  readonly want: () => RepositoryWanted;
  readonly put: (path: string, body: string) => void;
  readonly drop: (path: string) => void;
  readonly git: (...args: readonly string[]) => string;
  readonly up: () => Promise<RepositoryState>;
  readonly tryUp: () => Promise<Failure | undefined>;
  readonly log: () => readonly string[];
}

async function place(name: string): Promise<Place> {
  const at = join(root, name);
  const paths = { cache: join(at, 'cache'), state: join(at, 'state'), catalog: at, project: join(at, 'project') };
  mkdirSync(join(paths.project, 'apps'), { recursive: true });
  const w = await createWorld({
    paths,
    signal: new AbortController().signal,
    emit: (event) => void (event.type === 'step-note' && notes.push(event.text)),
  });
  const bare = join(paths.state, 'git', 'apps.git');
  const want = (): RepositoryWanted => ({
    platform: 'local',
    environment: 'test',
    folder: createCatalogReader(paths).tree('project', 'apps'),
    name: 'apps',
    branch: 'main',
    support: { registry: 'none:1', git: join(paths.state, 'git') },
  });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['--git-dir', bare, ...args], { encoding: 'utf8' }).trimEnd();
  const attempt = async (): Promise<Result<RepositoryState>> => {
    const seen = await keepRepository.observe(want(), w);
    if (!seen.ok) return seen;
    if (seen.value !== undefined && keepRepository.diff(want(), seen.value).length === 0) return { ok: true, value: seen.value };
    return keepRepository.apply(want(), seen.value, w);
  };
  return {
    w,
    want,
    git,
    put: (path, body) => {
      mkdirSync(join(paths.project, 'apps', path, '..'), { recursive: true });
      writeFileSync(join(paths.project, 'apps', path), body);
    },
    drop: (path) => rmSync(join(paths.project, 'apps', path), { recursive: true }),
    up: async () => good(await attempt()),
    tryUp: async () => {
      const done = await attempt();
      return done.ok ? undefined : done.error;
    },
    log: () => git('log', '--format=%s', 'main').split('\n'),
  };
}

/** A user's clone, one commit, a push. */
function push(from: Place, path: string, body: string): void {
  const clone = mkdtempSync(join(root, 'clone-'));
  const run = (...args: readonly string[]) => execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8', stdio: 'pipe' });
  execFileSync('git', ['clone', '-q', join(from.w.paths.state, 'git', 'apps.git'), clone], { stdio: 'pipe' });
  mkdirSync(join(clone, path, '..'), { recursive: true });
  writeFileSync(join(clone, path), body);
  run('add', '-A');
  run('-c', 'user.name=U', '-c', 'user.email=u@example.org', 'commit', '-qm', 'A push of my own');
  run('push', '-q', 'origin', 'HEAD:main');
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'repository-'));
  notes = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the repository of applications', () => {
  it('holds the project’s folder, and one commit per change', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    p.put('board/application.yaml', 'b: 1\n');
    await p.up();
    p.put('hello/application.yaml', 'a: 2\n');
    p.drop('board');
    const state = await p.up();
    expect(p.log()).toEqual(['Change hello; remove board', 'Add board, hello']);
    expect(p.git('show', 'main:hello/application.yaml')).toBe('a: 2');
    expect(state.head).toBe(p.git('rev-parse', 'main'));
    expect(await keepRepository.verify?.(p.want(), state, p.w)).toMatchObject([{ verdict: 'pass' }]);
  });

  it('makes no commit where nothing differs', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    const first = await p.up();
    expect(keepRepository.diff(p.want(), good(await keepRepository.observe(p.want(), p.w)))).toEqual([]);
    expect(await p.up()).toEqual(first);
    expect(good(await keepRepository.apply(p.want(), first, p.w))).toEqual(first);
    expect(p.log()).toHaveLength(1);
  });

  it('gives the same commits on another machine', async () => {
    const heads = [];
    for (const name of ['a', 'b']) {
      const p = await place(name);
      p.put('hello/application.yaml', 'a: 1\n');
      await p.up();
      p.put('hello/application.yaml', 'a: 2\n');
      heads.push((await p.up()).head);
    }
    expect(heads[0]).toBe(heads[1]);
  });

  it('builds upon a push instead of overwriting it', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    await p.up();
    push(p, 'mine/application.yaml', 'm: 1\n');
    const pushed = p.git('rev-parse', 'main');
    expect(keepRepository.diff(p.want(), good(await keepRepository.observe(p.want(), p.w)))).toEqual([]);
    p.put('hello/application.yaml', 'a: 2\n');
    const state = await p.up();
    expect(p.git('show', 'main:mine/application.yaml')).toBe('m: 1');
    expect(p.git('show', 'main:hello/application.yaml')).toBe('a: 2');
    expect(p.git('rev-list', state.head).split('\n')).toContain(pushed);
    expect(notes).toContain('Puts the project’s change on top of what was pushed');
  });

  it('names the files when a push and the project disagree, and keeps the push', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    await p.up();
    push(p, 'hello/application.yaml', 'a: pushed\n');
    p.put('hello/application.yaml', 'a: project\n');
    const failed = await p.tryUp();
    expect(failed?.diagnostic.code).toBe('GIT-CONFLICT');
    expect(failed?.diagnostic.message).toContain('hello/application.yaml');
    expect(p.git('show', 'main:hello/application.yaml')).toBe('a: pushed');
    // Settled by taking the pushed content into the project.
    p.put('hello/application.yaml', 'a: pushed\n');
    await p.up();
    expect(p.git('show', 'main:hello/application.yaml')).toBe('a: pushed');
  });

  it('goes on after a kill between the commit and its mark', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    const first = await p.up();
    rmSync(join(p.w.paths.state, 'git', 'apps.git', 'strata-imported'));
    p.git('update-ref', '-d', 'refs/heads/main');
    writeFileSync(join(p.w.paths.state, 'git', 'apps.git', 'strata-index.lock'), '');
    expect(keepRepository.diff(p.want(), good(await keepRepository.observe(p.want(), p.w)))).toHaveLength(1);
    expect(await p.up()).toEqual(first);
  });

  it('keeps pushes through a removal, and nothing else', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    const plain = await p.up();
    good((await keepRepository.remove?.(plain, p.w)) ?? { ok: true, value: undefined });
    expect(await p.w.stat(join(p.w.paths.cache, plain.kept))).toBeUndefined();
    await p.up();
    push(p, 'mine/application.yaml', 'm: 1\n');
    const pushed = await p.up();
    for (let times = 0; times < 2; times += 1)
      good((await keepRepository.remove?.(pushed, p.w)) ?? { ok: true, value: undefined });
    expect(await p.w.stat(join(p.w.paths.state, 'git', 'apps.git'))).toBeUndefined();
    expect((await p.up()).head).toBe(pushed.head);
    expect(p.git('show', 'main:mine/application.yaml')).toBe('m: 1');
  });

  it('says which folder is missing', async () => {
    const p = await place('a');
    rmSync(join(p.w.paths.project, 'apps'), { recursive: true });
    const failed = await p.tryUp();
    expect(failed?.diagnostic.code).toBe('ARGOCD-FOLDER-MISSING');
  });

  it('follows a folder that has become empty', async () => {
    const p = await place('a');
    p.put('hello/application.yaml', 'a: 1\n');
    await p.up();
    p.drop('hello');
    await p.up();
    expect(p.git('ls-tree', '--name-only', 'main')).toBe('');
    expect(p.log()[0]).toBe('Remove hello');
  });
});
