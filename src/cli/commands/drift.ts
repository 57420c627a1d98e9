import { drift } from '../../app/drift.js';
import type { Call } from '../call.js';
import { compare } from './diff.js';

/** `strata drift`. */
export const run = (call: Call): Promise<number> => compare(call, drift);
