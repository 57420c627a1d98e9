import { type Static, Type } from 'typebox';

const ipv4 = '([0-9]{1,3}\\.){3}[0-9]{1,3}';
const range = (description: string, fallback?: string) =>
  Type.String({ description, pattern: `^${ipv4}/[0-9]{1,2}$`, ...(fallback !== undefined && { default: fallback }) });
const address = (description: string) => Type.String({ description, pattern: `^${ipv4}$` });

const source = (what: string) =>
  Type.Union(
    [
      Type.Object(
        { file: Type.String({ description: `File with the ${what}; absolute, or from the folder of \`platform.yaml\`.` }) },
        { additionalProperties: false, description: 'In a file.' },
      ),
      Type.Object(
        { secret: Type.String({ description: 'Name of a secret the environment keeps.', pattern: '^[a-z0-9][-a-z0-9]*$' }) },
        { additionalProperties: false, description: 'Kept already.' },
      ),
    ],
    { description: `The ${what}.` },
  );

const Host = Type.Object(
  {
    interface: Type.Optional(Type.String({ description: 'Name of its network interface; eno1 where absent.' })),
    mac: Type.String({
      description: 'MAC address of that interface: how the machine is told from the others.',
      pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$',
    }),
    disk: Type.Optional(
      Type.Object(
        {
          deviceName: Type.Optional(
            Type.String({ description: 'Device, e.g. /dev/sda or /dev/disk/by-path/….', pattern: '^/dev/' }),
          ),
          wwn: Type.Optional(Type.String({ description: 'World wide name.' })),
          serialNumber: Type.Optional(Type.String({ description: 'Serial number.' })),
          minSizeGigabytes: Type.Optional(Type.Integer({ description: 'At least this large.', minimum: 1 })),
        },
        { additionalProperties: false, description: 'Which disk the system is written to; the first that fits where absent.' },
      ),
    ),
    network: Type.Optional(
      Type.Object(
        {
          prefix: Type.Optional(
            Type.Integer({
              description: 'Length of the network prefix; that of `machineNetwork` where absent.',
              minimum: 8,
              maximum: 30,
            }),
          ),
          gateway: address('Default gateway.'),
          dns: Type.Array(address('A resolver.'), { description: 'Resolvers.', minItems: 1 }),
        },
        {
          additionalProperties: false,
          description: 'A fixed address, the one the infrastructure layer names; DHCP where absent.',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'What the infrastructure layer does not know of a machine.' },
);

const Mirror = Type.Object(
  {
    source: Type.String({ description: 'Repository as releases name it.', minLength: 1 }),
    mirrors: Type.Array(Type.String({ minLength: 1 }), { description: 'Where its images are fetched from.', minItems: 1 }),
  },
  { additionalProperties: false, description: 'Images of a repository, fetched from somewhere else.' },
);

/** An OpenShift cluster made by the agent-based installer. */
export const OpenshiftSpec = Type.Object(
  {
    version: Type.String({ description: 'Version of OpenShift.', pattern: '^4\\.[0-9]+\\.[0-9]+$', default: '4.20.8' }),
    channel: Type.Union([Type.Literal('stable'), Type.Literal('fast'), Type.Literal('eus'), Type.Literal('candidate')], {
      description: 'Channel updates come from; `eus` for even minor versions.',
      default: 'stable',
    }),
    name: Type.Optional(
      Type.String({
        description: 'Name of the cluster; the environment where absent.',
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      }),
    ),
    baseDomain: Type.Optional(
      Type.String({
        description: 'Domain the cluster lies in; that of the machines where absent.',
        pattern: '^[a-z0-9][-a-z0-9.]*[a-z0-9]$',
      }),
    ),
    platform: Type.Union([Type.Literal('none'), Type.Literal('external'), Type.Literal('baremetal')], {
      description:
        '`none` and `external`: load balancer and DNS are the infrastructure’s; `baremetal`: the cluster holds its own addresses for both.',
      default: 'none',
    }),
    apiVip: Type.Optional(address('Address of the API on `baremetal`; the host in the infrastructure’s `api` where absent.')),
    ingressVip: Type.Optional(address('Address of the ingress on `baremetal`.')),
    machineNetwork: range('IPv4 range the machines are in.'),
    podSubnet: range('IPv4 range of pods.', '10.128.0.0/14'),
    hostPrefix: Type.Integer({
      description: 'Prefix of the range each machine gets of it.',
      minimum: 18,
      maximum: 28,
      default: 23,
    }),
    serviceSubnet: range('IPv4 range of Services.', '172.30.0.0/16'),
    architecture: Type.Union([Type.Literal('amd64'), Type.Literal('arm64')], {
      description: 'Of all machines.',
      default: 'amd64',
    }),
    hosts: Type.Record(Type.String({ pattern: '^[a-z0-9][-a-z0-9.]*$' }), Host, {
      description: 'By name of the machine; a machine without an entry gets its name and address by DHCP.',
      default: {},
    }),
    pullSecret: source('pull secret'),
    sshKey: source('public key for the user `core`'),
    trustBundle: Type.Optional(
      Type.String({
        description: 'File beside `platform.yaml` with further authorities, PEM.',
        pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
      }),
    ),
    mirrors: Type.Array(Mirror, { description: 'Where images come from without a way out.', default: [] }),
    updateImage: Type.Optional(
      Type.String({
        description: 'Release image by digest for an update without an update service.',
        pattern: '^[^@]+@sha256:[0-9a-f]{64}$',
      }),
    ),
    fips: Type.Boolean({ description: 'Start the machines in FIPS mode; cannot be changed later.', default: false }),
    proxy: Type.Optional(
      Type.Object(
        {
          http: Type.Optional(Type.String({ description: 'Proxy for HTTP.', pattern: '^http://' })),
          https: Type.Optional(Type.String({ description: 'Proxy for HTTPS.', pattern: '^https?://' })),
          except: Type.Array(Type.String(), { description: 'Domains and ranges reached without it.', default: [] }),
        },
        { additionalProperties: false, description: 'Proxy of the cluster.' },
      ),
    ),
    ntp: Type.Array(Type.String(), { description: 'Time servers.', default: [] }),
    storageClass: Type.String({
      description: 'StorageClass later layers use; OpenShift on these platforms brings none itself.',
      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      default: 'lvms-vg1',
    }),
    bootMinutes: Type.Integer({
      description: 'How long one run waits for the first machine to boot.',
      minimum: 1,
      maximum: 720,
      default: 60,
    }),
  },
  { additionalProperties: false, description: 'An OpenShift cluster made by the agent-based installer.' },
);

/** The spec, with defaults filled in. */
export type OpenshiftSpec = Static<typeof OpenshiftSpec>;
