import type { Json } from '../../../model/index.js';
import type { ApplyUnit } from '../../../packages/arrange.js';
import type { PackageHealth } from '../../../packages/package-schema.js';

/** Namespace of Flux and of its objects. */
export const fluxNamespace = 'flux-system';

/** The Secret with the age keys by which Flux opens what lies encrypted in the tree. */
export const keySecret = 'sops-age';

/** How the cluster learns of the tree. */
export type SourceKind = 'external-artifact' | 'oci-repository';

/** The published tree. */
export interface PublishedTree {
  /** `host:port/repository`. */
  readonly repository: string;
  readonly tag: string;
  /** `tag@sha256:…` of the manifest: what Flux calls the revision. */
  readonly revision: string;
  /** Plain HTTP address of the archive. */
  readonly url: string;
  /** Of the archive. */
  readonly digest: string;
  /** Bytes of the archive. */
  readonly size: number;
}

/** One folder of the tree as Flux is told of it. */
export type SyncPackage = ApplyUnit;

/** Flux's clock. */
export interface SyncTimes {
  readonly interval: string;
  readonly retryInterval: string;
  readonly timeout: string;
}

const sourceApi = 'source.toolkit.fluxcd.io/v1';
const sourceKinds = { 'external-artifact': 'ExternalArtifact', 'oci-repository': 'OCIRepository' } as const;

/** Kind and resource name of the source object. */
export const sourceKindOf = (source: SourceKind): (typeof sourceKinds)[SourceKind] => sourceKinds[source];

/** An object that announces what Strata publishes; the content is in its status. */
export const artifactObject = (name: string): Json => ({
  apiVersion: sourceApi,
  kind: sourceKinds['external-artifact'],
  metadata: { name, namespace: fluxNamespace },
  spec: {},
});

/** The object that announces the tree; an ExternalArtifact's content is in its status. */
export function sourceObject(source: SourceKind, name: string, tree: PublishedTree, interval: string): Json {
  const metadata = { name, namespace: fluxNamespace };
  if (source === 'external-artifact') return artifactObject(name);
  return {
    apiVersion: sourceApi,
    kind: sourceKinds[source],
    metadata,
    // The registry stands inside the environment's own network and speaks plain HTTP.
    spec: { url: `oci://${tree.repository}`, ref: { tag: tree.tag }, interval, insecure: true },
  };
}

/** Status of an ExternalArtifact: where the archive is, and that it is complete. */
export function sourceStatus(tree: PublishedTree, at: Date): Json {
  const time = `${at.toISOString().slice(0, 19)}Z`;
  return {
    artifact: {
      url: tree.url,
      path: new URL(tree.url).pathname.slice(1),
      digest: tree.digest,
      revision: tree.revision,
      size: tree.size,
      lastUpdateTime: time,
    },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Succeeded',
        message: `stored artifact for revision ${tree.revision}`,
        lastTransitionTime: time,
      },
    ],
  };
}

/** The object that applies one package, waits for its health, and takes away what it no longer holds. */
export function kustomizationObject(source: SourceKind, sourceName: string, one: SyncPackage, times: SyncTimes): Json {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: one.name, namespace: fluxNamespace },
    spec: {
      sourceRef: { kind: sourceKinds[source], name: sourceName },
      path: `./${one.name}`,
      prune: true,
      wait: true,
      ...times,
      ...(one.after.length > 0 ? { dependsOn: one.after.map((name) => ({ name })) } : {}),
      ...(one.encrypted === true ? { decryption: { provider: 'sops', secretRef: { name: keySecret } } } : {}),
      ...(one.health.length > 0 ? { healthCheckExprs: one.health.map(healthExpression) } : {}),
    },
  };
}

function healthExpression(health: PackageHealth): Json {
  const { apiVersion, kind, current, failed } = health;
  return { apiVersion, kind, current, ...(failed === undefined ? {} : { failed }) };
}
