import type { ErrorObject } from 'ajv';
import type { Plain } from './tree.js';

/** Checks a value against one schema, fills in defaults, and gives every error. */
export type Validate = (value: Plain) => readonly ErrorObject[];

/** The checks of one list of providers. */
export interface Validators {
  /** Of a platform with an environment laid over it. */
  readonly platform: Validate;
  /** Of an environment file without its providers' settings: those are checked after merging. */
  readonly frame: Validate;
}
