import type { Given, Kit, Later, Step } from '../../../model/index.js';
import type { PlannedNode } from './nodes.js';
import type { KubeadmSpec } from './spec.js';
import { suffixOf } from './versions.js';

/** What a cluster is planned from. */
export interface ClusterPlan {
  readonly spec: KubeadmSpec;
  readonly infrastructure: Given<'kubernetes'>['infrastructure'];
  readonly kit: Kit;
  readonly nodes: readonly PlannedNode[];
  /** The control plane that makes the cluster. */
  readonly first: PlannedNode;
}

/** Steps that come before. */
export type Deps = readonly { readonly id: Step['id'] }[];

/** Steps that bring images of these names into the registry. */
export type Served = (...names: readonly string[]) => Deps;

/** A file of the catalog. */
export const text = (kit: Kit, path: string): string => kit.text(kit.catalog(`kubernetes/${path}`));

const versioned = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubernetes-node'];

/** Name of an image in the toolchain: those that belong to a version of Kubernetes have one for each. */
export const pinOf = ({ version }: KubeadmSpec, image: string): string =>
  versioned.includes(image) ? `${image}${suffixOf(version) ?? ''}` : image;

/** Reference of an image of the toolchain. */
export const refOf = (kit: Kit, name: string): Later<string> => ({ $step: kit.image(name).$step, $path: 'ref' });
