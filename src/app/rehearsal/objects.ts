import type { Failure, KubeObject } from '../../model/index.js';
import { type KubeApi, keyOf, type Kind, type ObjectKey } from '../../rehearsal/index.js';

export { keyOf, type Kind };

/** The part of a cluster's API that a rehearsal uses once the cluster stands. */
export type Objects = Pick<KubeApi, 'get' | 'list' | 'apply' | 'applyStatus' | 'patch'>;

/** `Deployment/namespace/name`, as people and controllers write it. */
export const nameOf = ({ kind, namespace, name }: ObjectKey): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');

/** An object that the API server did not take. */
export interface Refusal {
  readonly object: KubeObject;
  readonly failure: Failure;
}
