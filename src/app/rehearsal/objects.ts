import type { Failure, Json, KubeObject, Result } from '../../model/index.js';

/** A kind of objects. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** One object of the API. */
export interface ObjectKey extends Kind {
  readonly name: string;
  readonly namespace?: string;
}

/** The part of a cluster's API that a rehearsal uses. */
export interface Objects {
  get(key: ObjectKey): Promise<Result<KubeObject | undefined>>;
  /** Of every namespace; empty where the kind is not known. */
  list(kind: Kind): Promise<Result<readonly KubeObject[]>>;
  /** Server-side apply; `namespace` counts where the object names none and its kind has one. */
  apply(object: KubeObject, namespace?: string): Promise<Result<KubeObject>>;
  applyStatus(key: ObjectKey, status: Json): Promise<Result<void>>;
  /** Merges a change into an object. */
  patch(key: ObjectKey, change: Json): Promise<Result<void>>;
}

export const keyOf = (object: KubeObject): ObjectKey => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});

/** `Deployment/namespace/name`, as people and controllers write it. */
export const nameOf = ({ kind, namespace, name }: ObjectKey): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');

/** An object that the API server did not take. */
export interface Refusal {
  readonly object: KubeObject;
  readonly failure: Failure;
}
