import type { StepId } from './ids.js';

/** A value that a step will publish; every Ref inside a step's inputs is also a graph edge. */
export interface Ref<T> {
  readonly $step: StepId;
  /** Dotted path into the step's output; empty for the whole. */
  readonly $path: string;
  /** Type only; never present at run time. */
  readonly $type?: T;
}

/** A value known now, or an output of a step, at any depth. */
export type Later<T> = T | Ref<T> | (T extends object ? { readonly [K in keyof T]: Later<T[K]> } : never);

/** True where a value is a Ref. */
export function isRef(value: unknown): value is Ref<unknown> {
  return typeof value === 'object' && value !== null && '$step' in value && '$path' in value;
}

/** The step a value comes from; `undefined` where it is known already. */
export const stepOf = (value: unknown): StepId | undefined => (isRef(value) ? value.$step : undefined);
