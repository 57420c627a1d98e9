import { describe, expect, test } from 'vitest';
import { sampleKit } from '../testkit/index.js';
import { parsePackage } from './package-file.js';
import { type PackageChoices, readPackages } from './packages.js';

const file = (name: string, rest: string): string =>
  `apiVersion: strata.dev/v1alpha1\nkind: Package\nmetadata: {name: ${name}}\nspec:\n  title: ${name}\n${rest}`;

const catalog = {
  'catalog:packages/flux/package.yaml': file('flux', ''),
  'catalog:packages/rules/package.yaml': file('rules', '  provides: [admission]\n'),
  'catalog:packages/figures/package.yaml': file('figures', '  requires: [admission]\n  provides: [metrics]\n'),
  'catalog:packages/figures/kustomization.yaml': 'resources: []\n',
  'catalog:packages/figures/readme.md': '# Figures\n',
  'catalog:packages/board/package.yaml': file('board', '  requires: [metrics, admission]\n'),
};

const choose = (...names: string[]): PackageChoices => ({
  packages: names.map((name) => ({ name, values: {}, patches: [] })),
  bootstrap: 'flux',
});

const read = (spec: PackageChoices, files: Readonly<Record<string, string>> = catalog) =>
  readPackages(spec, sampleKit('services', files));

test('what is required comes first, whatever the order in the definition', () => {
  const one = read(choose('board', 'figures', 'rules'));
  expect(one.problems).toEqual([]);
  expect(one.packages.map((p) => [p.name, p.after])).toEqual([
    ['rules', []],
    ['figures', ['rules']],
    ['board', ['figures', 'rules']],
  ]);
  expect(read(choose('rules', 'board', 'figures')).packages).toEqual(one.packages);
});

test('only YAML files of the folder belong into the tree, and not the description itself', () => {
  const [figures] = read(choose('figures', 'rules')).packages.filter((p) => p.name === 'figures');
  expect(figures?.files).toEqual(['kustomization.yaml']);
});

test('a package beside the platform file goes before one of the catalog', () => {
  const files = { ...catalog, 'project:packages/rules/package.yaml': file('rules', '  provides: [admission, own]\n') };
  const [rules] = read(choose('rules'), files).packages;
  expect(rules?.tree.root).toBe('project');
  expect(rules?.spec.provides).toContain('own');
});

test('every problem is found at once, each with a way out', () => {
  const files = { ...catalog, 'catalog:packages/bent/package.yaml': 'kind: [' };
  const { problems } = read(
    {
      ...choose('board', 'figure', 'bent', 'figures', 'figures'),
      packages: [
        ...choose('board', 'figure', 'bent', 'figures', 'figures').packages,
        { name: 'rules', values: { colour: 'red' }, patches: [] },
      ],
    },
    files,
  );
  expect(problems.map((p) => p.code).sort()).toEqual([
    'PACKAGE-INVALID',
    'PACKAGE-TWICE',
    'PACKAGE-UNKNOWN',
    'PACKAGE-VALUE-UNKNOWN',
  ]);
  expect(problems.every((p) => p.remedy !== '')).toBe(true);
  expect(problems.find((p) => p.code === 'PACKAGE-UNKNOWN')?.remedy).toContain('board, figures, rules');
});

test('a missing capability names the packages that provide it', () => {
  const { problems } = read(choose('figures'));
  expect(problems).toEqual([
    {
      code: 'PACKAGE-REQUIREMENT-MISSING',
      message: "Package 'figures' requires 'admission', which no chosen package provides.",
      remedy: "Add 'rules' to the packages.",
      where: { file: 'catalog/packages/figures/package.yaml', line: 6, column: 14 },
    },
  ]);
});

const chart = (name: string, rest = ''): string => file(name, `  source: { chart: { folder: chart } }\n${rest}`);

describe('Helm releases', () => {
  const files = {
    ...catalog,
    'catalog:packages/store/package.yaml': chart('store', '  requires: [admission]\n'),
    'catalog:packages/mixed/package.yaml': chart('mixed'),
    'catalog:packages/mixed/kustomization.yaml': 'resources: [more.yaml]\n',
    'catalog:packages/mixed/more.yaml': 'kind: A\n',
  };
  const ways = (choices: PackageChoices) => {
    const { packages, problems } = read(choices, files);
    return { problems, ways: Object.fromEntries(packages.map((one) => [one.name, one.delivery ?? one.notHelm ?? 'rendered'])) };
  };

  test('are chosen for all packages that are nothing but a chart; the others are rendered, and say why', () => {
    expect(ways({ ...choose('store', 'rules', 'mixed'), delivery: 'helm' })).toEqual({
      problems: [],
      ways: { store: 'helm', rules: ['it is no chart'], mixed: ['it brings objects beside its chart'] },
    });
  });

  test('are chosen for one package, or for all but one', () => {
    const [store = { name: '', values: {}, patches: [] }] = choose('store').packages;
    const chosenAs = (delivery: 'helm' | 'rendered') => [{ ...store, delivery }, ...choose('rules').packages];
    const one = { ...choose(), packages: chosenAs('helm') };
    expect(ways(one).ways).toEqual({ store: 'helm', rules: 'rendered' });
    expect(ways({ ...one, packages: chosenAs('rendered'), delivery: 'helm' }).ways.store).toBe('rendered');
  });

  test('are refused where they were chosen for a package that cannot be one', () => {
    const [mixed = { name: '', values: {}, patches: [] }] = choose('mixed').packages;
    const { problems } = ways({ ...choose(), packages: [{ ...mixed, delivery: 'helm' }] });
    expect(problems.map(({ code }) => code)).toEqual(['PACKAGE-NOT-HELM']);
    expect(problems[0]?.message).toContain('it brings objects beside its chart');
  });
});

test('packages that require each other are named', () => {
  const files = {
    ...catalog,
    'catalog:packages/a/package.yaml': file('a', '  provides: [x]\n  requires: [y]\n'),
    'catalog:packages/b/package.yaml': file('b', '  provides: [y]\n  requires: [x]\n'),
  };
  expect(read(choose('a', 'b', 'rules'), files).problems.map((p) => p.message)).toEqual([
    'Packages require each other: a → b → a.',
  ]);
});

test.each([
  ['no YAML', 'kind: ["', 'Missing closing'],
  ['another kind', 'kind: Pod\n', '/'],
  ['an unknown key', file('p', '  colour: red\n'), '/spec'],
  ['another name', file('q', ''), "metadata.name is 'q', but the folder is 'p'"],
])('package.yaml with %s is refused with the reason', (_, text, why) => {
  const parsed = parsePackage('p', text);
  expect(parsed.ok).toBe(false);
  expect(parsed.ok ? '' : parsed.why).toContain(why);
});
