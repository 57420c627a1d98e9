import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

const catalog = join(import.meta.dirname, '../../catalog/packages');

interface Described {
  readonly title: string;
  readonly namespace?: string;
  readonly source?: { readonly chart: { readonly module?: string; readonly folder?: string; readonly charts?: unknown } };
  readonly provides?: readonly string[];
  readonly requires?: readonly string[];
  readonly images?: readonly { readonly ref?: string }[];
  readonly sizes?: Readonly<Record<string, unknown>>;
  readonly data?: readonly { readonly from: string }[];
}

const read = (...path: readonly string[]): string => readFileSync(join(catalog, ...path), 'utf8');
const has = (...path: readonly string[]): boolean => statSync(join(catalog, ...path), { throwIfNoEntry: false }) !== undefined;
const packages = new Map(
  readdirSync(catalog).map((name): [string, Described] => [name, parse(read(name, 'package.yaml')).spec as Described]),
);
const charts = [...packages].filter(([, spec]) => spec.source !== undefined);
const pins = new Set(
  parse(readFileSync(join(catalog, '../../toolchain/tools.yaml'), 'utf8')).tools.map((pin: { name: string }) => pin.name),
);

describe('the catalog', () => {
  const offered = new Set([...packages.values()].flatMap(({ provides = [] }) => provides));

  it.each([...packages])('%s requires only what some package provides', (_, { requires = [] }) => {
    // What the layers below bring is nothing a package can wait for.
    expect(requires.filter((capability) => !offered.has(capability) && capability !== 'storage-class')).toEqual([]);
  });

  it.each([...packages])('%s takes data and charts only from pinned artefacts', (_, { data = [], source }) => {
    const from = [...data.map((one) => one.from), source?.chart.module ?? 'catalog'].filter((name) => name !== 'catalog');
    expect(from.filter((name) => !pins.has(name))).toEqual([]);
  });

  it.each(charts)('%s names its images with a fixed version, and a namespace', (_, { images = [], namespace }) => {
    const refs = images.flatMap(({ ref }) => (ref === undefined ? [] : [ref]));
    expect(refs.filter((ref) => !/^[^/]+\.[^/]+\/.+:(?!latest$)[^:]+$/.test(ref))).toEqual([]);
    expect(namespace).toMatch(/^[a-z0-9-]+$/);
  });

  it.each(charts)('%s says in at most 25 lines what it is and how far it was tried', (name) => {
    const text = read(name, 'readme.md');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(text).toMatch(/^How far it was tried: /m);
  });

  // Around a chart of somebody else's, the values are that chart's.
  const own = charts.filter(([, { source }]) => {
    const { module, folder, charts: parts } = source?.chart ?? {};
    return module === undefined && folder !== undefined && parts === undefined;
  });
  it.each(own)('%s, whose chart is our own, describes every value and refuses others', (name) => {
    const schema: unknown = JSON.parse(read(name, 'chart/values.schema.json'));
    const values: unknown = parse(read(name, 'chart/values.yaml'));
    expect(Object.keys(at(schema, 'properties')).sort()).toEqual([...Object.keys(at(values)), 'global'].sort());
    expect(undescribed(schema, name)).toEqual([]);
    expect(has(name, 'values.yaml')).toBe(false);
  });
});

const at = (value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value) as Record<string, unknown>;

/** Leaves of a schema that say nothing, and maps that let anything in. */
function undescribed(schema: unknown, path: string): readonly string[] {
  const node = schema as { properties?: object; additionalProperties?: unknown; description?: string; $ref?: string };
  if (path.endsWith('.global') || node.$ref !== undefined) return [];
  if (node.properties === undefined) return node.description === undefined ? [path] : [];
  const open = node.additionalProperties === false ? [] : [`${path}: lets anything in`];
  return [...open, ...Object.entries(node.properties).flatMap(([key, inner]) => undescribed(inner, `${path}.${key}`))];
}
