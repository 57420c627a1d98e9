import type { Installation, RenderedObject } from '../model/index.js';

/** One folder of a package that is applied as a whole. */
export interface StageFolder {
  /** Also the name of what applies it. */
  readonly name: string;
  readonly stage: number;
  /** Texts by file name, the kustomization among them. */
  readonly files: Readonly<Record<string, string>>;
}

/** A package as folders to apply in order, and as the objects that come into the cluster by them. */
export interface BuiltPackage {
  readonly folders: readonly StageFolder[];
  readonly objects: readonly RenderedObject[];
  /** Where the one folder holds a Helm release in place of the objects. */
  readonly installation?: Installation;
}
