import { ok, type Result, type Spec } from '../../model/index.js';
import { isReference } from '../../secrets/index.js';
import type { RunWatch } from '../held.js';
import { obtainTools } from '../rehearsal/deliveries.js';
import type { Site } from '../site.js';

/** Steps name secrets, not sops: where a setting refers to an encrypted file, sops is there before any step begins. */
export async function sopsReady(site: Site, spec: Spec, watch: RunWatch): Promise<Result<void>> {
  const refers = spec.components.some((component) => mentions(component.with));
  return refers ? obtainTools(site, spec, ['sops'], { ...watch, listen: () => undefined }) : ok(undefined);
}

function mentions(value: unknown): boolean {
  if (typeof value === 'string') return isReference(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(mentions);
}
