import type { Diagnostic, PlannedMachine, Prerequisite, Situation, Span } from '../model/index.js';
import { actionsUnknown, pathUnknown } from './errors.js';
import type { ActionTable, Entry, EntryFile } from './schema.js';

/** What a provider's entries are filled in from. */
export interface Facts {
  /** `layer/component`. */
  readonly component: string;
  readonly platform: string;
  readonly environment: string;
  /** The component's settings. */
  readonly spec: unknown;
  readonly machines: readonly PlannedMachine[];
  readonly situation: Situation;
  /** Texts of a module's files, by the module's path in the catalog. */
  module(path: string): readonly string[];
  table(path: string): ActionTable | undefined;
}

/** An entry without what depends on its kind. */
export type Stated = Omit<Prerequisite, 'owner' | 'leadDays' | 'met'> & { readonly owner?: string; readonly leadDays?: number };

/** Entries that apply here, filled in. */
export function evaluate(
  data: EntryFile,
  facts: Facts,
  at: Span,
): { readonly stated: readonly Stated[]; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const applying = data.items.filter((entry) => applies(entry, facts));
  const stated = applying.map((entry) => state(entry, { data, facts, at, problems }));
  const ids = new Set(stated.map(({ id }) => id));
  // What is not asked for here need not be waited for.
  return { stated: stated.map((one) => ({ ...one, after: one.after.filter((id) => ids.has(id)) })), problems };
}

interface Filling {
  readonly data: EntryFile;
  readonly facts: Facts;
  readonly at: Span;
  readonly problems: Diagnostic[];
}

/** Present, not false, not empty. */
export const says = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== '' &&
  value !== 0 &&
  !(Array.isArray(value) && value.length === 0);

const applies = ({ situations, when, unless }: Entry, facts: Facts): boolean =>
  (situations === undefined || situations.includes(facts.situation)) &&
  (when === undefined || says(lookup(facts, when))) &&
  (unless === undefined || !says(lookup(facts, unless)));

function state(entry: Entry, filling: Filling): Stated {
  const { facts } = filling;
  const number = entry.number && { value: sum(entry.number.sum, filling), unit: entry.number.unit };
  return {
    id: `${facts.component}/${entry.id}`,
    kind: entry.kind,
    what: fill(entry.what, filling),
    why: fill(entry.why, filling),
    items: itemsOf(entry, filling),
    ...(number && { number }),
    for: facts.component,
    after: (entry.after ?? []).map((id) => `${facts.component}/${id}`),
    ...(entry.owner !== undefined && { owner: entry.owner }),
    ...(entry.leadDays !== undefined && { leadDays: entry.leadDays }),
  };
}

function itemsOf({ items = [], forEach, actions }: Entry, filling: Filling): readonly string[] {
  const { facts } = filling;
  const each = forEach === undefined ? [] : groupOf(facts, forEach.of).map((machine) => fill(forEach.item, filling, machine));
  return [...items.map((item) => fill(item, filling)), ...each, ...(actions === undefined ? [] : actionsOf(actions, filling))];
}

const groupOf = ({ machines }: Facts, group: string): readonly PlannedMachine[] =>
  group === 'machines' ? machines : machines.filter(({ role }) => role === (group === 'workers' ? 'worker' : 'control-plane'));

/** What a path of an entry stands for. */
function lookup(facts: Facts, path: string, each?: PlannedMachine): unknown {
  const counts: Readonly<Record<string, number>> = {
    machines: facts.machines.length,
    controlPlanes: groupOf(facts, 'controlPlanes').length,
    workers: groupOf(facts, 'workers').length,
  };
  if (Object.hasOwn(counts, path)) return counts[path];
  const { platform, environment, spec } = facts;
  return lookupIn({ platform, environment, spec, each }, path);
}

/** What lies at a dotted path; own members only. */
export function lookupIn(data: unknown, path: string): unknown {
  let here = data;
  for (const key of path.split('.'))
    here = typeof here === 'object' && here !== null && Object.hasOwn(here, key) ? Reflect.get(here, key) : undefined;
  return here;
}

const fill = (text: string, { facts, at, problems }: Filling, each?: PlannedMachine): string =>
  text.replaceAll(/\$\{([A-Za-z0-9.]+)\}/g, (_, path: string) => {
    const value = lookup(facts, path, each);
    if (value === undefined) problems.push(pathUnknown(at, path));
    return Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
  });

function sum(terms: NonNullable<Entry['number']>['sum'], filling: Filling): number {
  const { data, facts, at, problems } = filling;
  const numberAt = (path: string): number => {
    const value = lookup(facts, path);
    if (typeof value === 'number') return value;
    if (Array.isArray(value)) return value.length;
    problems.push(pathUnknown(at, path));
    return 0;
  };
  return terms.reduce((total, { count, each = 1 }) => {
    const many = typeof count === 'number' ? count : numberAt(count);
    if (typeof each === 'number') return total + many * each;
    const row = String(lookup(facts, each.by) ?? '');
    const amount = data.tables?.[each.table]?.[row];
    if (amount === undefined) problems.push(pathUnknown(at, `tables.${each.table}.${row}`));
    return total + many * (amount ?? 0);
  }, 0);
}

/** Resources and data sources of the module, each with the actions of the table; sorted, each once. */
function actionsOf({ module, table: path }: NonNullable<Entry['actions']>, { facts, at, problems }: Filling): readonly string[] {
  const table = facts.table(path);
  const used = new Set<string>();
  for (const text of facts.module(module))
    for (const [, sort, name] of text.matchAll(/^(resource|data) "([a-z0-9_]+)"/gm))
      used.add(sort === 'data' ? `data.${name}` : `${name}`);
  const unknown = [...used].filter((name) => table?.resources[name] === undefined);
  if (unknown.length > 0) problems.push(actionsUnknown(at, unknown.sort()));
  return [...new Set([...used].flatMap((name) => table?.resources[name] ?? []))].sort();
}

/** A text with `${path}` filled in from data; what data does not say is told, and left empty. */
export const fillIn = (text: string, data: unknown, unknown: (path: string) => void): string =>
  text.replaceAll(/\$\{([A-Za-z0-9.]+)\}/g, (_, path: string) => {
    const value = lookupIn(data, path);
    if (value === undefined) unknown(path);
    return Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
  });
