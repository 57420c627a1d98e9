import { type Static, Type } from 'typebox';
import { moduleSpec } from '../../../terraform/index.js';

/** Kinds of images that machines are made of. */
export const formats = ['ami'] as const;

const strict = { additionalProperties: false } as const;
const range = (description: string) => Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$' });
const ranges = (description: string, fallback: readonly string[]) =>
  Type.Array(range('A range.'), { description, default: fallback });
const instanceType = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^[a-z][a-z0-9-]*\\.[a-z0-9-]+$', default: fallback });
const gib = (description: string, minimum: number, fallback: number) =>
  Type.Integer({ description, minimum, maximum: 16_384, default: fallback });
const secret = (description: string) => Type.String({ description, pattern: '^[a-z0-9][-a-z0-9]*$' });

const Credentials = Type.Object(
  {
    profile: Type.Optional(
      Type.String({ description: 'Profile of the AWS configuration of the user Strata runs as.', pattern: '^[^\\s]+$' }),
    ),
    accessKey: Type.Optional(secret('Secret that holds the access key id.')),
    secretKey: Type.Optional(secret('Secret that holds the secret access key.')),
    sessionToken: Type.Optional(secret('Secret that holds the session token of temporary keys.')),
  },
  { ...strict, description: 'Who Terraform is in the account; the role of the machine Strata runs on where empty.', default: {} },
);

const Bastion = Type.Object(
  {
    allow: Type.Array(range('A range.'), { description: 'Where SSH may come from.', minItems: 1 }),
    type: instanceType('Its instance type.', 't3.micro'),
    disk: gib('Gibibytes of its disk.', 8, 20),
  },
  {
    ...strict,
    description: 'A machine in a public subnet that SSH goes through; without it the network must be reached otherwise.',
  },
);

const Autoscaling = Type.Object(
  {
    min: Type.Integer({ description: 'At least so many.', minimum: 0, default: 0 }),
    max: Type.Integer({ description: 'At most so many.', minimum: 1 }),
    userData: Type.String({
      description: 'cloud-init data by which such a machine joins: it has no name that could be known before.',
    }),
  },
  { ...strict, description: 'Workers that come and go, beside the named ones.' },
);

const Ingress = Type.Object(
  {
    ports: Type.Record(Type.String({ pattern: '^[0-9]+$' }), Type.Integer({ minimum: 1, maximum: 65_535 }), {
      description: 'From port of the load balancer to port of the machines.',
      default: { '80': 30080, '443': 30443 },
    }),
    public: Type.Boolean({ description: 'Has public addresses.', default: false }),
    allow: ranges('Ranges that reach it beside its own subnets.', []),
  },
  { ...strict, description: 'A load balancer for applications.' },
);

/** Machines on Amazon Web Services. */
export const AwsSpec = Type.Object(
  {
    region: Type.String({ description: 'Region, e.g. eu-west-3.', pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$' }),
    zones: Type.Array(Type.String({ pattern: '^[a-z0-9-]+$' }), {
      description: 'Availability zones that machines are spread over.',
      minItems: 1,
      maxItems: 8,
    }),
    ...moduleSpec,
    cidr: Type.String({
      description: 'Range of the network, /16 to /20; each zone has a sixteenth of it for machines and one that is public.',
      pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/(16|17|18|19|20)$',
      default: '10.20.0.0/16',
    }),
    controlPlanes: Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], {
      description: 'Machines of the control plane; an odd number, so that a majority remains.',
      default: 3,
    }),
    workers: Type.Integer({ description: 'Machines for workloads.', minimum: 0, maximum: 200, default: 3 }),
    types: Type.Object(
      { controlPlane: instanceType('Of control planes.', 'm6i.xlarge'), worker: instanceType('Of workers.', 'm6i.2xlarge') },
      { ...strict, description: 'Instance types.', default: {} },
    ),
    disks: Type.Object(
      {
        root: gib('Gibibytes of the system’s disk.', 8, 100),
        data: Type.Integer({ description: 'Gibibytes of a worker’s own data disk; none where 0.', minimum: 0, default: 0 }),
        type: Type.String({ description: 'Kind of volume.', pattern: '^[a-z0-9]+$', default: 'gp3' }),
        key: Type.Optional(
          Type.String({
            description: 'ARN of the key they are encrypted with; the account’s own where absent.',
            pattern: '^arn:',
          }),
        ),
      },
      { ...strict, description: 'Disks; always encrypted.', default: {} },
    ),
    api: Type.Object(
      {
        ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), {
          description: 'Ports of the control planes behind the load balancer; the first is the API.',
          minItems: 1,
          default: [6443],
        }),
        public: Type.Boolean({ description: 'The load balancer has public addresses.', default: false }),
        allow: ranges('Ranges that reach it beside the machines.', []),
      },
      { ...strict, description: 'Who reaches the API.', default: {} },
    ),
    ingress: Type.Optional(Ingress),
    bastion: Type.Optional(Bastion),
    autoscaling: Type.Optional(Autoscaling),
    ssh: ranges('Ranges that reach the machines’ SSH servers without a bastion.', []),
    nat: Type.Union([Type.Literal('single'), Type.Literal('each'), Type.Literal('none')], {
      description: 'A way out for the machines: one for all zones, one for each, none.',
      default: 'single',
    }),
    egress: ranges('What the machines may reach outside of the network, by HTTPS.', ['0.0.0.0/0']),
    pods: Type.Optional(range('Range of the pods, where they keep their own addresses between machines.')),
    dns: Type.Boolean({
      description: 'Makes a private zone with the records of the machines; otherwise whoever runs the DNS makes them.',
      default: true,
    }),
    publicZone: Type.Optional(
      Type.String({
        description: 'Id of a public Route 53 zone of the domain that gets the API and the ingress as well.',
        pattern: '^[A-Z0-9]+$',
      }),
    ),
    bucket: Type.Optional(
      Type.String({ description: 'Name of a bucket for backups and artefacts.', pattern: '^[a-z0-9][a-z0-9.-]{2,62}$' }),
    ),
    cloudIntegration: Type.Boolean({
      description: 'Control planes may handle volumes of this environment, as the EBS driver does.',
      default: false,
    }),
    protected: Type.Boolean({
      description: 'Load balancers cannot be removed by hand; nor by Strata, until it is taken back.',
      default: false,
    }),
    tags: Type.Record(Type.String(), Type.String(), { description: 'More tags for everything.', default: {} }),
    credentials: Credentials,
    endpoints: Type.Record(Type.String({ pattern: '^[a-z0-9]+$' }), Type.String({ pattern: '^https?://' }), {
      description: 'Addresses of a simulator, by service; the real ones where empty.',
      default: {},
    }),
  },
  { ...strict, description: 'Machines on Amazon Web Services, made by Terraform.' },
);

/** The spec, with defaults filled in. */
export type AwsSpec = Static<typeof AwsSpec>;
