import type { KubeObject, RenderedObject } from '../model/index.js';
import { groupVersion, isBuiltIn, isClusterKind } from './order/names.js';
import { isMap, valueAt } from './values.js';

/** When objects of a package are applied: kinds, what its chart runs before, the package itself, what it runs after. */
export const stages = { kinds: 0, before: 1, main: 2, after: 3 } as const;

const suffixes = ['crds', 'before', 'main', 'after'] as const;

/** Name of a stage: the last one is named as the package, so that who waits for the package waits for all of it. A package's name has no dot. */
export const stageName = (name: string, stage: number, last: number): string =>
  stage === last ? name : `${name}.${suffixes[stage] ?? String(stage)}`;

/** Stage of an object that a chart renders; `undefined` for what is not part of an installation: tests, and what runs at its end. */
export function stageOf(object: KubeObject): number | undefined {
  if (object.kind === 'CustomResourceDefinition') return stages.kinds;
  const hooks = (object.metadata.annotations?.['helm.sh/hook'] ?? '').split(',').map((hook) => hook.trim());
  if (hooks.length === 1 && hooks[0] === '') return stages.main;
  if (hooks.includes('crd-install')) return stages.kinds;
  if (hooks.includes('pre-install') || hooks.includes('pre-upgrade')) return stages.before;
  return hooks.includes('post-install') || hooks.includes('post-upgrade') ? stages.after : undefined;
}

/** What the objects of one package say about kinds without a namespace. */
function clusterKindsOf(objects: readonly KubeObject[]): ReadonlySet<string> {
  const defined = objects.filter((one) => one.kind === 'CustomResourceDefinition' && valueAt(one.spec, 'scope') === 'Cluster');
  return new Set(defined.map((one) => `${String(valueAt(one.spec, 'group'))}/${String(valueAt(one.spec, 'names.kind'))}`));
}

/** Puts objects that name no namespace into the package's, where their kind lives in one. */
export function placeObjects(objects: readonly RenderedObject[], namespace: string): readonly RenderedObject[] {
  const own = clusterKindsOf(objects.map((one) => one.object));
  return objects.map((one) => {
    const { object } = one;
    const { group } = groupVersion(object.apiVersion);
    // A kind of somebody else's: those without a namespace are named Cluster… or …Class by custom.
    const elsewhere = /^Cluster[A-Z]|Class$/.test(object.kind);
    const clustered = isBuiltIn(group) ? isClusterKind(object.kind) : own.has(`${group}/${object.kind}`) || elsewhere;
    if (clustered || object.metadata.namespace !== undefined) return one;
    return { ...one, object: { ...object, metadata: { ...object.metadata, namespace } } };
  });
}

/** The namespace of a package, in its first stage, unless one of its objects is that namespace. */
export function withNamespace(
  objects: readonly RenderedObject[],
  namespace: string,
  from: RenderedObject['from'],
): readonly RenderedObject[] {
  const there = objects.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === namespace);
  if (there || namespace === 'default' || namespace.startsWith('kube-')) return objects;
  const stage = Math.min(stages.main, ...objects.map((one) => one.stage));
  return [{ object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, from, stage }, ...objects];
}

/** Takes Helm's own annotations and null members away: nothing reads them where no Helm runs. */
export function tidy(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith('helm.sh/hook'));
  const all = isMap(annotations) && kept.length > 0 ? { annotations: Object.fromEntries(kept) as Record<string, string> } : {};
  return { ...object, metadata: { ...metadata, ...all } };
}
