import { type Static, Type } from 'typebox';

const machine = {
  memory: Type.Optional(
    Type.String({ description: "Upper limit of memory, e.g. 4Gi; the host's where absent.", pattern: '^[1-9][0-9]*(Mi|Gi)$' }),
  ),
  cpus: Type.Optional(
    Type.Number({ description: "Upper limit of processors, e.g. 2 or 1.5; the host's where absent.", exclusiveMinimum: 0 }),
  ),
};

/** Machines on this host, each a systemd-nspawn container on a copy-on-write root. */
export const NspawnSpec = Type.Object(
  {
    image: Type.Optional(
      Type.String({
        description: 'Name of the machine image; the only root file system of layer image where absent.',
        minLength: 1,
      }),
    ),
    machines: Type.Object(
      {
        controlPlanes: Type.Union([Type.Literal(1), Type.Literal(3)], {
          description: 'Machines for the control plane; three keep its API answering while one is away.',
          default: 1,
        }),
        workers: Type.Integer({ description: 'Machines for workloads.', minimum: 0, maximum: 9, default: 2 }),
        ...machine,
      },
      { description: 'How many machines, and how large each may grow.', additionalProperties: false, default: {} },
    ),
    subnet: Type.String({
      description: 'IPv4 range of the machines, a /24 that nothing else on this host uses.',
      pattern: '^(?:[0-9]{1,3}\\.){3}0/24$',
      default: '10.77.0.0/24',
    }),
    domain: Type.String({
      description: 'DNS domain of the machines.',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      default: 'strata.internal',
    }),
    user: Type.String({
      description: 'User of the image that may become root with sudo.',
      pattern: '^[a-z_][a-z0-9_-]*$',
      default: 'strata',
    }),
    dataFolders: Type.Array(Type.String({ pattern: '^(/[A-Za-z0-9._-]+)+$' }), {
      description:
        'Folders of a machine kept outside its copy-on-write root, because what lies in them mounts overlays itself or writes a lot.',
      default: ['/var/lib/containerd', '/var/lib/kubelet', '/var/lib/etcd', '/var/lib/strata'],
    }),
    require: Type.Object(
      {
        memory: Type.Integer({ description: 'Mebibytes of memory that must be available.', minimum: 0, default: 3072 }),
        disk: Type.Integer({
          description: 'Mebibytes of free disk space the state folder must have.',
          minimum: 0,
          default: 6144,
        }),
      },
      { description: 'What this host must have before anything is made.', additionalProperties: false, default: {} },
    ),
  },
  { additionalProperties: false, description: 'Machines on this host, run by systemd-nspawn.' },
);

/** The spec, with defaults filled in. */
export type NspawnSpec = Static<typeof NspawnSpec>;
