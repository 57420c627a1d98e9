import type { RenderedDelivery } from './delivery.js';
import type { Tree } from './tree.js';

/** A file of an ejected component, by its path in the component's folder: a text, or a copy of the catalog's or the user's own. */
export type EjectedFile =
  | { readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly path: string; readonly copy: Tree };

/** A variable that the user sets before anything runs: a place, an address, never a secret's value. */
export interface EjectedVariable {
  /** As make and the shell know it, e.g. `KUBECONFIG`. */
  readonly name: string;
  readonly why: string;
  /** Used where the user sets nothing. */
  readonly fallback?: string;
}

/** A component as plain files of its own tools: what is done without Strata. */
export interface Ejection {
  readonly files: readonly EjectedFile[];
  readonly variables: readonly EjectedVariable[];
  /** Programs that the recipes call. */
  readonly programs: readonly string[];
  /** Lines of a make recipe that change nothing: syntax, validation. */
  readonly check: readonly string[];
  /** Lines of a make recipe that make it true; safe to run again. */
  readonly apply: readonly string[];
  /** Lines of a make recipe that take it away. */
  readonly destroy: readonly string[];
  /** What Strata does for this component and these files do not, in whole sentences. */
  readonly leftOut: readonly string[];
}

/** What there is to eject from beside the spec. */
export interface EjectParts {
  /** Layers services and applications: what the component puts into the cluster. */
  readonly rendered?: RenderedDelivery;
}
