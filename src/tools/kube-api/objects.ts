import type { KubeObject } from '../../model/index.js';

/** A mapping whose members are not known beforehand. */
export type Entry = Readonly<Record<string, unknown>>;

/** True for a mapping; a list is none. */
export const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Written by the API server or by controllers, never by who applies. */
const noise = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'] as const;

/** kubectl keeps the whole object in it, the values of a Secret included. */
const copies = ['kubectl.kubernetes.io/last-applied-configuration'];

/** An object without what changes by itself. `status` stays: it says, for example, which versions a kind is stored in. */
export function withoutNoise(object: KubeObject): KubeObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const key of noise) delete metadata[key];
  if (object.metadata.annotations !== undefined) {
    const kept = Object.entries(object.metadata.annotations).filter(([key]) => !copies.includes(key));
    if (kept.length === 0) delete metadata.annotations;
    else metadata.annotations = Object.fromEntries(kept);
  }
  return { ...object, metadata: metadata as unknown as KubeObject['metadata'] };
}

/** Of a Secret only its name, its type and whether it is sealed. Annotations might quote its values. */
export function secretShell({ apiVersion, kind, metadata, type, immutable }: KubeObject): KubeObject {
  const { name, namespace, labels } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels !== undefined && { labels }) },
    ...(type !== undefined && { type }),
    ...(immutable !== undefined && { immutable }),
  };
}

/** True for a core Secret. */
export const isSecret = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean =>
  apiVersion === 'v1' && kind === 'Secret';

/** `apps/v1 Deployment monitoring/grafana`. */
export const nameOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string =>
  `${apiVersion} ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
