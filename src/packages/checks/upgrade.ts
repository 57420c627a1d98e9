import type { Diagnostic, KubeObject, RenderedObject, RenderedPackage } from '../../model/index.js';
import { groupVersion, isBuiltIn, isClusterKind, keyOf, sayObject } from '../order/names.js';
import { at, list, text } from '../order/read.js';
import { immutable, servedRemoved, storedDropped } from './errors.js';
import { agrees, type Likeness, say } from './likeness.js';

/** What was recorded of a live cluster. */
export interface Snapshot {
  readonly objects: readonly KubeObject[];
}

interface Rule {
  readonly field: readonly string[];
  /** `all`: the same value · `given`: what is written must be there, the API server adds defaults · `grow`: not less. */
  readonly by: Likeness;
}

const same = (...field: readonly string[]): Rule => ({ field, by: 'all' });
const given = (...field: readonly string[]): Rule => ({ field, by: 'given' });

/** Fields that the API server lets nobody change. */
const rules: Readonly<Record<string, readonly Rule[]>> = {
  'apps/Deployment': [same('spec', 'selector')],
  'apps/DaemonSet': [same('spec', 'selector')],
  'apps/ReplicaSet': [same('spec', 'selector')],
  'apps/StatefulSet': [
    same('spec', 'selector'),
    given('spec', 'serviceName'),
    given('spec', 'podManagementPolicy'),
    given('spec', 'volumeClaimTemplates'),
  ],
  'batch/Job': [given('spec', 'template'), given('spec', 'selector'), given('spec', 'completionMode')],
  '/Service': [given('spec', 'clusterIP')],
  '/PersistentVolumeClaim': [
    given('spec', 'accessModes'),
    given('spec', 'storageClassName'),
    given('spec', 'volumeMode'),
    given('spec', 'volumeName'),
    given('spec', 'selector'),
    { field: ['spec', 'resources', 'requests', 'storage'], by: 'grow' },
  ],
  '/Secret': [given('type')],
  'storage.k8s.io/StorageClass': [same('provisioner'), same('parameters'), given('reclaimPolicy'), given('volumeBindingMode')],
  'rbac.authorization.k8s.io/RoleBinding': [same('roleRef')],
  'rbac.authorization.k8s.io/ClusterRoleBinding': [same('roleRef')],
  'scheduling.k8s.io/PriorityClass': [same('value')],
  'node.k8s.io/RuntimeClass': [same('handler')],
  'networking.k8s.io/IngressClass': [same('spec', 'controller')],
  'apiextensions.k8s.io/CustomResourceDefinition': [same('spec', 'scope'), same('spec', 'group'), same('spec', 'names', 'kind')],
};

/** What the API server of the recorded cluster would refuse of these packages although an empty one takes it. */
export function upgradeConflicts(packages: readonly RenderedPackage[], snapshot: Snapshot): readonly Diagnostic[] {
  const live = new Map(snapshot.objects.map((object) => [keyFor(object, undefined), object]));
  return packages.flatMap((owner) =>
    owner.objects.flatMap((one) => {
      const there = live.get(keyFor(one.object, owner.namespace));
      if (there === undefined) return [];
      const conflicts = [...fieldConflicts(one, there), ...sealedConflicts(one, there)];
      return one.object.kind === 'CustomResourceDefinition' ? [...conflicts, ...kindConflicts(one, there, snapshot)] : conflicts;
    }),
  );
}

function keyFor(object: KubeObject, namespace: string | undefined): string {
  const { group } = groupVersion(object.apiVersion);
  const { kind, metadata } = object;
  const where = metadata.namespace ?? (isBuiltIn(group) && !isClusterKind(kind) ? (namespace ?? 'default') : undefined);
  return keyOf(group, kind, where, metadata.name);
}

function fieldConflicts({ object, from }: RenderedObject, live: KubeObject): readonly Diagnostic[] {
  const { group } = groupVersion(object.apiVersion);
  return (rules[`${group}/${object.kind}`] ?? []).flatMap(({ field, by }) => {
    const [wanted, there] = [at(object, ...field), at(live, ...field)];
    if (agrees(wanted, there, by)) return [];
    return [immutable(sayObject(live), from, { field: field.join('.'), live: say(there), wanted: say(wanted) })];
  });
}

/** Data of a Secret or ConfigMap that was sealed. */
function sealedConflicts({ object, from }: RenderedObject, live: KubeObject): readonly Diagnostic[] {
  const isSealable = object.apiVersion === 'v1' && (object.kind === 'Secret' || object.kind === 'ConfigMap');
  if (!isSealable || live.immutable !== true) return [];
  const changed: string[] = [];
  if (object.immutable !== true) changed.push('immutable');
  // A record holds no values of Secrets: what is not known is no conflict.
  const isKnown = live.kind !== 'Secret' || live.data !== undefined;
  if (isKnown && !agrees(dataOf(object), dataOf(live), 'all')) changed.push('data');
  // The values of a Secret are never told.
  return changed.map((field) =>
    immutable(sayObject(live), from, { field, live: 'sealed (immutable: true)', wanted: 'something else' }),
  );
}

function dataOf(object: KubeObject): unknown {
  const plain = Object.entries((object.stringData as Record<string, unknown> | undefined) ?? {});
  const encoded = plain.map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]);
  return { ...(object.data as object | undefined), ...Object.fromEntries(encoded), ...(object.binaryData as object | undefined) };
}

function kindConflicts({ object, from }: RenderedObject, live: KubeObject, snapshot: Snapshot): readonly Diagnostic[] {
  const crd = object.metadata.name;
  const versions = list(at(object, 'spec', 'versions'));
  const all = versions.map((one) => at(one, 'name'));
  const served = versions.filter((one) => at(one, 'served') !== false).map((one) => at(one, 'name'));
  const stored = list(at(live, 'status', 'storedVersions')).flatMap((one) => text(one) ?? []);
  const dropped = stored.filter((one) => !all.includes(one)).map((one) => storedDropped(crd, one, from));
  const group = text(at(object, 'spec', 'group'));
  const kind = text(at(object, 'spec', 'names', 'kind'));
  const before = list(at(live, 'spec', 'versions')).filter((one) => at(one, 'served') !== false);
  const gone = before.flatMap((one) => text(at(one, 'name')) ?? []).filter((one) => !served.includes(one));
  const removed = gone.flatMap((version) => {
    const users = snapshot.objects.filter((one) => one.apiVersion === `${group}/${version}` && one.kind === kind);
    const [first] = users;
    return first === undefined ? [] : [servedRemoved(crd, from, { version, count: users.length, example: sayObject(first) })];
  });
  return [...dropped, ...removed];
}
