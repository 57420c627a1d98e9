/** A kind of objects as an API server serves it. */
export interface Resource {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural, as in paths. */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** The version its group prefers among those that serve this kind. */
  readonly preferred: boolean;
}

/** Asks for the whole of a group list in one answer (Kubernetes 1.30 and newer). */
export const aggregatedDiscovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const maps = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter((one) => isMap(one)) : [];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads an APIGroupDiscoveryList; versions come in the order the server prefers. */
export function parseDiscovery(body: unknown): readonly Resource[] {
  if (!isMap(body)) return [];
  return maps(body.items).flatMap((item) => {
    const group = isMap(item.metadata) ? text(item.metadata.name) : '';
    const seen = new Set<string>();
    return maps(item.versions).flatMap((one) => {
      const apiVersion = group === '' ? text(one.version) : `${group}/${text(one.version)}`;
      const found = maps(one.resources).map((entry) => resourceIn(entry, apiVersion, seen));
      for (const { name } of found) seen.add(name);
      return found.filter(({ kind }) => kind !== '');
    });
  });
}

function resourceIn(entry: Readonly<Record<string, unknown>>, apiVersion: string, seen: ReadonlySet<string>): Resource {
  const name = text(entry.resource);
  const verbs = Array.isArray(entry.verbs) ? entry.verbs.map(text) : [];
  const kind = isMap(entry.responseKind) ? text(entry.responseKind.kind) : '';
  return { apiVersion, kind, name, namespaced: entry.scope === 'Namespaced', verbs, preferred: !seen.has(name) };
}

/** Path of a kind's objects, of all namespaces or of one. */
export function pathOf({ apiVersion, name, namespaced }: Resource, namespace?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespaced && namespace !== undefined
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${name}`
    : `${root}/${name}`;
}
