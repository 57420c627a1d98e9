import type { Failure } from './diagnostic.js';

/** Expected trouble is a value; a thrown error is our own bug. */
export type Result<T, F = Failure> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: F };

/** Wraps a value as success. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** Wraps a failure. */
export const err = <F>(error: F): { readonly ok: false; readonly error: F } => ({ ok: false, error });
