import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { defineProvider, type Layer, layers, type Provider } from '../../model/index.js';
import { compileValidators } from './compile-validators.js';
import { loadTexts } from './load.js';

const provider = (layer: Layer, id: string, spec = Type.Object({}, { additionalProperties: false })): Provider =>
  defineProvider({
    id,
    layer,
    spec,
    facts: { title: `The ${id}` },
    tools: [],
    plan: () => {
      throw new Error('not planned here');
    },
  });

const clusterSpec = Type.Object(
  {
    version: Type.String({ pattern: '^v[0-9.]+$', description: 'Kubernetes version, e.g. v1.37.2.' }),
    size: Type.Integer({ minimum: 1, maximum: 9, default: 3, description: 'Machines.' }),
    network: Type.Object({ pods: Type.String({ default: '10.78.0.0/16' }) }, { additionalProperties: false }),
    mode: Type.Union([Type.Literal('fast'), Type.Literal('safe')], { default: 'safe' }),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    audit: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const providers: readonly Provider[] = [
  provider('image', 'baker'),
  provider('infrastructure', 'boxes'),
  provider('infrastructure', 'cloud', Type.Object({ region: Type.String() }, { additionalProperties: false })),
  provider('kubernetes', 'clusters', clusterSpec),
];

const parts = { providers, validators: compileValidators(providers) };

const head = 'apiVersion: strata.dev/v1alpha1\nkind: Platform\nmetadata: { name: demo }\n';
const good = `${head}spec:
  image: [{ name: node, use: baker }]
  infrastructure:
    - name: machines
      use: boxes
  kubernetes:
    - name: cluster
      use: clusters
      with:
        version: v1.37.2
        labels: { tier: a, zone: b }
`;
const local = 'apiVersion: strata.dev/v1alpha1\nkind: Environment\nmetadata: { name: local }\n';

const load = (platform: string, environment = local) =>
  loadTexts(
    { file: 'platform.yaml', text: platform },
    { name: 'local', file: 'environments/local.yaml', text: environment },
    parts,
  );

/** `file:line:column CODE message → remedy`. */
const told = (platform: string, environment?: string): readonly string[] =>
  load(platform, environment).diagnostics.map((one) => {
    const where = typeof one.where === 'object' ? `${one.where.file}:${one.where.line}:${one.where.column}` : '-';
    return `${where} ${one.code} ${one.message} → ${one.remedies[0].say}`;
  });

describe('a good definition', () => {
  it('becomes components in layer order with defaults filled in', () => {
    const { spec, diagnostics } = load(good);
    expect(diagnostics).toEqual([]);
    expect(spec?.platform).toBe('demo');
    expect(spec?.components.map((one) => `${one.layer}/${one.name}=${one.use}`)).toEqual([
      'image/node=baker',
      'infrastructure/machines=boxes',
      'kubernetes/cluster=clusters',
    ]);
    expect(spec?.components[2]?.with).toEqual({
      version: 'v1.37.2',
      size: 3,
      network: { pods: '10.78.0.0/16' },
      mode: 'safe',
      labels: { tier: 'a', zone: 'b' },
    });
    expect(spec?.components[2]?.at).toMatchObject({ file: 'platform.yaml', line: 10, column: 13 });
  });

  it('reads a byte order mark and CRLF without moving any place', () => {
    const { spec } = load(`\uFEFF${good.replaceAll('\n', '\r\n')}`);
    expect(spec?.components[2]?.at).toMatchObject({ line: 10, column: 13 });
    expect(told(`\uFEFFapiVersions: x\r\n${good.replaceAll('\n', '\r\n')}`)[0]).toMatch(/^platform.yaml:1:1 SPEC-UNKNOWN-KEY/);
  });
});

describe('overlays', () => {
  const over = (spec: string) => load(good, `${local}spec:\n${spec}`);
  const cluster = (spec: string) => over(spec).spec?.components.find((one) => one.layer === 'kubernetes');

  it('merge maps deeply and entries by name, keeping the place of what they did not touch', () => {
    const merged = cluster('  kubernetes:\n    - name: cluster\n      with: { size: 5, labels: { zone: c } }\n');
    expect(merged?.with).toMatchObject({ version: 'v1.37.2', size: 5, labels: { tier: 'a', zone: 'c' } });
  });
  it('take keys away with null and entries with $patch', () => {
    expect(cluster('  kubernetes: [{ name: cluster, with: { labels: null } }]\n')?.with).not.toHaveProperty('labels');
    expect(over('  kubernetes: [{ name: cluster, $patch: delete }]\n').spec?.components.map((one) => one.layer)).toEqual([
      'image',
      'infrastructure',
    ]);
  });
  it('drop the settings of a provider that they replace', () => {
    const swapped = load(good, `${local}spec:\n  infrastructure: [{ name: machines, use: cloud, with: { region: north } }]\n`);
    expect(swapped.spec?.components[1]).toMatchObject({ use: 'cloud', with: { region: 'north' } });
  });
  it('add entries after those of the platform', () => {
    expect(over('  image: [{ name: extra, use: baker }]\n').spec?.components.map((one) => one.name)).toEqual([
      'node',
      'extra',
      'machines',
      'cluster',
    ]);
  });
  it('are blamed for what they wrote', () => {
    expect(told(good, `${local}spec:\n  kubernetes:\n    - name: cluster\n      with:\n        size: many\n`)).toEqual([
      'environments/local.yaml:8:15 SPEC-WRONG-TYPE spec.kubernetes[cluster].with.size must be a whole number, but is text → write a whole number',
    ]);
  });
  it('warn when there is nothing to take away', () => {
    const loaded = over('  kubernetes: [{ name: cluster, with: { audit: null } }]\n');
    expect(loaded.spec).toBeDefined();
    expect(loaded.diagnostics.map((one) => [one.code, one.severity])).toEqual([['SPEC-NOTHING-TO-DELETE', 'warning']]);
  });
});

const table: readonly (readonly [
  title: string,
  platform: string,
  environment: string | undefined,
  expected: readonly string[],
])[] = [
  [
    'an unknown key, with the likely one',
    good.replace('metadata: { name: demo }', 'metadata: { nam: demo }'),
    undefined,
    [
      'platform.yaml:3:1 SPEC-MISSING-KEY missing key "name" in metadata → add "name:"',
      'platform.yaml:3:13 SPEC-UNKNOWN-KEY unknown key "nam" in metadata → did you mean "name"?',
    ],
  ],
  [
    'an unknown provider',
    good.replace('use: clusters', 'use: cluster'),
    undefined,
    ['platform.yaml:11:12 SPEC-UNKNOWN-PROVIDER layer "kubernetes" has no provider "cluster" → did you mean "clusters"?'],
  ],
  [
    'a provider of another layer',
    good.replace('use: clusters', 'use: boxes'),
    undefined,
    [
      'platform.yaml:11:12 SPEC-UNKNOWN-PROVIDER provider "boxes" belongs to layer "infrastructure", not "kubernetes" → move the component to "spec.infrastructure", or use a provider of "kubernetes"',
    ],
  ],
  [
    'a number where text is due',
    good.replace('v1.37.2', '1.37'),
    undefined,
    [
      'platform.yaml:13:18 SPEC-WRONG-TYPE spec.kubernetes[cluster].with.version must be text, but is a number → quote it: "1.37"',
    ],
  ],
  [
    'text that breaks a pattern',
    good.replace('v1.37.2', 'latest'),
    undefined,
    [
      'platform.yaml:13:18 SPEC-BAD-VALUE spec.kubernetes[cluster].with.version cannot be "latest" → it means: Kubernetes version, e.g. v1.37.2.',
    ],
  ],
  [
    'a word outside a list',
    good.replace('version: v1.37.2', 'version: v1.37.2\n        mode: sfae'),
    undefined,
    ['platform.yaml:14:15 SPEC-BAD-VALUE spec.kubernetes[cluster].with.mode cannot be "sfae" → did you mean "safe"?'],
  ],
  [
    'a number out of bounds',
    good.replace('version: v1.37.2', 'version: v1.37.2\n        size: 10'),
    undefined,
    ['platform.yaml:14:15 SPEC-BAD-VALUE spec.kubernetes[cluster].with.size must be <= 9 → it means: Machines.'],
  ],
  [
    'yes where a truth value is due',
    good.replace('version: v1.37.2', 'version: v1.37.2\n        audit: yes'),
    undefined,
    ['platform.yaml:14:16 SPEC-WRONG-TYPE spec.kubernetes[cluster].with.audit must be true or false, but is text → write true'],
  ],
  [
    'settings left out that are needed',
    `${head}spec:\n  image: [{ name: node, use: baker }]\n  infrastructure: [{ name: m, use: boxes }]\n  kubernetes:\n    - name: cluster\n      use: clusters\n`,
    undefined,
    ['platform.yaml:8:7 SPEC-MISSING-KEY missing key "version" in spec.kubernetes[cluster] → add "version:"'],
  ],
  [
    'one name twice',
    good.replace('[{ name: node, use: baker }]', '[{ name: node, use: baker }, { name: node, use: baker }]'),
    undefined,
    [
      'platform.yaml:5:47 SPEC-DUPLICATE-NAME the name "node" is used twice in spec.image, first in line 5 → give each entry its own name, or merge the two',
    ],
  ],
  [
    'one key twice',
    good.replace('kind: Platform', 'kind: Platform\nkind: Platform'),
    undefined,
    ['platform.yaml:3:1 SPEC-DUPLICATE-KEY the key "kind" is written twice, first in line 2 → keep one of them'],
  ],
  [
    'a bad name',
    good.replace('name: demo', 'name: My_Demo'),
    undefined,
    [
      'platform.yaml:3:19 SPEC-BAD-NAME "My_Demo" is no valid name for metadata.name → use lower-case letters, digits and hyphens, starting with a letter, at most 40 characters, e.g. "my-demo"',
    ],
  ],
  [
    'another version and kind',
    good.replace('v1alpha1', 'v2').replace('kind: Platform', 'kind: Pod'),
    undefined,
    [
      'platform.yaml:1:13 SPEC-BAD-API-VERSION apiVersion is "strata.dev/v2" → this Strata reads "strata.dev/v1alpha1"',
      'platform.yaml:2:7 SPEC-BAD-KIND kind is "Pod" → this file must hold "kind: Platform"',
    ],
  ],
  [
    'an environment file with another name',
    good,
    local.replace('name: local', 'name: prod'),
    [
      'environments/local.yaml:3:19 SPEC-BAD-NAME the file is called "local", but names its environment "prod" → rename the file to "prod.yaml", or write "name: local"',
    ],
  ],
  [
    'a layer that others rest on',
    good.replace('image: [{ name: node, use: baker }]', 'image: []'),
    undefined,
    [
      'platform.yaml:5:3 SPEC-LAYER-EMPTY layer "image" is empty, but "infrastructure", "kubernetes" rest on it → add a component to "spec.image"',
    ],
  ],
  [
    'a list written as a map',
    `${head}spec:\n  image: { name: node, use: baker }\n`,
    undefined,
    ['platform.yaml:5:3 SPEC-WRONG-TYPE spec.image must be a list, but is map → put "- " before each entry'],
  ],
  [
    'an empty file',
    '',
    undefined,
    ['platform.yaml:1:1 SPEC-EMPTY-FILE the file is empty → write a definition with: strata init'],
  ],
  [
    'a file of comments',
    '# nothing\n',
    undefined,
    ['platform.yaml:1:1 SPEC-EMPTY-FILE the file is empty → write a definition with: strata init'],
  ],
  ['plain text', 'hello', undefined, ['platform.yaml:1:1 SPEC-WRONG-TYPE the file must be a map, but is text → write a map']],
  ['a tab', 'metadata:\n\tname: x\n', undefined, ['platform.yaml:2:1 SPEC-SYNTAX a tab is used to indent → indent with spaces']],
];

describe('bad input', () => {
  it.each(table)('names %s', (_, platform, environment, expected) => {
    expect(told(platform, environment)).toEqual(expected);
  });

  it('collects everything at once, in file order', () => {
    const bad = good.replace('use: baker', 'use: bakr').replace('name: machines', 'name: Machines').replace('v1.37.2', '1');
    expect(told(bad, `${local}specs: {}\n`).map((line) => line.split(' ')[1])).toEqual([
      'SPEC-UNKNOWN-PROVIDER',
      'SPEC-BAD-NAME',
      'SPEC-WRONG-TYPE',
      'SPEC-UNKNOWN-KEY',
    ]);
  });

  it('has a remedy for everything, and a layer named once', () => {
    for (const [, platform, environment] of table) {
      for (const one of load(platform, environment).diagnostics) expect(one.remedies[0].say).not.toBe('');
    }
    expect(layers).toHaveLength(5);
  });
});

it('a layer whose only reader rests on nothing may be left out', () => {
  const alone: Provider = { ...provider('kubernetes', 'found'), facts: { title: 'Found', reads: [] } };
  const also = [...providers, alone];
  const load = (text: string) =>
    loadTexts(
      { file: 'platform.yaml', text: `${head}spec:\n${text}` },
      {
        name: 'local',
        file: 'environments/local.yaml',
        text: 'apiVersion: strata.dev/v1alpha1\nkind: Environment\nmetadata: { name: local }\n',
      },
      { providers: also, validators: compileValidators(also) },
    );
  expect(load('  kubernetes: [{ name: cluster, use: found }]\n').diagnostics).toEqual([]);
  const both = load('  kubernetes: [{ name: cluster, use: found }]\n  infrastructure: [{ name: machines, use: boxes }]\n');
  expect(both.diagnostics.map(({ message }) => message)).toEqual(['layer "image" is empty, but "infrastructure" rests on it']);
});
