import type { Validators } from './validators.js';

/** Replaced by the build with checks compiled for the registry's providers; a run from the sources compiles its own. */
export const compiled: Validators | undefined = undefined;
