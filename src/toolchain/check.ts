import type { Static, TSchema } from 'typebox';

/** Where a value does not fit its schema, and why. */
export interface Misfit {
  /** Path of keys, `/`-separated; empty for the whole. */
  readonly at: string;
  readonly why: string;
}

/**
 * First misfit of a value, over the part of JSON Schema that the pins use.
 * A complete validator takes longer to load than all of `plan` may take; these lists are read by every command.
 */
export function misfit(schema: unknown, value: unknown, at = ''): Misfit | undefined {
  const rule = members(schema);
  if (Array.isArray(rule.anyOf)) return anyOf(rule.anyOf, value, at);
  if ('const' in rule) return value === rule.const ? undefined : { at, why: `must be ${JSON.stringify(rule.const)}` };
  if (rule.type === 'object') return objectMisfit(rule, value, at);
  if (rule.type === 'array') return arrayMisfit(rule, value, at);
  if (rule.type === 'string') return stringMisfit(rule, value, at);
  // The two that are left are named as `typeof` names them.
  return typeof value === rule.type ? undefined : { at, why: `must be a ${String(rule.type)}` };
}

/** Narrows a value that fits. */
export function conforms<T extends TSchema>(schema: T, value: unknown): value is Static<T> {
  return misfit(schema, value) === undefined;
}

type Members = Readonly<Record<string, unknown>>;

const members = (value: unknown): Members => (typeof value === 'object' && value !== null ? { ...value } : {});

function anyOf(choices: readonly unknown[], value: unknown, at: string): Misfit | undefined {
  const misfits = choices.map((choice) => misfit(choice, value, at));
  if (misfits.includes(undefined)) return undefined;
  // The deepest misfit belongs to the choice that was meant.
  return misfits.reduce((a, b) => ((b?.at.length ?? 0) > (a?.at.length ?? 0) ? b : a));
}

function objectMisfit(rule: Members, value: unknown, at: string): Misfit | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { at, why: 'must be a map' };
  const [properties, given] = [members(rule.properties), members(value)];
  const required: readonly unknown[] = Array.isArray(rule.required) ? rule.required : [];
  const absent = required.find((key) => typeof key === 'string' && given[key] === undefined);
  if (absent !== undefined) return { at, why: `needs '${String(absent)}'` };
  for (const [key, member] of Object.entries(given)) {
    const found = memberMisfit(rule, properties, key, member, `${at}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function memberMisfit(rule: Members, properties: Members, key: string, value: unknown, at: string): Misfit | undefined {
  if (key in properties) return misfit(properties[key], value, at);
  const pattern = Object.entries(members(rule.patternProperties)).find(([source]) => new RegExp(source).test(key));
  if (pattern !== undefined) return misfit(pattern[1], value, at);
  const closed = rule.additionalProperties === false || rule.patternProperties !== undefined;
  return closed ? { at, why: 'is not a known key' } : undefined;
}

function arrayMisfit(rule: Members, value: unknown, at: string): Misfit | undefined {
  if (!Array.isArray(value)) return { at, why: 'must be a list' };
  if (typeof rule.minItems === 'number' && value.length < rule.minItems)
    return { at, why: `needs at least ${rule.minItems} entries` };
  for (const [index, item] of value.entries()) {
    const found = misfit(rule.items, item, `${at}/${index}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function stringMisfit(rule: Members, value: unknown, at: string): Misfit | undefined {
  if (typeof value !== 'string') return { at, why: 'must be text' };
  if (typeof rule.pattern === 'string' && !new RegExp(rule.pattern).test(value))
    return { at, why: `'${value}' does not fit ${rule.pattern}` };
  return undefined;
}
