import type { KubeObject } from '../../model/index.js';
import { at, list, members, text } from './read.js';

/** Pods that an object will make: what they are made of and how they are labelled. */
export interface PodTemplate {
  readonly spec: unknown;
  readonly labels: Readonly<Record<string, string>>;
}

const ways: Readonly<Record<string, readonly string[]>> = {
  'v1/Pod': [],
  'v1/PodTemplate': ['template'],
  'v1/ReplicationController': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'extensions/Deployment': ['spec', 'template'],
  'extensions/DaemonSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Where an object keeps the template of its pods; undefined for kinds that make none. */
export const podWay = ({ apiVersion, kind }: KubeObject): readonly string[] | undefined =>
  ways[`${apiVersion.split('/')[0]}/${kind}`];

/** The pods an object of a built-in kind will make. */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  const way = podWay(object);
  if (way === undefined) return undefined;
  const template = at(object, ...way);
  const spec = at(template, 'spec');
  return spec === undefined ? undefined : { spec, labels: labelsOf(at(template, 'metadata', 'labels')) };
}

/** A map of texts. */
export const labelsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(members(value).map(([key, one]) => [key, String(one)]));

/** All containers of a pod; those that prepare it come first. */
export const containersOf = (spec: unknown): readonly unknown[] => [
  ...list(at(spec, 'initContainers')),
  ...list(at(spec, 'containers')),
];

/** A Secret or ConfigMap that a pod cannot start without. */
export interface PodReference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
}

/** Secrets and ConfigMaps that a pod needs: in its environment, its volumes and to pull its images; optional ones do not count. */
export function podReferences(spec: unknown): readonly PodReference[] {
  const found: PodReference[] = [];
  const add = (kind: PodReference['kind'], from: unknown, member = 'name'): void => {
    const name = text(at(from, member));
    if (name !== undefined && at(from, 'optional') !== true) found.push({ kind, name });
  };
  for (const container of containersOf(spec)) {
    for (const from of list(at(container, 'envFrom'))) {
      add('Secret', at(from, 'secretRef'));
      add('ConfigMap', at(from, 'configMapRef'));
    }
    for (const variable of list(at(container, 'env'))) {
      add('Secret', at(variable, 'valueFrom', 'secretKeyRef'));
      add('ConfigMap', at(variable, 'valueFrom', 'configMapKeyRef'));
    }
  }
  for (const volume of list(at(spec, 'volumes'))) {
    add('Secret', at(volume, 'secret'), 'secretName');
    add('ConfigMap', at(volume, 'configMap'));
    for (const source of list(at(volume, 'projected', 'sources'))) {
      add('Secret', at(source, 'secret'));
      add('ConfigMap', at(source, 'configMap'));
    }
  }
  return found;
}
