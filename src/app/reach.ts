import { resolveInputs } from '../engine/index.js';
import { isSecretRef, type StepId } from '../model/index.js';
import type { Composition } from './compose.js';
import type { Site } from './site.js';

/** How a user reaches what stands; only what is known. */
export interface Reach {
  /** Path of the kubeconfig (0600). */
  readonly kubeconfig?: string;
  readonly machines: readonly { readonly name: string; readonly address: string }[];
  readonly urls: readonly { readonly name: string; readonly url: string }[];
}

/** Reads what the layers published, once their steps have outputs. */
export async function reachOf(site: Site, { published }: Composition, outputs: ReadonlyMap<StepId, unknown>): Promise<Reach> {
  const value = (layer: keyof Composition['published'], key: string): unknown => {
    const resolved = resolveInputs('reach' as StepId, published[layer]?.[key], outputs);
    return resolved.ok ? resolved.value : undefined;
  };
  const kubeconfig = value('kubernetes', 'kubeconfig');
  return {
    ...(isSecretRef(kubeconfig) && { kubeconfig: site.host.secrets.path(kubeconfig.$secret) }),
    machines: listOf(value('infrastructure', 'nodes'), ['name', 'address']),
    urls: listOf(value('applications', 'urls'), ['name', 'url']),
  };
}

/** The wanted text members of each entry; an entry that lacks one is left out. */
function listOf<K extends string>(value: unknown, keys: readonly K[]): readonly Record<K, string>[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (entry): entry is Record<K, string> =>
      typeof entry === 'object' && entry !== null && keys.every((key) => typeof entry[key] === 'string'),
  );
}
