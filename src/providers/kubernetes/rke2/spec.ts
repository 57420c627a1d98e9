import { type Static, Type } from 'typebox';

const range = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$', default: fallback });
const strict = { additionalProperties: false } as const;
const texts = (description: string, pattern: string) => Type.Array(Type.String({ pattern }), { description, default: [] });
const flags = (description: string) =>
  Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]*$' }), Type.Unknown(), { description, default: {} });

const perRole = (description: string) =>
  Type.Object(
    {
      labels: Type.Record(Type.String({ pattern: '^([a-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$' }), Type.String(), {
        description: 'Labels of the nodes; those below node-role.kubernetes.io are the cluster’s own.',
        default: {},
      }),
      taints: texts(
        'Taints of the nodes, e.g. `key=value:NoSchedule`.',
        '^[^=:\\s]+(=[^:\\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$',
      ),
      flags: flags('More keys of config.yaml; checked against the flags of RKE2.'),
    },
    { ...strict, description, default: {} },
  );

const install = Type.Union(
  [
    Type.Object(
      { method: Type.Literal('baked', { description: 'RKE2 and its images are in the machine image.' }) },
      { ...strict, description: 'Everything is in the machine image.' },
    ),
    Type.Object(
      {
        method: Type.Literal('tarball', { description: 'The release is copied to the machines over SSH.' }),
        folder: Type.Optional(
          Type.String({
            description:
              'Folder of the release beside `platform.yaml`: rke2.linux-amd64.tar.gz, archives of images and sha256sum-amd64.txt; `rke2` where absent.',
            pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
          }),
        ),
        images: Type.Optional(
          Type.Array(Type.String({ pattern: '^rke2-images[a-z0-9.-]*\\.tar\\.(zst|gz)$' }), {
            description: 'Archives of images that are copied too; rke2-images.linux-amd64.tar.zst where absent.',
          }),
        ),
      },
      { ...strict, description: 'A release that was downloaded once, copied and compared with its sums.' },
    ),
  ],
  { description: 'How RKE2 comes to the machines; never by a script from the network.', default: { method: 'baked' } },
);

/** A cluster of RKE2. */
export const Rke2Spec = Type.Object(
  {
    version: Type.String({
      description: 'Release of RKE2.',
      pattern: '^v1\\.[0-9]+\\.[0-9]+\\+rke2r[0-9]+$',
      default: 'v1.36.3+rke2r1',
    }),
    install,
    images: Type.Union([Type.Literal('archive'), Type.Literal('registry')], {
      description:
        'Where RKE2’s own images come from: archives on the machines, or the environment’s registry, which must hold them.',
      default: 'archive',
    }),
    profile: Type.Union([Type.Literal('cis'), Type.Literal('none')], {
      description: 'CIS profile: RKE2 refuses to start where the machine does not keep it.',
      default: 'cis',
    }),
    selinux: Type.Boolean({ description: 'SELinux in containerd; must be so where the machines enforce it.', default: false }),
    cni: Type.Union(
      ['canal', 'calico', 'cilium', 'flannel', 'none'].map((one) => Type.Literal(one)),
      { description: 'Network of pods.', default: 'canal' },
    ),
    ingress: Type.Union([Type.Literal('none'), Type.Literal('traefik'), Type.Literal('ingress-nginx')], {
      description: 'Ingress controller that RKE2 brings; none where the services layer has its own.',
      default: 'none',
    }),
    podSubnet: range('IPv4 range of pods.', '10.42.0.0/16'),
    serviceSubnet: range('IPv4 range of Services.', '10.43.0.0/16'),
    clusterDomain: Type.String({
      description: 'DNS domain of Services.',
      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      default: 'cluster.local',
    }),
    registration: Type.Optional(
      Type.String({
        description: 'Name or address where members register, at port 9345; the first server where absent.',
        pattern: '^[A-Za-z0-9.-]+$',
      }),
    ),
    tlsNames: texts('More names and addresses in the API’s certificate.', '^[A-Za-z0-9.:*-]+$'),
    secretsProvider: Type.Union([Type.Literal('aescbc'), Type.Literal('secretbox')], {
      description: 'How Secrets are encrypted in etcd; FIPS 140 asks for aescbc.',
      default: 'aescbc',
    }),
    audit: Type.Boolean({ description: 'Write an audit log on the servers.', default: true }),
    podSecurity: Type.Object(
      {
        enforce: Type.Union([Type.Literal('restricted'), Type.Literal('baseline'), Type.Literal('privileged')], {
          description: 'Pod Security Standard where a namespace says nothing.',
          default: 'restricted',
        }),
        exempt: Type.Array(Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }), {
          description: 'Namespaces that are exempt.',
          default: ['kube-system', 'compliance-operator-system', 'tigera-operator'],
        }),
      },
      { ...strict, description: 'Pod Security Admission.', default: {} },
    ),
    snapshots: Type.Object(
      {
        schedule: Type.String({
          description: 'When etcd is kept, as cron says it.',
          pattern: '^(\\S+ ){4}\\S+$',
          default: '0 */12 * * *',
        }),
        keep: Type.Integer({ description: 'How many are kept on each server.', minimum: 1, maximum: 100, default: 5 }),
      },
      { ...strict, description: 'Snapshots of etcd.', default: {} },
    ),
    apiServer: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]*$' }), Type.String(), {
      description: 'Arguments of kube-apiserver.',
      default: {},
    }),
    dedicatedServers: Type.Boolean({ description: 'Keep workloads off the servers where there are agents.', default: true }),
    servers: perRole('Nodes that run the control plane and etcd.'),
    agents: perRole('Nodes that run workloads alone.'),
    storage: Type.Object(
      {
        provisioner: Type.Union([Type.Literal('local-path'), Type.Literal('none')], {
          description: 'Who makes volumes: folders on the machines, or a driver that a package brings.',
          default: 'local-path',
        }),
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
      { ...strict, description: 'Volumes.', default: {} },
    ),
    drainSeconds: Type.Integer({
      description: 'How long pods have to leave a machine that is upgraded.',
      minimum: 30,
      maximum: 3600,
      default: 300,
    }),
  },
  { additionalProperties: false, description: 'A cluster of RKE2, on machines that are reached over SSH.' },
);

/** The spec, with defaults filled in. */
export type Rke2Spec = Static<typeof Rke2Spec>;
