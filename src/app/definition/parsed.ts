import type { Diagnostic } from '../../model/index.js';
import type { Tree } from './tree.js';

/** What a file holds; `tree` is absent where the text could not be understood. */
export interface Parsed {
  readonly tree?: Tree;
  /** Parts were left out because they could not be read: what seems missing may be there. */
  readonly partial?: true;
  readonly diagnostics: readonly Diagnostic[];
}
