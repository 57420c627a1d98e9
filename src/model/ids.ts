/** Nominal typing for strings that must not be mixed up. */
export type Brand<T, B> = T & { readonly __brand: B };

/** Stable name of a step, `<layer>/<component>/<what>`; never derived from a title or a position. */
export type StepId = Brand<string, 'StepId'>;

/** `sha256:<64 hex>` of bytes, or of the canonical JSON of a value. */
export type Digest = Brand<string, 'Digest'>;

/** Plain data: all that may appear in inputs, outputs, plans and journals. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
