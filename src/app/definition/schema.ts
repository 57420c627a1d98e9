import { apiVersion, type Layer, layers, type Provider } from '../../model/index.js';
import { namePattern, nameRule } from './names.js';

/** A JSON Schema (draft 07) as data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

const layerTexts: Record<Layer, string> = {
  image: 'Machine images, hardened and tested.',
  infrastructure: 'Networks, supporting services, and machines made from the images.',
  kubernetes: 'The cluster on those machines.',
  services: 'The core that every application may rely on.',
  applications: 'What the platform runs for its users.',
};

const name = (what: string): JsonSchema => ({ type: 'string', pattern: namePattern, description: `${what}: ${nameRule}.` });

/** The schema of `platform.yaml`: everything that this Strata can build, with each provider's own settings. */
export function platformSchema(providers: readonly Provider[]): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Strata platform',
    description: 'The shared definition of a platform: five layers, each a list of components.',
    ...documentSchema('Platform', layerProperties(providers, component), ['apiVersion', 'kind', 'metadata', 'spec']),
  };
}

/** The schema of `environments/NAME.yaml`: the same shape, with everything optional, laid over the platform. */
export function environmentSchema(providers: readonly Provider[]): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Strata environment',
    description: 'One place the platform runs. Entries merge into those of platform.yaml by name; null takes a key away.',
    ...documentSchema('Environment', layerProperties(providers, componentOverlay), ['apiVersion', 'kind', 'metadata']),
  };
}

/** The frame of an environment file without its providers' settings: those are checked after merging. */
export const environmentFrame = (): JsonSchema => environmentSchema([]);

function documentSchema(kind: string, layerLists: JsonSchema, required: readonly string[]): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: {
      apiVersion: { type: 'string', const: apiVersion, description: 'Version of this format.' },
      kind: { type: 'string', const: kind, description: 'What this file holds.' },
      metadata: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        description: 'What it is called.',
        properties: {
          name: name(`Name of the ${kind.toLowerCase()}`),
          description: { type: 'string', description: 'For people.' },
        },
      },
      spec: { type: 'object', additionalProperties: false, description: 'The five layers.', properties: layerLists },
    },
  };
}

function layerProperties(providers: readonly Provider[], entry: (providers: readonly Provider[]) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    layers.map((layer) => {
      const own = providers.filter((provider) => provider.layer === layer);
      return [layer, { type: 'array', description: layerTexts[layer], items: entry(own) }];
    }),
  );
}

/** `use` as a list of what there is; every provider's title becomes part of the description that editors show. */
function useProperty(providers: readonly Provider[]): JsonSchema {
  const known = providers.map((provider) => `${provider.id}: ${provider.facts.title}`).join('\n');
  const description = `The provider that makes this component.${known === '' ? '' : `\n${known}`}`;
  return { type: 'string', description, ...(providers.length > 0 && { enum: providers.map((provider) => provider.id) }) };
}

function component(providers: readonly Provider[]): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'use'],
    properties: {
      name: name('Name of the component, unique in its layer'),
      use: useProperty(providers),
      with: { type: 'object', description: "The provider's own settings." },
    },
    ...branches(providers, (provider) => settings(provider.spec)),
  };
}

function componentOverlay(providers: readonly Provider[]): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: {
      name: name('Name of the component that is changed or added'),
      use: useProperty(providers),
      with: { type: ['object', 'null'], description: "What differs in the provider's settings; null takes all of them away." },
      $patch: { type: 'string', const: 'delete', description: 'Takes the component out of this environment.' },
    },
    ...branches(providers, (provider) => optional(settings(provider.spec))),
  };
}

/** One `if use is X, then with is X's` per provider. */
function branches(providers: readonly Provider[], schemaOf: (provider: Provider) => JsonSchema): JsonSchema {
  if (providers.length === 0) return {};
  return {
    allOf: providers.map((provider) => {
      const schema = schemaOf(provider);
      const needed = Array.isArray(schema.required) && schema.required.length > 0;
      return {
        if: { type: 'object', properties: { use: { const: provider.id } }, required: ['use'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nothing awaits this object.
        then: { type: 'object', properties: { with: schema }, ...(needed && { required: ['with'] }) },
      };
    }),
  };
}

/** A provider's schema as editors should see it: what has a default need not be written, and a choice of words is one list. */
export function settings(schema: unknown): JsonSchema {
  if (!isObject(schema)) return {};
  const words = choice(schema.anyOf);
  if (words !== undefined) {
    const { anyOf: _, ...rest } = schema;
    return { type: 'string', enum: words, ...rest };
  }
  const out: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) out[keyword] = walk(keyword, value, settings);
  return isObject(out.properties) ? withDefaults(out, out.properties) : out;
}

function choice(anyOf: unknown): readonly string[] | undefined {
  if (!Array.isArray(anyOf) || anyOf.length === 0) return undefined;
  const words = anyOf.map((member) => (isObject(member) && typeof member.const === 'string' ? member.const : undefined));
  return words.every((word) => word !== undefined) ? words : undefined;
}

/** Maps over the schemas inside a keyword. */
function walk(keyword: string, value: unknown, change: (schema: unknown) => JsonSchema): unknown {
  if ((keyword === 'properties' || keyword === 'patternProperties') && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, change(schema)]));
  }
  if (['anyOf', 'oneOf', 'allOf'].includes(keyword) && Array.isArray(value)) return value.map(change);
  if ((keyword === 'items' || keyword === 'additionalProperties') && isObject(value)) return change(value);
  return value;
}

function withDefaults(schema: JsonSchema, properties: JsonSchema): JsonSchema {
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const still: unknown[] = [];
  const out: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(properties)) {
    const asked = required.includes(key);
    const selfMade =
      asked &&
      isObject(property) &&
      property.default === undefined &&
      isObject(property.properties) &&
      property.required === undefined;
    out[key] = selfMade && isObject(property) ? { ...property, default: {} } : property;
    if (asked && !selfMade && !(isObject(property) && property.default !== undefined)) still.push(key);
  }
  const { required: _, ...rest } = schema;
  return { ...rest, properties: out, ...(still.length > 0 && { required: still }) };
}

/** The same schema for an overlay: nothing is required, nothing is filled in, and null takes a key away. */
function optional(schema: unknown): JsonSchema {
  if (!isObject(schema)) return {};
  const out: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'required' || keyword === 'default' || keyword === 'minItems' || keyword === 'minProperties') continue;
    out[keyword] = walk(keyword, value, optional);
  }
  if (typeof out.type === 'string') out.type = [out.type, 'null'];
  if (Array.isArray(out.enum)) out.enum = [...out.enum, null];
  if (Array.isArray(out.anyOf)) out.anyOf = [...out.anyOf, { type: 'null' }];
  return out;
}
