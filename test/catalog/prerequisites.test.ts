import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { CheckFile } from '../../src/preflight/index.js';
import { ActionTable, EntryFile, OwnerFile, readData } from '../../src/prerequisites/index.js';
import { prerequisiteKinds } from '../../src/model/index.js';
import { providers } from '../../src/providers/registry.js';

const catalog = resolve(import.meta.dirname, '../../catalog');
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(catalog, folder), { recursive: true, encoding: 'utf8' })
    .filter((one) => one.endsWith('.yaml'))
    .map((one) => `${folder}/${one}`);
const must = <T extends TSchema>(schema: T, path: string) => {
  const read = readData(schema, readFileSync(join(catalog, path), 'utf8'), path);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
};
const known = new Set(providers.map(({ layer, id }) => `${layer}/${id}.yaml`));

describe('prerequisites of the catalog', () => {
  const owners = must(OwnerFile, 'prerequisites/owners.yaml');
  const entries = filesIn('prerequisites').filter((path) => path.split('/').length === 3);
  it('can be read, belong to a provider, and wait only for what is in their file', () => {
    for (const path of entries) {
      expect(known.has(path.replace('prerequisites/', '')), path).toBe(true);
      const { items } = must(EntryFile, path);
      const ids = items.map(({ id }) => id);
      expect(new Set(ids).size, path).toBe(ids.length);
      for (const { after = [] } of items)
        expect(
          after.filter((id) => !ids.includes(id)),
          path,
        ).toEqual([]);
    }
  });
  it('have an owner and a lead time for every kind', () => {
    expect(prerequisiteKinds.filter((kind) => owners.owners[owners.kinds[kind]?.owner ?? ''] === undefined)).toEqual([]);
  });
  it('have tables of actions that name their source', () => {
    for (const path of filesIn('prerequisites').filter((one) => one.endsWith('-actions.yaml')))
      expect(must(ActionTable, path).source, path).toMatch(/^https:\/\//);
  });
});

describe('checks of the catalog', () => {
  const files = filesIn('checks');
  const all = files.map((path) => ({ path, checks: must(CheckFile, path).checks }));
  it('can be read, have ids of their own, and belong to the host or a provider', () => {
    for (const { path, checks } of all) {
      expect(path === 'checks/host.yaml' || known.has(path.replace('checks/', '')), path).toBe(true);
      expect(new Set(checks.map(({ id }) => id)).size, path).toBe(checks.length);
    }
  });
  it('are at least sixty', () => {
    expect(all.flatMap(({ checks }) => checks).length).toBeGreaterThanOrEqual(60);
  });
  it('answer prerequisites that their provider has', () => {
    for (const { path, checks } of all) {
      const answered = checks.flatMap(({ answers = [] }) => answers);
      if (answered.length === 0) continue;
      const ids = must(EntryFile, path.replace('checks/', 'prerequisites/')).items.map(({ id }) => id);
      expect(
        [...new Set(answered)].filter((id) => !ids.includes(id)),
        path,
      ).toEqual([]);
    }
  });
  it('rest on facts that the script tells', () => {
    const script = readFileSync(join(catalog, 'checks/facts.sh'), 'utf8');
    const groups = {
      program: /for name in (socat [^;]+);/,
      module: /for name in (overlay [^;]+);/,
      sysctl: /for name in (net\.ipv4[^;]+);/,
      port: /for number in ([^;]+);/,
    };
    const told = new Set([...script.matchAll(/^say ([a-zA-Z]+) /gm)].map(([, name]) => name));
    for (const [prefix, pattern] of Object.entries(groups))
      for (const name of pattern.exec(script)?.[1]?.split(' ') ?? []) told.add(`${prefix}.${name}`);
    const used = all.flatMap(({ checks }) =>
      checks.flatMap(({ probe }) =>
        'fact' in probe ? [probe.fact] : 'unique' in probe ? [probe.unique] : 'same' in probe ? [probe.same] : [],
      ),
    );
    expect([...new Set(used)].filter((fact) => !told.has(fact))).toEqual([]);
  });
});
