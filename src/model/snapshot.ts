import type { KubeObject } from './delivery.js';
import type { Digest } from './ids.js';

/** What a machine of a cluster offers to pods. */
export interface SnapshotNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** Cores, bytes and pods that may be requested. */
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** A live cluster, recorded: no values of Secrets, nothing that changes by itself. */
export interface Snapshot {
  readonly format: 'strata.dev/snapshot/v1';
  /** Of all but the time: two records of an unchanged cluster have the same. */
  readonly digest: Digest;
  readonly at: string;
  readonly platform: string;
  readonly environment: string;
  /** Version of the API server. */
  readonly kubernetes: string;
  readonly nodes: readonly SnapshotNode[];
  /** Sorted by group, kind, namespace and name; each in the version its group prefers. */
  readonly objects: readonly KubeObject[];
  /** Kinds that could not be read, with the reason. */
  readonly unread: readonly { readonly apiVersion: string; readonly kind: string; readonly why: string }[];
}
