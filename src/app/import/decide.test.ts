import { load } from 'js-yaml';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { catalogOnly, type KnownPackage } from '../edit/known-packages.js';
import { build } from './build.js';
import { choose } from './choose.js';
import { type Decided, decideAll, findPackages, type Put } from './decide.js';
import { type ImportMap, readImportMap } from './import-map.js';
import { isSecret } from './secrets.js';
import { pathText, readValues, type Values } from './values.js';

let map: ImportMap;
beforeAll(async () => {
  const read = await readImportMap('bigbang');
  if (!read.ok) throw new Error(read.error.diagnostic.message);
  map = read.value;
});

const known = (name: string, more: Partial<KnownPackage> = {}): KnownPackage => ({
  name,
  title: name,
  origin: 'catalog',
  file: `${name}/package.yaml`,
  provides: [],
  requires: [],
  sizes: [],
  settings: [],
  anyValue: true,
  chart: true,
  ...more,
});
const catalog = ['istio-base', 'istiod', 'loki', 'cert-manager', 'metrics-server', 'argo-cd', 'kyverno'].map((name) =>
  known(name),
);
const monitoring = known('monitoring', { chart: false, settings: ['retention', 'replicas'] });
const packages = [...catalog, monitoring];

function valuesOf(...texts: readonly string[]): Values {
  const read = readValues(texts.map((text, at) => ({ file: `v${at + 1}.yaml`, text })));
  if (!('tree' in read)) throw new Error(JSON.stringify(read.diagnostics));
  return read;
}

const decide = (...texts: readonly string[]) => {
  const values = valuesOf(...texts);
  const found = findPackages(values, map, packages);
  const decided = decideAll(values, map, found);
  const say = Object.fromEntries(
    decided.map(({ leaf, fate }) => [
      pathText(leaf.path),
      fate.kind === 'carried' ? `carried: ${fate.to}` : `${fate.kind}: ${fate.reason}`,
    ]),
  );
  return { values, found, decided, say };
};

const example =
  'apiVersion: strata.dev/v1alpha1\nkind: Platform\nmetadata: { name: x }\nspec:\n  services:\n    - name: core\n      use: any\n      with: {}\n';
const textsOf = (decided: readonly Decided[], names: readonly string[]) =>
  build({
    example,
    name: 'site',
    components: { services: 'core', infrastructure: 'machines' },
    chosen: names.map((name) => ({ name, why: 'asked for' })),
    decided,
  });

describe('values of today’s form', () => {
  it('are carried where the package takes the same chart, without the wrapper’s own', () => {
    const { say } = decide(`loki:
  values:
    upstream: { singleBinary: { replicas: 3 } }
    istio: { enabled: true }
    image: { tag: "1" }
    tolerations: [{ key: dedicated, operator: Exists }]
  git: { tag: 1.0.0 }
`);
    expect(say).toMatchObject({
      'loki.values.upstream.singleBinary.replicas': 'carried: services.packages[loki].values.singleBinary.replicas',
      'loki.values.istio.enabled': expect.stringContaining('left: injection'),
      'loki.values.image.tag': expect.stringContaining('left: images are pinned'),
      'loki.values.tolerations[0].key': expect.stringContaining('carried'),
      'loki.git.tag': expect.stringContaining('left: its version'),
    });
  });

  it('become settings where the package has settings only', () => {
    const { say } = decide('monitoring:\n  values:\n    prometheus: { prometheusSpec: { retention: 14d, shards: 2 } }\n');
    expect(say['monitoring.values.prometheus.prometheusSpec.retention']).toBe(
      'carried: services.packages[monitoring].values.retention',
    );
    expect(say['monitoring.values.prometheus.prometheusSpec.shards']).toContain('values of its own');
  });

  it('say which packages are on: by default, by the file, by the later file', () => {
    const { found } = decide(
      'istiod: { enabled: false }\naddons: { argocd: { enabled: true } }\n',
      'istiod: { enabled: true }\n',
    );
    const one = (key: string) => found.find(({ mapped }) => mapped.key === key);
    expect(one('istiod')).toMatchObject({ on: true, at: { file: 'v2.yaml', line: 1 } });
    expect(one('argocd')).toMatchObject({ on: true, to: [{ name: 'argo-cd' }] });
    expect(one('loki')).toMatchObject({ on: true });
    expect(one('loki')).not.toHaveProperty('at');
    expect(one('gitlab')).toMatchObject({ on: false, to: [] });
    expect(one('neuvector')).toMatchObject({ on: true, to: [], mapped: { nearest: expect.any(String) } });
  });

  it('list what a later file replaces', () => {
    const { values } = decide('domain: a\nloki: { values: { list: [1, 2] } }\n', 'domain: b\nloki: { values: { list: [3] } }\n');
    expect(values.replaced.map(({ at }) => `${at.file}:${at.line}:${at.column}`)).toEqual([
      'v1.yaml:1:9',
      'v1.yaml:2:26',
      'v1.yaml:2:29',
    ]);
  });

  it('of a package that is off are not carried', () => {
    expect(decide('loki: { enabled: false, values: { a: 1 } }\n').say).toEqual({
      'loki.enabled': 'carried: the package is not chosen',
      'loki.values.a': 'left: the package is not enabled',
    });
  });
});

describe('the mapping', () => {
  it('names packages and settings that the catalog has', async () => {
    const all = await catalogOnly();
    const missing: string[] = [];
    for (const { key, to, into, settings = {} } of map.packages) {
      expect(to, key).toEqual(into === undefined ? to : expect.arrayContaining([into]));
      missing.push(...to.filter((name) => !all.some((one) => one.name === name)));
      const target = all.find(({ name }) => name === (into ?? to.at(-1)));
      for (const name of Object.values(settings)) expect(target?.settings, key).toContain(name);
    }
    expect(missing).toEqual([]);
    expect(new Set(map.packages.map(({ key }) => key)).size).toBe(map.packages.length);
  });
  it('puts values where the chart stands in the package', () => {
    expect(decide('istiod: { values: { upstream: { pilot: { cpu: 1 } } } }\n').say['istiod.values.upstream.pilot.cpu']).toBe(
      'carried: services.packages[istiod].values.istiod.pilot.cpu',
    );
  });
});

describe('values of the coming form', () => {
  it('stand under packages, in either spelling; unknown names are the user’s own', () => {
    const { found, say } = decide(`packageConfiguration: { version: v1 }
packages:
  cert-manager: { enabled: true, values: { replicaCount: 2 } }
  argocd: { enabled: true }
  mine: { enabled: true, chart: a }
loki: { enabled: false }
`);
    expect(found.find(({ mapped }) => mapped.key === 'certManager')).toMatchObject({
      on: true,
      path: ['packages', 'cert-manager'],
    });
    expect(found.find(({ mapped }) => mapped.key === 'argocd')?.on).toBe(true);
    expect(found.find(({ mapped }) => mapped.key === 'loki')?.on).toBe(true);
    expect(say['packages.cert-manager.values.replicaCount']).toContain('carried');
    expect(say['packages.mine.chart']).toContain('packages/NAME/package.yaml');
    expect(say['loki.enabled']).toContain('under "packages" alone');
  });
  it('under packages are the user’s own charts in today’s form', () => {
    expect(decide('packages: { loki: { enabled: true } }\n').say['packages.loki.enabled']).toContain('a chart of your own');
  });
});

describe('secrets', () => {
  it.each([
    'registryCredentials: { password: X }',
    'a: { b: { clientSecret: X } }',
    'a: { passwords: { alice: X } }',
    'tls: { key: X, cert: Y }',
    'env: [{ name: DB_PASSWORD, value: X }]',
    'a: "-----BEGIN RSA PRIVATE KEY-----"',
    'a: { webhook_url: X }',
    'slack: https://hooks.slack.com/services/T/B/X',
    'repo: https://me:X@example.org/a.git',
    'config: |\n  user = a\n  password = X\n',
    'a: { adminPassword: 12345 }',
    'a: { apiKey: X }',
    'a: { accessKeyId: x, secretAccessKey: X }',
    'a: ENC[AES256_GCM,data:X]',
  ])('%s is one', (text) => {
    const { leaves, tree } = valuesOf(`${text}\n`);
    expect(leaves.some((leaf) => isSecret(leaf, tree))).toBe(true);
  });
  it.each([
    'a: { existingSecret: loki-s3 }',
    'a: { secretName: tls }',
    'a: { passwordEnabled: true }',
    'tolerations: [{ key: a, operator: Exists }]',
    'a: { tokenTTL: 5m }',
    'a: { topologyKey: kubernetes.io/hostname }',
    'domain: example.org',
  ])('%s is none', (text) => {
    const { leaves, tree } = valuesOf(`${text}\n`);
    expect(leaves.filter((leaf) => isSecret(leaf, tree))).toEqual([]);
  });
});

describe('what the packages require', () => {
  it('comes along: the only provider, or the preferred one; the rest is named', () => {
    const all = [
      known('loki', { requires: ['rules', 'storage', 'door'] }),
      known('policies', { provides: ['rules'], requires: ['hook'] }),
      known('kyverno-policies', { provides: ['rules'] }),
      known('gatekeeper', { provides: ['hook'] }),
      known('a', { provides: ['door'] }),
      known('b', { provides: ['door'] }),
    ];
    const values = valuesOf('loki: { enabled: true }\n');
    const found = findPackages(values, map, all).filter(({ mapped }) => mapped.key === 'loki');
    const { chosen, unmet } = choose(found, map, all, new Set(['storage']));
    expect(chosen.map(({ name }) => name)).toEqual(['loki', 'policies', 'gatekeeper']);
    expect(unmet).toEqual([{ name: 'loki', capability: 'door', offers: ['a', 'b'] }]);
  });
});

describe('for any values', () => {
  const canary = 'c4n4ry';
  const keys = fc.constantFrom(
    ...[
      'istiod',
      'loki',
      'monitoring',
      'addons',
      'argocd',
      'packages',
      'certManager',
      'cert-manager',
      'values',
      'upstream',
      'enabled',
    ],
    ...[
      'domain',
      'flux',
      'interval',
      'timeout',
      'git',
      'sso',
      'password',
      'tls',
      'key',
      'image',
      'name',
      'a',
      'b.c',
      'packageConfiguration',
      'version',
    ],
  );
  const scalar = fc.oneof(
    fc.constantFrom(`${canary}-1`, 'v1', '5m', '14d', 'x: y', '#', '', 'true'),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      scalar,
      fc.dictionary(keys, tie('tree'), { maxKeys: 5 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  const input = fc.dictionary(keys, tree, { minKeys: 1, maxKeys: 8 });

  /** Leaves as another YAML reader sees them. */
  function leaves(value: unknown, path: readonly (string | number)[] = []): readonly string[] {
    if (typeof value !== 'object' || value === null) return [JSON.stringify(path)];
    const below = Array.isArray(value)
      ? value.flatMap((one, at) => leaves(one, [...path, at]))
      : Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key]));
    return below.length === 0 ? [JSON.stringify(path)] : below;
  }

  it('every leaf has exactly one fate, with a reason and a place', () => {
    fc.assert(
      fc.property(input, (data) => {
        const text = stringify(data, { aliasDuplicateObjects: false });
        const { decided } = decide(text);
        expect(decided.map(({ leaf }) => JSON.stringify(leaf.path)).sort()).toEqual([...leaves(load(text))].sort());
        for (const { leaf, fate } of decided) {
          expect(fate.kind === 'carried' ? fate.to : fate.reason).not.toBe('');
          expect(leaf.at.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  type Settings = { packages?: { name: string; values: unknown }[]; [key: string]: unknown };

  function writtenBy(decided: readonly Decided[]): { readonly text: string; readonly settings: Settings } {
    const text = textsOf(
      decided,
      packages.map(({ name }) => name),
    ).environment;
    const file = load(text) as { spec: { services?: [{ with: Settings }] } };
    return { text, settings: file.spec.services?.[0].with ?? {} };
  }

  /** The value at the place that a fate names. */
  function at(settings: Settings, { package: name, path }: Put): unknown {
    const root = name === undefined ? settings : settings.packages?.find((one) => one.name === name)?.values;
    return path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)?.[step], root);
  }

  const plain = ({ tree: found }: Decided['leaf']): unknown =>
    found.kind === 'scalar' ? found.value : found.kind === 'list' ? [] : {};

  it('what is said to be carried is written, and nothing else', () => {
    fc.assert(
      fc.property(input, (data) => {
        const { decided } = decide(stringify(data, { aliasDuplicateObjects: false }));
        const { settings } = writtenBy(decided);
        const carried = decided.flatMap(({ leaf, fate }) =>
          fate.kind === 'carried' && fate.put ? [{ leaf, put: fate.put }] : [],
        );
        for (const { leaf, put } of carried) expect(at(settings, put)).toEqual(plain(leaf));
        const { packages: entries = [], ...rest } = settings;
        const count =
          leaves(rest).filter((path) => path !== '[]').length + entries.flatMap(({ values }) => leaves(values)).length;
        expect(count).toBe(carried.length);
      }),
      { numRuns: 150 },
    );
  });

  it('a secret is written only where the same text stands for something else', () => {
    fc.assert(
      fc.property(input, (data) => {
        const { decided } = decide(stringify(data, { aliasDuplicateObjects: false }));
        const { text } = writtenBy(decided);
        for (const { leaf, fate } of decided)
          if (fate.kind === 'secret' && leaf.tree.kind === 'scalar' && leaf.tree.source === `${canary}-1`)
            expect(text.split(leaf.tree.source).length - 1).toBe(countCarried(decided, leaf.tree.source));
      }),
      { numRuns: 150 },
    );
  });

  const countCarried = (decided: readonly Decided[], source: string): number =>
    decided.filter(
      ({ leaf, fate }) => fate.kind === 'carried' && fate.put && leaf.tree.kind === 'scalar' && leaf.tree.source === source,
    ).length;
});

describe('hostile files', () => {
  const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${['b', 'c', 'd', 'e', 'f'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcde'[at]}`).join(',')}]`).join('\n')}\n`;
  it.each([
    ['an alias bomb', bomb],
    ['not YAML', 'a: [\n'],
    ['a list', '- a\n'],
    ['a text', 'hello\n'],
    ['nothing', ''],
    ['a reserved key', '__proto__: { enabled: true }\n'],
    ['a tower', `${'a: {'.repeat(40)}${'}'.repeat(40)}\n`],
    ['two documents', 'a: 1\n---\nb: 1\n'],
  ])('%s is refused with a finding', (_, text) => {
    const read = readValues([{ file: 'v.yaml', text }]);
    expect(read).toHaveProperty('diagnostics');
    if ('diagnostics' in read) expect(read.diagnostics[0]?.code).toMatch(/^[A-Z-]+$/);
  });
  it('wrong types are listed, and the default holds', () => {
    const { found, say } = decide(
      'istiod: text\nloki: { enabled: "yes", values: text }\naddons: [1]\nflux: { interval: [1] }\npackages: 3\n',
    );
    expect(found.find(({ mapped }) => mapped.key === 'loki')?.on).toBe(true);
    expect(Object.values(say).every((one) => one.startsWith('left:'))).toBe(true);
    expect(Object.keys(say)).toHaveLength(6);
  });
});
