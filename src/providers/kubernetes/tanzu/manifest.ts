import { type Json, ok, type Result } from '../../../model/index.js';
import { type Document, laidOver, toYaml } from '../../../tools/document/index.js';
import type { TanzuSpec } from './spec.js';

/** All a Cluster object is made of. */
export interface ClusterFacts
  extends Pick<
    TanzuSpec,
    | 'api'
    | 'namespace'
    | 'version'
    | 'class'
    | 'os'
    | 'controlPlanes'
    | 'pools'
    | 'vmClass'
    | 'storageClass'
    | 'variables'
    | 'podSubnet'
    | 'serviceSubnet'
    | 'clusterDomain'
  > {
  readonly name: string;
  readonly classNamespace?: string | undefined;
  /** `PLATFORM-ENVIRONMENT`: whose cluster it is. */
  readonly owner: string;
  readonly template: string;
}

/** Label by which an environment knows its own cluster. */
export const ownerLabel = 'strata.dev/environment';

/**
 * The Cluster object. Field names: sigs.k8s.io/cluster-api api/core/{v1beta1,v1beta2}/cluster_types.go;
 * variables and annotations: https://techdocs.broadcom.com (vSphere Kubernetes Service, ClusterClass variables).
 */
export function clusterManifest(facts: ClusterFacts): Result<Document> {
  const { api, name, namespace, owner, podSubnet, serviceSubnet, clusterDomain } = facts;
  return laidOver(`kubernetes/tanzu/cluster-${api}.yaml`, facts.template, {
    apiVersion: `cluster.x-k8s.io/${api}`,
    kind: 'Cluster',
    metadata: { name, namespace, labels: { [ownerLabel]: owner } },
    spec: {
      clusterNetwork: {
        pods: { cidrBlocks: [podSubnet] },
        services: { cidrBlocks: [serviceSubnet] },
        serviceDomain: clusterDomain,
      },
      topology: topology(facts),
    },
  });
}

/** The manifest as the Supervisor is given it. */
export function clusterText(facts: ClusterFacts): Result<string> {
  const made = clusterManifest(facts);
  return made.ok ? ok(toYaml([made.value])) : made;
}

function topology(facts: ClusterFacts): Document {
  const { api, version, controlPlanes, pools, vmClass, storageClass, variables } = facts;
  const annotations = { 'run.tanzu.vmware.com/resolve-os-image': `os-name=${facts.os}` };
  return {
    ...(api === 'v1beta2'
      ? { classRef: { name: facts.class, namespace: facts.classNamespace } }
      : { class: facts.class, classNamespace: facts.classNamespace }),
    version,
    controlPlane: { replicas: controlPlanes, metadata: { annotations } },
    workers: {
      machineDeployments: pools.map((pool) => ({
        class: pool.class,
        name: pool.name,
        replicas: pool.replicas,
        failureDomain: pool.failureDomain,
        metadata: { annotations },
        variables: pool.vmClass === undefined ? undefined : { overrides: [{ name: 'vmClass', value: pool.vmClass }] },
      })),
    },
    variables: [
      { name: 'vmClass', value: vmClass },
      { name: 'storageClass', value: storageClass },
      ...Object.entries(variables).map(([variable, value]) => ({ name: variable, value: value as Json })), // parsed from YAML, hence plain data
    ],
  };
}

/** Machines the cluster will have. */
export const machineCount = ({ controlPlanes, pools }: Pick<TanzuSpec, 'controlPlanes' | 'pools'>): number =>
  pools.reduce<number>((sum, { replicas }) => sum + replicas, controlPlanes);
