import type { Spec } from '../../model/index.js';

/** The version of Kubernetes that a component of its layer names; the newest where none does. */
export function versionOf(spec: Spec): string {
  const chosen = spec.components.find((one) => one.layer === 'kubernetes')?.with;
  const version = typeof chosen === 'object' && chosen !== null && 'version' in chosen ? chosen.version : undefined;
  return typeof version === 'string' ? version : 'v1.37.2';
}
