import type { RenderedObject, RenderedPackage } from '../../model/index.js';
import { groupVersion, isBuiltIn, isClusterKind, keyOf, resourceOf } from './names.js';
import { labelsOf, podTemplateOf, type PodTemplate } from './pods.js';
import { at, compare, list, text } from './read.js';

/** An object with what is asked of it often. */
export interface Placed {
  readonly owner: RenderedPackage;
  readonly one: RenderedObject;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for objects that live in none. */
  readonly namespace: string | undefined;
  readonly key: string;
  readonly pods: PodTemplate | undefined;
}

/** A kind that is defined by an object. */
export interface DefinedKind {
  readonly by: Placed;
  /** Versions it is served in; empty where they are not known. */
  readonly versions: readonly string[];
  readonly resource: string;
  readonly namespaced: boolean | undefined;
}

/** Every object of the packages, findable by what it is. */
export interface ObjectIndex {
  /** Sorted: the result must not depend on the order of what is given. */
  readonly placed: readonly Placed[];
  readonly byKey: ReadonlyMap<string, readonly Placed[]>;
  /** By `group/Kind`. */
  readonly kinds: ReadonlyMap<string, DefinedKind>;
  /** By namespace. */
  readonly pods: ReadonlyMap<string, readonly Placed[]>;
  /** Labels of the namespaces that are rendered, with the one each has by itself. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>>;
  find(group: string, kind: string, namespace: string | undefined, name: string): readonly Placed[];
}

/** Files the objects of packages by key, kind and namespace. */
export function indexObjects(packages: readonly RenderedPackage[]): ObjectIndex {
  const sorted = [...packages].sort((a, b) => compare(a.name, b.name));
  const kinds = definedKinds(sorted);
  const placed = sorted.flatMap((owner) => owner.objects.map((one) => place(owner, one, kinds)).sort(byKeyThenPlace));
  const byKey = new Map<string, Placed[]>();
  const pods = new Map<string, Placed[]>();
  for (const one of placed) {
    push(byKey, one.key, one);
    if (one.pods !== undefined) push(pods, one.namespace ?? '', one);
  }
  const find: ObjectIndex['find'] = (group, kind, namespace, name) => byKey.get(keyOf(group, kind, namespace, name)) ?? [];
  return {
    placed,
    byKey,
    kinds,
    pods,
    find,
    namespaceLabels: (namespace) => ({
      ...labelsOf(at(find('', 'Namespace', undefined, namespace)[0]?.one.object, 'metadata', 'labels')),
      'kubernetes.io/metadata.name': namespace,
    }),
  };
}

const byKeyThenPlace = (a: Placed, b: Placed): number =>
  compare(a.key, b.key) || compare(a.one.from.file, b.one.from.file) || a.one.from.line - b.one.from.line;

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function place(owner: RenderedPackage, one: RenderedObject, kinds: ReadonlyMap<string, DefinedKind>): Placed {
  const { object } = one;
  const { group, version } = groupVersion(object.apiVersion);
  const { kind } = object;
  const { name } = object.metadata;
  const namespaced = isBuiltIn(group) ? !isClusterKind(kind) : kinds.get(`${group}/${kind}`)?.namespaced;
  const given = object.metadata.namespace;
  const namespace = namespaced === false ? undefined : (given ?? (namespaced ? (owner.namespace ?? 'default') : undefined));
  const pods = podTemplateOf(object);
  return { owner, one, group, version, kind, name, namespace, key: keyOf(group, kind, namespace, name), pods };
}

/** Objects that make the API server serve a kind, directly or through a controller. */
const makers: Readonly<Record<string, (object: unknown) => readonly [group: unknown, names: unknown]>> = {
  'apiextensions.k8s.io/CustomResourceDefinition': (o) => [at(o, 'spec', 'group'), at(o, 'spec', 'names')],
  'templates.gatekeeper.sh/ConstraintTemplate': (o) => ['constraints.gatekeeper.sh', at(o, 'spec', 'crd', 'spec', 'names')],
  'apiextensions.crossplane.io/CompositeResourceDefinition': (o) => [at(o, 'spec', 'group'), at(o, 'spec', 'names')],
};

function definedKinds(packages: readonly RenderedPackage[]): ReadonlyMap<string, DefinedKind> {
  const kinds = new Map<string, DefinedKind>();
  for (const owner of packages) {
    for (const one of owner.objects) {
      const { group: ownGroup } = groupVersion(one.object.apiVersion);
      const maker = makers[`${ownGroup}/${one.object.kind}`];
      if (maker === undefined) continue;
      const [group, names] = maker(one.object);
      const kind = text(at(names, 'kind'));
      if (kind === undefined || kinds.has(`${String(group)}/${kind}`)) continue;
      kinds.set(`${String(group)}/${kind}`, {
        by: place(owner, one, kinds),
        versions: servedVersions(one.object),
        resource: text(at(names, 'plural')) ?? resourceOf(kind),
        namespaced: scopeOf(one.object),
      });
    }
  }
  return kinds;
}

function servedVersions(object: unknown): readonly string[] {
  const served = list(at(object, 'spec', 'versions')).filter((one) => at(one, 'served') !== false);
  return served.flatMap((one) => text(at(one, 'name')) ?? []);
}

function scopeOf(object: unknown): boolean | undefined {
  const scope = text(at(object, 'spec', 'scope'));
  if (scope !== undefined) return scope !== 'Cluster';
  return at(object, 'kind') === 'ConstraintTemplate' ? false : undefined;
}
