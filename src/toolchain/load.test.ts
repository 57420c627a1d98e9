import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Digest } from '../model/index.js';
import { ok } from '../model/index.js';
import { parseReference } from '../tools/oci/index.js';
import { conforms, misfit } from './check.js';
import { folderOf } from './key.js';
import { loadToolchain, parseList, type PinReader } from './load.js';
import { ImagesFile, type Source, ToolsFile } from './pins.js';
import { toolsOf } from './plan.js';

const home = resolve(import.meta.dirname, '../..');

/** Strata's own lists, with some files replaced. */
const reading = (files: Readonly<Record<string, string>> = {}): PinReader => ({
  read: async (path) => ok(files[path] ?? (await readFile(path, 'utf8').catch(() => undefined))),
  digest: async (path) => (existsSync(path) || path in files ? (`sha256:${path}` as Digest) : undefined),
});

const paths = { catalog: join(home, 'catalog'), project: '/project' };

test("Strata's own lists are whole: every program, folder and reference they name exists", async () => {
  const loaded = await loadToolchain(reading(), paths);
  if (!loaded.ok) throw new Error(loaded.error.diagnostic.message);
  const { tools, images, roots } = loaded.value;
  for (const pin of tools.values()) {
    for (const source of pin.sources) {
      const folder = folderOf(source, roots);
      if (folder !== undefined) expect(existsSync(join(folder, 'go.mod')), `${pin.name}: ${folder}`).toBe(true);
    }
    if (pin.probe !== undefined) expect(() => new RegExp(pin.probe?.pattern ?? '')).not.toThrow();
    expect(pin.sources.length > 0 || pin.path !== undefined, `${pin.name} can be had`).toBe(true);
  }
  for (const pin of images.values()) {
    expect(parseReference(pin.ref).ok, pin.ref).toBe(true);
    for (const tool of toolsOf(pin)) expect(tools.has(tool), `${pin.name}: ${tool}`).toBe(true);
  }
});

/** Version that a go.mod requires of the module a package or module path belongs to. */
async function requiredVersion(folder: string, path: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'go.mod'), 'utf8');
  const required = [...text.matchAll(/^\s*(?:require )?(\S+) (v\S+)/gm)]
    .filter(([, name = '']) => path === name || path.startsWith(`${name}/`))
    .sort(([, a = ''], [, b = '']) => b.length - a.length);
  return required[0]?.[2];
}

/** Package or module a source comes from. */
function goPath(source: Source): string | undefined {
  if ('goModule' in source) return source.goModule.package;
  if ('goFiles' in source) return source.goFiles.module;
  return 'crds' in source ? source.crds.package : undefined;
}

test('each tool built from a module is pinned in the version its go.mod requires', async () => {
  const loaded = await loadToolchain(reading(), paths);
  if (!loaded.ok) throw new Error(loaded.error.diagnostic.message);
  const { tools, roots } = loaded.value;
  const all = [...tools.values()].flatMap((pin) =>
    pin.sources.map((source) => ({ pin, folder: folderOf(source, roots), path: goPath(source) })),
  );
  const built = all.filter(({ path }) => path !== undefined);
  expect(built.length).toBeGreaterThan(20);
  for (const { pin, folder = '', path = '' } of built) expect(await requiredVersion(folder, path), pin.name).toBe(pin.version);
});

test("a project's own images join Strata's", async () => {
  const own =
    'images:\n  - { name: shop, ref: "strata.local/shop:1", goSource: { root: project, dir: shop, path: /shop }, entrypoint: [/shop] }\n';
  const loaded = await loadToolchain(reading({ '/project/images.yaml': own, '/project/shop': '' }), paths);
  if (!loaded.ok) throw new Error(loaded.error.diagnostic.message);
  expect(loaded.value.images.get('shop')?.ref).toBe('strata.local/shop:1');
  expect(loaded.value.folders.get('/project/shop')).toBe('sha256:/project/shop');
});

test.each([
  ['a name of ours', 'images:\n  - { name: pause, ref: "a.b/c:1" }\n', 'TOOLCHAIN-DUPLICATE'],
  ['an unknown key', 'images:\n  - { name: x, ref: "a.b/c:1", entrypoints: [/x] }\n', 'TOOLCHAIN-MALFORMED'],
  [
    'a path upwards',
    'images:\n  - { name: x, ref: "a.b/c:1", goSource: { root: project, dir: ../../etc, path: /x } }\n',
    'TOOLCHAIN-MALFORMED',
  ],
  ['a target upwards', 'images:\n  - { name: x, ref: "a.b/c:1", links: { /../../etc/passwd: y } }\n', 'TOOLCHAIN-MALFORMED'],
  [
    'an option as a package',
    'images:\n  - { name: x, ref: "a.b/c:1", debian: { packages: ["--purge"] } }\n',
    'TOOLCHAIN-MALFORMED',
  ],
  ['a digest that is none', 'images:\n  - { name: x, ref: "a.b/c:1", upstream: { digest: unknown } }\n', 'TOOLCHAIN-MALFORMED'],
  ['no YAML', 'images: [\n', 'TOOLCHAIN-UNREADABLE'],
  ['nothing', '', 'TOOLCHAIN-MALFORMED'],
])('a project list with %s is refused, and says where', async (_what, text, code) => {
  const loaded = await loadToolchain(reading({ '/project/images.yaml': text }), paths);
  expect(loaded).toMatchObject({ ok: false, error: { kind: 'invalid', diagnostic: { code } } });
});

test('a download without a verified sha256 cannot be listed', () => {
  const list = (sha256: string) =>
    `tools:\n  - { name: x, version: 1, sources: [{ download: { url: "https://example.com/x", sha256: ${sha256} } }] }\n`;
  expect(parseList('t', list('unknown').replace('version: 1', 'version: v1'), ToolsFile).ok).toBe(false);
  expect(parseList('t', list('a'.repeat(64)).replace('version: 1', 'version: v1'), ToolsFile).ok).toBe(true);
});

test('the place of a misfit is the deepest one', () => {
  expect(misfit(ToolsFile, { tools: [{ name: 'x', sources: [{ goModule: { dir: 'a', package: 1 } }] }] })).toEqual({
    at: '/tools/0/sources/0/goModule/package',
    why: 'must be text',
  });
  expect(conforms(ImagesFile, { images: [] })).toBe(true);
  expect(misfit(ImagesFile, { images: {} })).toEqual({ at: '/images', why: 'must be a list' });
  expect(misfit(ImagesFile, null)).toEqual({ at: '', why: 'must be a map' });
});
