import { absolutePath, writeAtomically } from '../host/index.js';
import type { Result } from '../model/index.js';

/** Writes a report where the user asked for it. */
export const saveReport = (path: string, text: string): Promise<Result<void>> => writeAtomically(absolutePath(path), text);
