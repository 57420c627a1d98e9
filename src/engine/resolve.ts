import { err, isRef, ok, type Result, type StepId } from '../model/index.js';
import { isPlainObject } from './canonical.js';
import { refMissing } from './errors.js';

/** Outputs known so far, by step. */
export type Outputs = ReadonlyMap<StepId, unknown>;

/** Inputs with every Ref replaced by the output it names. A Ref to a member that is not there is a provider's bug. */
export function resolveInputs(step: StepId, inputs: unknown, outputs: Outputs): Result<unknown> {
  if (isRef(inputs)) return resolveRef(step, inputs.$step, inputs.$path, outputs);
  if (Array.isArray(inputs)) return resolveList(step, inputs, outputs);
  if (!isPlainObject(inputs)) return ok(inputs);
  const filled: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(inputs)) {
    const value = resolveInputs(step, member, outputs);
    if (!value.ok) return value;
    filled[key] = value.value;
  }
  return ok(filled);
}

function resolveList(step: StepId, list: readonly unknown[], outputs: Outputs): Result<unknown> {
  const filled: unknown[] = [];
  for (const member of list) {
    const value = resolveInputs(step, member, outputs);
    if (!value.ok) return value;
    filled.push(value.value);
  }
  return ok(filled);
}

function resolveRef(step: StepId, source: StepId, path: string, outputs: Outputs): Result<unknown> {
  let value = outputs.get(source);
  for (const part of path === '' ? [] : path.split('.')) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined;
  }
  return value === undefined ? err(refMissing(step, source, path)) : ok(value);
}
