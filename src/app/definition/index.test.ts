import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { defineProvider, layers, type Provider } from '../../model/index.js';
import { compileValidators } from './compile-validators.js';
import { type DefinitionFiles, loadDefinition, validateDefinition } from './index.js';
import { loadTexts } from './load.js';
import { scaffold } from './scaffold.js';

const providers: readonly Provider[] = layers.map((layer) =>
  defineProvider({
    id: `${layer}-maker`,
    layer,
    spec: Type.Object(
      {
        source: Type.String({ description: 'Where from.', examples: ['here'] }),
        size: Type.Integer({ default: 3, description: 'How many.' }),
      },
      { additionalProperties: false },
    ),
    facts: { title: 'A maker' },
    tools: [],
    plan: () => {
      throw new Error('not planned here');
    },
  }),
);

/** A file system in memory. */
function disk(texts: Readonly<Record<string, string>>): DefinitionFiles {
  return {
    read: async (path) => {
      const text = texts[path];
      return text === undefined ? { kind: 'absent' } : { kind: 'text', text };
    },
    list: async (path) =>
      Object.keys(texts)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1))
        .sort(),
    create: async () => false,
  };
}

const parts = { providers, validators: compileValidators(providers) };

const example = (kind: string, spec: string): string => `# yaml-language-server: $schema=x
# A comment that stays.
apiVersion: strata.dev/v1alpha1
kind: ${kind}
metadata: { name: local }
spec:${spec}
`;
const components = layers
  .map((layer) => `\n  ${layer}:\n    - name: one\n      use: ${layer}-maker\n      with: { source: here }`)
  .join('');
const files = scaffold({
  name: 'fresh',
  providers,
  example: [
    { path: 'apps/hello/application.yaml', text: 'kind: Application\n' },
    { path: 'environments/local.yaml', text: example('Environment', ' {}') },
    { path: 'environments/other.yaml', text: example('Environment', ' {}') },
    { path: 'platform.yaml', text: example('Platform', components) },
  ],
});
const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? '';
const texts = { 'platform.yaml': textOf('platform.yaml'), 'environments/local.yaml': textOf('environments/local.yaml') };
const load = (files: Readonly<Record<string, string>>, name?: string) =>
  loadDefinition({ files: disk(files), ...parts }, { directory: '.', environment: name });

describe('a new definition', () => {
  it('is the example under its own name, with schemas for editors', () => {
    expect(files.map((file) => file.path)).toEqual([
      'apps/hello/application.yaml',
      'environments/local.yaml',
      'platform.yaml',
      'schema/platform.json',
      'schema/environment.json',
      '.gitignore',
    ]);
    expect(texts['platform.yaml']).toMatch(/^# yaml-language-server: \$schema=schema\/platform.json\n# A comment that stays\.\n/);
  });
  it('is valid', () => {
    const told = loadTexts(
      { file: 'platform.yaml', text: texts['platform.yaml'] },
      { name: 'local', file: 'e', text: texts['environments/local.yaml'] },
      parts,
    );
    expect(told.diagnostics).toEqual([]);
    expect(told.spec).toMatchObject({ platform: 'fresh', environment: 'local' });
    expect(told.spec?.components).toHaveLength(5);
  });
});

describe('choosing an environment', () => {
  const second = texts['environments/local.yaml'].replace('name: local', 'name: prod');
  it('takes the only one, or else local', async () => {
    expect(await load({ 'platform.yaml': texts['platform.yaml'], 'environments/prod.yaml': second })).toMatchObject({
      ok: true,
      value: { spec: { environment: 'prod' } },
    });
    expect(await load({ ...texts, 'environments/prod.yaml': second })).toMatchObject({
      ok: true,
      value: { spec: { environment: 'local' } },
    });
  });
  it('asks where there are several others, and suggests where one is misspelt', async () => {
    const several = {
      'platform.yaml': texts['platform.yaml'],
      'environments/prod.yaml': second,
      'environments/test.yaml': second,
    };
    expect(await load(several)).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'SPEC-NO-SUCH-ENVIRONMENT' }] } });
    expect(await load(several, 'prd')).toMatchObject({
      ok: false,
      error: { diagnostics: [{ remedies: [{ say: 'did you mean "prod"?' }] }] },
    });
  });
  it('says when there is no platform at all', async () => {
    expect(await load({})).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'SPEC-NO-PLATFORM' }] } });
  });
});

describe('validating', () => {
  it('looks at every environment and tells a shared problem once', async () => {
    const files = {
      ...texts,
      'platform.yaml': texts['platform.yaml'].replace('kind: Platform', 'kind: Platfrom'),
      'environments/prod.yaml': texts['environments/local.yaml'],
    };
    const found = await validateDefinition({ files: disk(files), ...parts }, { directory: '.' });
    expect(found.environments.map((one) => one.name)).toEqual(['local', 'prod']);
    expect(found.diagnostics.map((one) => one.code)).toEqual(['SPEC-BAD-KIND', 'SPEC-BAD-NAME']);
    expect(found.valid).toBe(false);
  });
});
