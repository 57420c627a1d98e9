import type { Digest } from './ids.js';

/** A folder or file of the catalog or the user's project, with its content's digest. */
export interface Tree {
  readonly root: 'catalog' | 'project';
  readonly path: string;
  readonly digest: Digest;
}
