import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AddAppRequest, addApp, listApps, removeApp } from './applications.js';

const example = fileURLToPath(new URL('../../../examples/local', import.meta.url));
let folder = '';
let manifests = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-apps-'));
  await cp(example, folder, { recursive: true });
  manifests = join(folder, 'mine');
  await mkdir(manifests);
  await writeFile(join(manifests, 'a.yaml'), 'kind: ConfigMap\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const add = (name: string, more: Partial<AddAppRequest>) => addApp({ directory: folder, name, dryRun: false, ...more });
const code = (code_: string) => ({ ok: false, error: { diagnostics: [expect.objectContaining({ code: code_ })] } });
const names = async () => {
  const all = await listApps({ directory: folder });
  return all.ok ? all.value.map(({ name }) => name) : [];
};

describe('adding an application', () => {
  it('copies a folder and writes an entry as the example has', async () => {
    expect(await add('web', { path: manifests })).toMatchObject({
      ok: true,
      value: { added: ['web'], notes: [{ code: 'EDIT-COPIED' }] },
    });
    expect(await readdir(join(folder, 'apps', 'web', 'manifests'))).toEqual(['a.yaml']);
    const entry = load(await readFile(join(folder, 'apps', 'web', 'application.yaml'), 'utf8'));
    const hello = load(await readFile(join(folder, 'apps', 'hello', 'application.yaml'), 'utf8')) as Record<string, unknown>;
    const { spec } = hello as { spec: { source: object; destination: object } };
    expect(entry).toMatchObject({
      apiVersion: hello.apiVersion,
      kind: hello.kind,
      metadata: { name: 'web' },
      spec: {
        project: 'applications',
        source: { ...spec.source, path: 'web/manifests' },
        destination: { ...spec.destination, namespace: 'web' },
      },
    });
    expect(await names()).toEqual(['board', 'hello', 'web']);
  });

  it('points at a repository elsewhere', async () => {
    expect(
      await add('web', { repo: 'https://git.example.org/a/b.git', path: 'deploy', revision: 'v1', namespace: 'front' }),
    ).toMatchObject({ ok: true });
    const all = await listApps({ directory: folder });
    expect(all).toMatchObject({
      ok: true,
      value: expect.arrayContaining([
        expect.objectContaining({
          name: 'web',
          shows: { source: 'https://git.example.org/a/b.git', revision: 'v1', path: 'deploy', namespace: 'front' },
        }),
      ]),
    });
  });

  it.each<[string, string, Partial<AddAppRequest>, string]>([
    ['no source', 'web', {}, 'EDIT-SOURCE-NEEDED'],
    ['a name that leads out', '../web', { repo: 'https://a.b/c' }, 'EDIT-WORD-INVALID'],
    ['a name that is taken', 'hello', { repo: 'https://a.b/c' }, 'EDIT-ALREADY-THERE'],
    ['a password in the address', 'web', { repo: 'https://u:p@a.b/c' }, 'EDIT-WORD-INVALID'],
    ['an address that is none', 'web', { repo: 'a: b\nc: d' }, 'EDIT-WORD-INVALID'],
    ['a namespace of the platform', 'web', { repo: 'https://a.b/c', namespace: 'kube-system' }, 'EDIT-WORD-INVALID'],
    ['a path that leads out', 'web', { repo: 'https://a.b/c', path: 'a/../../b' }, 'EDIT-WORD-INVALID'],
    ['a folder that is not there', 'web', { path: '/nowhere/at/all' }, 'EDIT-FOLDER-UNUSABLE'],
  ])('is refused for %s', async (_, name, more, wanted) => {
    expect(await add(name, more)).toMatchObject(code(wanted));
    expect(await names()).toEqual(['board', 'hello']);
  });

  it('is refused for a folder with a link, a repository in it, or no manifest', async () => {
    await symlink('/etc/passwd', join(manifests, 'link'));
    expect(await add('web', { path: manifests })).toMatchObject(code('EDIT-FOLDER-UNUSABLE'));
    await rm(join(manifests, 'link'));
    await mkdir(join(manifests, '.git'));
    expect(await add('web', { path: manifests })).toMatchObject(code('EDIT-FOLDER-UNUSABLE'));
    await rm(manifests, { recursive: true });
    await mkdir(manifests);
    expect(await add('web', { path: manifests })).toMatchObject(code('EDIT-FOLDER-UNUSABLE'));
    expect(await add('web', { path: folder })).toMatchObject(code('EDIT-FOLDER-UNUSABLE'));
  });
});

describe('removing an application', () => {
  it('takes the entry, and the folder where asked', async () => {
    expect(await removeApp({ directory: folder, name: 'hello', dryRun: false, deleteFiles: false })).toMatchObject({
      ok: true,
      value: { notes: [{ code: 'EDIT-MANIFESTS-STAY' }] },
    });
    expect(await readdir(join(folder, 'apps', 'hello'))).toEqual(['manifests']);
    expect(await add('hello', { path: join(folder, 'apps', 'hello', 'manifests') })).toMatchObject({
      ok: true,
      value: { notes: [] },
    });
    expect(await removeApp({ directory: folder, name: 'hello', dryRun: false, deleteFiles: true })).toMatchObject({ ok: true });
    expect(await readdir(join(folder, 'apps'))).toEqual(['board', 'readme.md']);
    expect(await removeApp({ directory: folder, name: 'hello', dryRun: false, deleteFiles: true })).toMatchObject(
      code('EDIT-NOT-THERE'),
    );
  });
  it('follows no link', async () => {
    await symlink(join(folder, 'apps', 'hello'), join(folder, 'apps', 'away'));
    expect(await removeApp({ directory: folder, name: 'away', dryRun: false, deleteFiles: true })).toMatchObject(
      code('EDIT-NOT-WRITTEN'),
    );
  });
});
