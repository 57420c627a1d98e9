import type { Change } from '../model/index.js';
import type { TerraformChange, TerraformPlan } from '../tools/terraform/index.js';

/** What a plan would do, as differences a user reads; values that Terraform calls sensitive or does not know are never shown. */
export function changesIn({ resource_changes = [], output_changes = {} }: TerraformPlan): readonly Change[] {
  const resources = resource_changes.flatMap((one) => changeOf(one) ?? []);
  const outputs = Object.entries(output_changes)
    .filter(([, { actions }]) => actions.some((action) => action !== 'no-op'))
    .map(([name]) => ({ what: `output ${name}` }));
  return [...resources, ...outputs];
}

function changeOf({ address, change, action_reason }: TerraformChange): Change | undefined {
  const actions = change.actions.join(',');
  if (change.importing !== undefined)
    return { what: address, from: `found as ${change.importing.id ?? 'it is'}`, to: 'taken over' };
  if (actions === 'create') return { what: address, to: 'new' };
  if (actions === 'delete') return { what: address, from: 'there', to: 'gone' };
  if (actions.includes('delete')) return { what: address, from: 'there', to: `replaced (${reason(change, action_reason)})` };
  return actions === 'update' ? { what: address, ...fromTo(change) } : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  replace_because_tainted: 'its making did not finish',
  replace_by_request: 'asked for',
  replace_by_triggers: 'what it rests on is replaced',
};

function reason(change: TerraformChange['change'], why: string | undefined): string {
  const known = reasons[why ?? ''];
  if (known !== undefined) return known;
  const names = changedNames(change);
  return names.length === 0 ? 'it cannot be changed in place' : `${names.join(', ')} cannot be changed in place`;
}

/** One attribute is shown with its values, more of them by name. */
function fromTo(change: TerraformChange['change']): Omit<Change, 'what'> {
  const names = changedNames(change);
  const [only] = names;
  if (names.length !== 1 || only === undefined) return { to: names.join(', ') };
  const [from, to] = [plain(change.before, only, change.before_sensitive), plain(change.after, only, change.after_sensitive)];
  return from === undefined || to === undefined ? { to: only } : { from: `${only} ${from}`, to: `${only} ${to}` };
}

const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

function changedNames({ before, after, after_unknown }: TerraformChange['change']): readonly string[] {
  const [had, has, unknown] = [members(before), members(after), members(after_unknown)];
  const differs = (name: string): boolean => JSON.stringify(had[name] ?? null) !== JSON.stringify(has[name] ?? null);
  return [...new Set([...Object.keys(had), ...Object.keys(has)])]
    .filter((name) => unknown[name] !== true && differs(name))
    .sort();
}

function plain(value: unknown, name: string, sensitive: unknown): string | undefined {
  if (sensitive === true || members(sensitive)[name] !== undefined) return undefined;
  const member = members(value)[name];
  return typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean'
    ? String(member).slice(0, 80)
    : undefined;
}

/** Addresses a plan would remove or replace. */
export const takenAway = ({ resource_changes = [] }: TerraformPlan): readonly string[] =>
  resource_changes.filter(({ change }) => change.actions.includes('delete')).map(({ address }) => address);

/** Whether the state knew of nothing when the plan was made. */
export const startsEmpty = ({ prior_state, resource_changes = [] }: TerraformPlan): boolean =>
  Object.keys(prior_state?.values?.outputs ?? {}).length === 0 &&
  resource_changes.every(
    ({ mode, change }) => mode === 'data' || (change.actions.join() === 'create' && change.importing === undefined),
  );
