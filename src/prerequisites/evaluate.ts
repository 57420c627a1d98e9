import type { Diagnostic, PlannedMachine, Prerequisite, Situation, Span } from '../model/index.js';
import { counts, fillWith, holds, isWhole, lookupIn } from './conditions.js';
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

const applies = (entry: Entry, facts: Facts): boolean =>
  (entry.situations === undefined || entry.situations.includes(facts.situation)) && counts(entry, (path) => lookup(facts, path));

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
  // An item about something optional is no item where that is absent.
  const whole = items.filter((item) => isWhole(item, (path) => lookup(facts, path)));
  return [...whole.map((item) => fill(item, filling)), ...each, ...(actions === undefined ? [] : actionsOf(actions, filling))];
}

const groupOf = ({ machines }: Facts, group: string): readonly PlannedMachine[] =>
  group === 'machines' ? machines : machines.filter(({ role }) => role === (group === 'workers' ? 'worker' : 'control-plane'));

/** What a path of an entry stands for. */
function lookup(facts: Facts, path: string, each?: PlannedMachine): unknown {
  const known: Readonly<Record<string, number>> = {
    machines: facts.machines.length,
    controlPlanes: groupOf(facts, 'controlPlanes').length,
    workers: groupOf(facts, 'workers').length,
  };
  if (Object.hasOwn(known, path)) return known[path];
  const { platform, environment, spec } = facts;
  return lookupIn({ platform, environment, spec, each }, path);
}

const fill = (text: string, { facts, at, problems }: Filling, each?: PlannedMachine): string =>
  fillWith(
    text,
    (path) => lookup(facts, path, each),
    (path) => problems.push(pathUnknown(at, path)),
  );

function sum(terms: NonNullable<Entry['number']>['sum'], filling: Filling): number {
  const { data, facts, at, problems } = filling;
  const numberAt = (path: string): number => {
    const value = lookup(facts, path);
    if (typeof value === 'number') return value;
    if (Array.isArray(value)) return value.length;
    problems.push(pathUnknown(at, path));
    return 0;
  };
  const terming = terms.filter((term) => counts(term, (path) => lookup(facts, path)));
  return terming.reduce((total, { count, each = 1 }) => {
    const many = typeof count === 'number' ? count : numberAt(count);
    if (typeof each === 'number') return total + many * each;
    if (typeof each === 'string') return total + many * numberAt(each);
    const row = String(lookup(facts, each.by) ?? '');
    const amount = rowOf(data.tables?.[each.table] ?? {}, row);
    if (amount === undefined) problems.push(pathUnknown(at, `tables.${each.table}.${row}`));
    return total + many * (amount ?? 0);
  }, 0);
}

/** A row by its name, or the first whose name with `*` fits. */
const rowOf = (table: Readonly<Record<string, number>>, row: string): number | undefined =>
  Object.hasOwn(table, row)
    ? table[row]
    : Object.entries(table).find(([name]) => {
        const [before = '', after] = name.split('*');
        return after !== undefined && row.length >= name.length - 1 && row.startsWith(before) && row.endsWith(after);
      })?.[1];

const block = /^(resource|data|source) "([a-z0-9_-]+)"/gm;

/** What a module makes and looks at here, each with the actions of the table; sorted, each once. */
function actionsOf(
  { module, table: path, when = {} }: NonNullable<Entry['actions']>,
  { facts, at, problems }: Filling,
): readonly string[] {
  const table = facts.table(path);
  const used = new Set<string>();
  for (const text of facts.module(module))
    for (const [, sort, name] of text.matchAll(block)) used.add(sort === 'resource' ? `${name}` : `${sort}.${name}`);
  const unknown = [...used].filter((name) => table?.resources[name] === undefined);
  if (unknown.length > 0) problems.push(actionsUnknown(at, unknown.sort()));
  const made = [...used].filter((name) => when[name] === undefined || holds(when[name], (one) => lookup(facts, one)));
  return [...new Set(made.flatMap((name) => table?.resources[name] ?? []))].sort();
}
