import { type Static, Type } from 'typebox';

const range = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$', default: fallback });
const name = (description: string) => Type.String({ description, pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' });
const className = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', default: fallback });

const Pool = Type.Object(
  {
    name: name('Name of the node pool.'),
    replicas: Type.Integer({ description: 'Machines of the pool.', minimum: 0, default: 1 }),
    class: className('Class of its machines in the ClusterClass.', 'node-pool'),
    vmClass: Type.Optional(name('VM class of this pool; the one of the cluster where absent.')),
    failureDomain: Type.Optional(name('vSphere Zone the pool is in.')),
  },
  { additionalProperties: false, description: 'A node pool.' },
);

/** A Tanzu cluster, made by a vSphere Supervisor. */
export const TanzuSpec = Type.Object(
  {
    supervisor: Type.Union(
      [
        Type.Object(
          {
            file: Type.String({ description: 'Kubeconfig of the Supervisor; absolute, or from the folder of `platform.yaml`.' }),
          },
          { additionalProperties: false, description: 'A kubeconfig in a file.' },
        ),
        Type.Object(
          { secret: Type.String({ description: 'Name of a secret the environment keeps.', pattern: '^[a-z0-9][-a-z0-9]*$' }) },
          { additionalProperties: false, description: 'A kubeconfig that is kept already.' },
        ),
      ],
      { description: 'How the Supervisor is reached: a kubeconfig whose token does not run out within the run.' },
    ),
    namespace: name('vSphere Namespace the cluster lives in.'),
    api: Type.Union([Type.Literal('v1beta1'), Type.Literal('v1beta2')], {
      description: 'Version of the Cluster API that the Supervisor serves.',
      default: 'v1beta1',
    }),
    name: Type.Optional(name('Name of the cluster; PLATFORM-ENVIRONMENT where absent.')),
    version: Type.String({
      description: 'Kubernetes release as the Supervisor names it, e.g. `v1.33.6+vmware.1-fips`.',
      pattern: '^v1\\.[0-9]+\\.[0-9]+(\\+|---)[a-z0-9.-]+$',
      default: 'v1.33.6+vmware.1-fips',
    }),
    class: className('ClusterClass.', 'builtin-generic-v3.4.0'),
    classNamespace: Type.Optional(name('Namespace of the ClusterClass; that of the cluster where absent.')),
    os: Type.Union([Type.Literal('photon'), Type.Literal('ubuntu'), Type.Literal('rhel')], {
      description: 'Operating system of the machines, out of the Kubernetes release.',
      default: 'photon',
    }),
    controlPlanes: Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], {
      description: 'Machines of the control plane; etcd wants an odd number.',
      default: 3,
    }),
    pools: Type.Array(Pool, { description: 'Node pools.', minItems: 1, default: [{ name: 'workers', replicas: 3 }] }),
    vmClass: name('VM class of the machines; must be given to the vSphere Namespace.'),
    storageClass: name('Storage policy of machines and volumes; also the default StorageClass of the cluster.'),
    variables: Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]*$' }), Type.Unknown(), {
      description: 'Further variables of the ClusterClass, e.g. `osConfiguration`.',
      default: {},
    }),
    podSubnet: range('IPv4 range of pods.', '10.78.0.0/16'),
    serviceSubnet: range('IPv4 range of Services.', '10.79.0.0/16'),
    clusterDomain: Type.String({ description: 'DNS domain of Services.', default: 'cluster.local' }),
    waitMinutes: Type.Integer({ description: 'How long one run waits for machines.', minimum: 1, maximum: 240, default: 45 }),
  },
  { additionalProperties: false, description: 'A Tanzu cluster: the Supervisor makes its machines.' },
);

/** The spec, with defaults filled in. */
export type TanzuSpec = Static<typeof TanzuSpec>;
