import { isRef, type Ref } from '../model/index.js';

/** Every Ref in a step's inputs, at any depth. */
export function refsIn(value: unknown): readonly Ref<unknown>[] {
  if (isRef(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(refsIn);
}

/** Inputs with every Ref replaced by the output of its step; toolchain steps refer to whole outputs only. */
export function fill(value: unknown, outputs: ReadonlyMap<string, unknown>): unknown {
  if (isRef(value)) return outputs.get(value.$step);
  if (Array.isArray(value)) return value.map((member) => fill(member, outputs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, outputs)]));
}
