import { type Static, Type } from 'typebox';

const range = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$', default: fallback });
const quantity = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^[1-9][0-9]*(Mi|Gi)$', default: fallback });

/** A cluster made by upstream kubeadm. */
export const KubeadmSpec = Type.Object(
  {
    version: Type.String({
      description:
        'Kubernetes version, one the toolchain pins. Raising it by one minor version upgrades the cluster machine by machine.',
      pattern: '^v[0-9]+\\.[0-9]+\\.[0-9]+$',
      default: 'v1.37.2',
    }),
    podSubnet: range('IPv4 range of pods, a /16; each machine gets a /24 of it.', '10.78.0.0/16'),
    serviceSubnet: range('IPv4 range of Services.', '10.79.0.0/16'),
    clusterDomain: Type.String({ description: 'DNS domain of Services.', default: 'cluster.local' }),
    encryption: Type.Boolean({
      description: 'Encrypt Secrets in etcd, with a key that is made for the environment.',
      default: true,
    }),
    audit: Type.Boolean({ description: 'Write an audit log on the control plane.', default: true }),
    proxyMode: Type.Union([Type.Literal('nftables'), Type.Literal('iptables')], {
      description: 'How kube-proxy writes its rules.',
      default: 'nftables',
    }),
    featureGates: Type.Record(Type.String({ pattern: '^[A-Z][A-Za-z0-9]+$' }), Type.Boolean(), {
      description: 'Feature gates of kubelet.',
      default: {},
    }),
    eviction: Type.Object(
      {
        memory: quantity('Memory that must stay available.', '100Mi'),
        node: quantity('Disk space that must stay available for pods.', '500Mi'),
        images: quantity('Disk space that must stay available for images.', '500Mi'),
      },
      {
        description: "When kubelet puts pods out; absolute, because a share would be one of the host's disk.",
        additionalProperties: false,
        default: {},
      },
    ),
    upgrade: Type.Object(
      {
        drain: Type.Integer({
          description: 'Seconds the pods of a machine have to go elsewhere before it is upgraded.',
          minimum: 10,
          maximum: 3600,
          default: 300,
        }),
      },
      { description: 'How a change of `version` is carried out, machine by machine.', additionalProperties: false, default: {} },
    ),
    dns: Type.Object(
      {
        replicas: Type.Integer({ description: 'Pods of CoreDNS.', minimum: 1, maximum: 5, default: 2 }),
        upstream: Type.Array(Type.String({ pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}(:[0-9]+)?$' }), {
          description: 'Resolvers for names outside; without one, such names do not exist.',
          default: [],
        }),
      },
      { description: 'Names inside the cluster.', additionalProperties: false, default: {} },
    ),
    storage: Type.Object(
      {
        class: Type.String({
          description: 'Name of the default StorageClass.',
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
          default: 'local-path',
        }),
        folder: Type.String({
          description: 'Folder on the machines that holds the volumes.',
          pattern: '^(/[A-Za-z0-9._-]+)+$',
          default: '/var/lib/strata/volumes',
        }),
      },
      { description: 'Volumes; each is a folder on one machine.', additionalProperties: false, default: {} },
    ),
  },
  { additionalProperties: false, description: 'A cluster made by upstream kubeadm, over SSH.' },
);

/** The spec, with defaults filled in. */
export type KubeadmSpec = Static<typeof KubeadmSpec>;
