import { Ajv } from 'ajv';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { providers } from '../../providers/registry.js';
import { environmentSchema, platformSchema, settings } from './schema.js';

describe('the schema of settings', () => {
  it('does not ask for what has a default, at any depth', () => {
    const spec = Type.Object({
      must: Type.String(),
      may: Type.String({ default: 'x' }),
      inner: Type.Object({ deep: Type.Integer({ default: 1 }) }),
      strict: Type.Object({ key: Type.String() }),
    });
    expect(settings(spec)).toMatchObject({
      required: ['must', 'strict'],
      properties: { inner: { default: {}, properties: { deep: { default: 1 } } }, strict: { required: ['key'] } },
    });
  });

  it('shows a choice of words as one list', () => {
    expect(settings(Type.Union([Type.Literal('a'), Type.Literal('b')], { default: 'a' }))).toEqual({
      type: 'string',
      enum: ['a', 'b'],
      default: 'a',
    });
  });
});

interface Shape {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

describe('the published schemas', () => {
  const strict = { strict: true, allowUnionTypes: true, validateFormats: false } as const;

  it('are valid and strict with every provider of the registry', () => {
    expect(() => new Ajv(strict).compile(platformSchema(providers))).not.toThrow();
    expect(() => new Ajv(strict).compile(environmentSchema(providers))).not.toThrow();
  });

  it('describe every setting of every provider', () => {
    const bare: string[] = [];
    const visit = ({ properties, items }: Shape, path: string): void => {
      for (const [key, property] of Object.entries(properties ?? {})) {
        if (property.description === undefined) bare.push(`${path}.${key}`);
        visit(property, `${path}.${key}`);
      }
      if (items !== undefined) visit(items, `${path}[]`);
    };
    for (const provider of providers) visit(settings(provider.spec), provider.id);
    expect(bare).toEqual([]);
  });

  it('let an environment leave out everything and take keys away', () => {
    const overlay = {
      apiVersion: 'strata.dev/v1alpha1',
      kind: 'Environment',
      metadata: { name: 'x' },
      spec: { image: [{ name: 'node', with: null }] },
    };
    const validate = new Ajv(strict).compile(environmentSchema(providers));
    expect(validate(overlay)).toBe(true);
  });
});
