import { CORE_SCHEMA, dump, loadAll, Type } from 'js-yaml';
import type { KubeObject } from '../model/index.js';
import { groupVersion, isBuiltIn, isClusterKind } from './order/names.js';
import { podWay } from './order/pods.js';

/** One change of objects, as RFC 6902 has it. */
export interface OverlayPatch {
  readonly target: { readonly kind?: string; readonly name?: string };
  readonly op: 'add' | 'replace' | 'remove';
  /** JSON Pointer. */
  readonly path: string;
  readonly value?: unknown;
}

/** What is laid over every object. */
export interface Overlay {
  /** Every object that lives in a namespace is put into this one. */
  readonly namespace?: string;
  /** Put on objects, on their pods and into what selects these. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly patches?: readonly OverlayPatch[];
}

/** A patch whose path leads nowhere. */
export interface PatchFault {
  readonly patch: OverlayPatch;
  readonly object: string;
}

/** Objects with an overlay on them, and the patches that could not be made. */
export interface Overlaid {
  readonly objects: readonly KubeObject[];
  readonly faults: readonly PatchFault[];
}

type Tree = Record<string, unknown>;

/** Reads manifests, lays an overlay over them and writes them; the texts are those of one package, in order. */
export function overlayText(text: string, overlay: Overlay): { readonly text: string; readonly faults: readonly PatchFault[] } {
  const schema = CORE_SCHEMA.extend({ implicit: [mergeKey()] });
  const read = loadAll(text, null, { schema }).filter((one): one is KubeObject => typeof one === 'object' && one !== null);
  const { objects, faults } = overlayObjects(read, overlay);
  const options = { lineWidth: -1, noRefs: true } as const;
  return { text: objects.map((one) => dump(one, options)).join('---\n'), faults };
}

/** `<<` merges a map into another; a date stays the text that it is to the API server. */
const mergeKey = (): Type =>
  new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (value: unknown) => value === '<<' || value === null });

/** Lays an overlay over objects. What is given is not changed. */
export function overlayObjects(objects: readonly KubeObject[], overlay: Overlay): Overlaid {
  const faults: PatchFault[] = [];
  const byKind = patchesByKind(overlay.patches ?? []);
  const done = objects.map((given) => {
    const object = copyOf(given) as Tree & KubeObject;
    if (overlay.namespace !== undefined) place(object, overlay.namespace);
    if (overlay.labels !== undefined) label(object, overlay.labels);
    for (const patch of [...(byKind.get(object.kind) ?? []), ...(byKind.get('') ?? [])]) {
      const isMeant = patch.target.name === undefined || patch.target.name === object.metadata.name;
      if (isMeant && !change(object, patch)) faults.push({ patch, object: `${object.kind}/${object.metadata.name}` });
    }
    return object;
  });
  return { objects: done, faults };
}

/** Plain data only: several times faster than the general clone of the platform. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Tree = {};
  for (const key of Object.keys(value)) copy[key] = copyOf((value as Tree)[key]);
  return copy;
}

function patchesByKind(patches: readonly OverlayPatch[]): ReadonlyMap<string, readonly OverlayPatch[]> {
  const byKind = new Map<string, OverlayPatch[]>();
  for (const patch of patches) byKind.set(patch.target.kind ?? '', [...(byKind.get(patch.target.kind ?? '') ?? []), patch]);
  return byKind;
}

function place(object: Tree & KubeObject, namespace: string): void {
  const { group } = groupVersion(object.apiVersion);
  if (isBuiltIn(group) && isClusterKind(object.kind)) return;
  (object.metadata as Tree).namespace = namespace;
}

/** Kinds with what selects pods by plain labels, or by a label selector. */
const selectors: Readonly<Record<string, readonly string[]>> = {
  'v1/Service': ['spec', 'selector'],
  'v1/ReplicationController': ['spec', 'selector'],
  'apps/Deployment': ['spec', 'selector', 'matchLabels'],
  'apps/ReplicaSet': ['spec', 'selector', 'matchLabels'],
  'apps/StatefulSet': ['spec', 'selector', 'matchLabels'],
  'apps/DaemonSet': ['spec', 'selector', 'matchLabels'],
};

function label(object: Tree & KubeObject, labels: Readonly<Record<string, string>>): void {
  addTo(object, ['metadata', 'labels'], labels);
  const pods = podWay(object);
  if (pods !== undefined && pods.length > 0) addTo(object, [...pods, 'metadata', 'labels'], labels);
  const selector = selectors[`${object.apiVersion.split('/')[0]}/${object.kind}`];
  if (selector !== undefined) addTo(object, selector, labels);
}

function addTo(object: Tree, way: readonly string[], labels: Readonly<Record<string, string>>): void {
  let here = object;
  for (const step of way) {
    if (typeof here[step] !== 'object' || here[step] === null) here[step] = {};
    here = here[step] as Tree;
  }
  Object.assign(here, labels);
}

/** Makes one change; false where its path leads nowhere. */
function change(object: Tree, { op, path, value }: OverlayPatch): boolean {
  const way = path
    .split('/')
    .slice(1)
    .map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = way.pop();
  let here: unknown = object;
  for (const step of way) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return false;
    here = (here as Tree)[step];
  }
  if (last === undefined || typeof here !== 'object' || here === null) return false;
  return Array.isArray(here) ? changeList(here, last, { op, value }) : changeMap(here as Tree, last, { op, value });
}

function changeMap(map: Tree, key: string, { op, value }: { readonly op: OverlayPatch['op']; readonly value: unknown }): boolean {
  if (op !== 'add' && !Object.hasOwn(map, key)) return false;
  if (op === 'remove') delete map[key];
  else Object.defineProperty(map, key, { value: copyOf(value), enumerable: true, writable: true, configurable: true });
  return true;
}

function changeList(
  list: unknown[],
  key: string,
  { op, value }: { readonly op: OverlayPatch['op']; readonly value: unknown },
): boolean {
  const at = key === '-' && op === 'add' ? list.length : Number(key);
  if (!/^\d+$|^-$/.test(key) || !(at < list.length + (op === 'add' ? 1 : 0))) return false;
  if (op === 'add') list.splice(at, 0, copyOf(value));
  else if (op === 'remove') list.splice(at, 1);
  else list[at] = copyOf(value);
  return true;
}
