import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { defineProvider, layers, type Provider } from '../../model/index.js';
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

const [platform, environment] = scaffold({ name: 'fresh', providers });
const texts = { 'platform.yaml': platform?.text ?? '', 'environments/local.yaml': environment?.text ?? '' };
const load = (files: Readonly<Record<string, string>>, name?: string) =>
  loadDefinition({ files: disk(files), providers }, { directory: '.', environment: name });

describe('a new definition', () => {
  it('is valid as it is written, and stays so when its comments are taken away', () => {
    const told = loadTexts(
      { file: 'platform.yaml', text: texts['platform.yaml'] },
      { name: 'local', file: 'e', text: texts['environments/local.yaml'] },
      providers,
    );
    expect(told.diagnostics).toEqual([]);
    expect(told.spec?.components).toHaveLength(5);
    const open = texts['platform.yaml'].replaceAll(/^(\s+)# (size)/gm, '$1$2');
    expect(open).toMatch(/^ {8}size: 3/m);
    const again = loadTexts(
      { file: 'platform.yaml', text: open },
      { name: 'local', file: 'e', text: texts['environments/local.yaml'] },
      providers,
    );
    expect(again.diagnostics).toEqual([]);
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
    const found = await validateDefinition({ files: disk(files), providers }, { directory: '.' });
    expect(found.environments.map((one) => one.name)).toEqual(['local', 'prod']);
    expect(found.diagnostics.map((one) => one.code)).toEqual(['SPEC-BAD-KIND', 'SPEC-BAD-NAME']);
    expect(found.valid).toBe(false);
  });
});
