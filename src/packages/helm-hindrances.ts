import type { PackageSpec } from './package-schema.js';

/** What decides whether Helm can install a package. */
export interface HelmCandidate {
  readonly spec: PackageSpec;
  /** Files of its folder that belong into the rendered tree. */
  readonly files: readonly string[];
}

/** Why a Helm release could not be the whole package; empty where it can. */
export function helmHindrances({ spec, files }: HelmCandidate): readonly string[] {
  if (spec.source === undefined) return ['it is no chart'];
  const brings = files.includes('kustomization.yaml') || (spec.data ?? []).length > 0;
  return brings ? ['it brings objects beside its chart'] : [];
}
