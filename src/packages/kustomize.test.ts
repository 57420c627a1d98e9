import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { anyDigest, sampleKit } from '../testkit/index.js';
import { imageNames, type PackageChoice, type PackageChoices, type PackagePlan, readPackages } from './packages.js';
import { renderPackage } from './kustomize.js';

const catalog = join(import.meta.dirname, '../../catalog');
const names = readdirSync(join(catalog, 'packages'))
  .filter((name) => existsSync(join(catalog, 'packages', name, 'kustomization.yaml')))
  .sort();

function catalogFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of names) {
    for (const file of readdirSync(join(catalog, 'packages', name)).filter((one) => one.includes('.'))) {
      files[`catalog:packages/${name}/${file}`] = readFileSync(join(catalog, 'packages', name, file), 'utf8');
    }
  }
  return files;
}

const files = catalogFiles();

function planOf(name: string, choice: Pick<PackageChoice, 'values' | 'patches'> = { values: {}, patches: [] }): PackagePlan {
  const spec: PackageChoices = {
    packages: names
      .filter((n) => n !== 'flux')
      .map((n) => ({ name: n, values: n === name ? { ...choice.values } : {}, patches: n === name ? [...choice.patches] : [] })),
    bootstrap: 'flux',
  };
  const { bootstrap, packages, problems } = readPackages(spec, sampleKit('services', files));
  expect(problems.filter((one) => one.code !== 'PACKAGE-REQUIREMENT-MISSING')).toEqual([]);
  const found = [bootstrap, ...packages].find((p) => p?.name === name);
  if (found === undefined) throw new Error(`no package ${name}`);
  return found;
}

function rendered(plan: PackagePlan): ReadonlyMap<string, string> {
  const images = Object.fromEntries(
    imageNames(plan).map((name) => [name, { ref: `registry.example/${name}:v1.2.3`, digest: anyDigest }]),
  );
  const own = new Map(plan.files.map((file) => [file, files[`catalog:packages/${plan.name}/${file}`] ?? '']));
  const data = new Map((plan.spec.data ?? []).flatMap((d) => d.files.map((file) => [file, `# ${d.from}\n`])));
  const result = renderPackage(plan, { images, own, data });
  if (!result.ok) throw new Error(result.error.diagnostic.message);
  return result.value;
}

test.each(names)('package %s renders to its golden kustomization', async (name) => {
  const tree = rendered(planOf(name));
  await expect(tree.get('kustomization.yaml')).toMatchFileSnapshot(`cases/${name}.yaml`);
});

test.each(names)('package %s: every resource and patch file of the kustomization is in the tree', (name) => {
  const tree = rendered(planOf(name));
  const { resources, patches = [] } = parse(tree.get('kustomization.yaml') ?? '');
  const paths = patches.flatMap((p: { path?: string }) => p.path ?? []);
  for (const file of [...resources, ...paths]) expect([...tree.keys()]).toContain(file);
});

test.each(names)('package %s: files taken from the catalog exist there', (name) => {
  const taken = (planOf(name).spec.data ?? []).filter((d) => d.from === 'catalog').flatMap((d) => d.files);
  expect(taken.filter((file) => !existsSync(join(catalog, file)))).toEqual([]);
});

test('a chosen value replaces the default, and patches of the definition come last', () => {
  const patch = { target: { kind: 'Prometheus' }, patch: '- {op: remove, path: /spec/resources}' };
  const tree = rendered(planOf('monitoring', { values: { retention: '7d' }, patches: [patch] }));
  const { patches } = parse(tree.get('kustomization.yaml') ?? '');
  expect(patches.at(-1)).toEqual(patch);
  expect(patches.map((p: { patch: string }) => p.patch).join('')).toContain('value: 7d');
});

test('an image goes by name, tag and digest', () => {
  const { images } = parse(rendered(planOf('gatekeeper')).get('kustomization.yaml') ?? '');
  expect(images).toEqual([
    { name: 'openpolicyagent/gatekeeper', newName: 'registry.example/gatekeeper', newTag: 'v1.2.3', digest: anyDigest },
  ]);
});

test('a kustomization that names a file the package does not have is refused', () => {
  const plan = planOf('monitoring');
  const result = renderPackage(plan, {
    images: {},
    data: new Map(),
    own: new Map([['kustomization.yaml', 'resources: [gone.yaml]']]),
  });
  expect(result).toMatchObject({ ok: false, error: { diagnostic: { code: 'PACKAGE-FILE-MISSING' } } });
});

test.each(['', 'resources: nothing', '['])('a kustomization of %j is refused', (text) => {
  const result = renderPackage(planOf('monitoring'), {
    images: {},
    data: new Map(),
    own: new Map([['kustomization.yaml', text]]),
  });
  expect(result).toMatchObject({ ok: false, error: { kind: 'invalid', diagnostic: { code: 'PACKAGE-KUSTOMIZATION-INVALID' } } });
});
