import { type Static, Type } from 'typebox';
import { moduleSpec } from '../../../terraform/index.js';

/** Kinds of images that machines are made of. */
export const formats = ['azure-image'] as const;

const cidr = (description: string) => Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$' });
const allow = (description: string) => Type.Array(cidr('A range.'), { description, default: [] });
const size = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^Standard_[A-Za-z0-9_]+$', default: fallback });

const Role = (description: string, standard: string, facts: { readonly cpus: number; readonly memory: number }) =>
  Type.Object(
    {
      type: size('Size as Azure names it.', standard),
      cpus: Type.Integer({ description: 'Processors of that size: what a rehearsal plays.', minimum: 1, default: facts.cpus }),
      memory: Type.Integer({ description: 'Gibibytes of memory of that size.', minimum: 1, default: facts.memory }),
      disk: Type.Integer({ description: 'Gibibytes of disk.', minimum: 30, default: 128 }),
    },
    { description, additionalProperties: false, default: {} },
  );

/** Machines on Microsoft Azure. */
export const AzureSpec = Type.Object(
  {
    subscription: Type.String({ description: 'Id of the subscription.', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
    location: Type.String({ description: 'Region, e.g. francecentral.', pattern: '^[a-z0-9]+$' }),
    zones: Type.Array(Type.String({ pattern: '^[1-3]$' }), {
      description: 'Availability zones; empty where the region has none.',
      default: ['1', '2', '3'],
    }),
    credentials: Type.Union(
      [
        Type.Object(
          {
            tenant: Type.String({ description: 'Id of the tenant.', minLength: 1 }),
            client: Type.String({ description: 'Id of the application that signs in.', minLength: 1 }),
            secret: Type.String({
              description: 'Secret that holds its password, e.g. azure-client-secret.',
              pattern: '^[a-z0-9][-a-z0-9]*$',
            }),
          },
          { additionalProperties: false, description: 'An application with a password.' },
        ),
        Type.Object(
          { identity: Type.Literal('machine', { description: 'The identity of the machine Strata runs on.' }) },
          { additionalProperties: false, description: 'No password at all: the machine Strata runs on has an identity.' },
        ),
      ],
      { description: 'Who signs in.' },
    ),
    ...moduleSpec,
    cidr: cidr('Range of the network, /16 to /22: its first quarter is for machines, its last for the bastion.'),
    controlPlanes: Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], {
      description: 'Machines of the control plane; an odd number, so that a majority remains.',
      default: 3,
    }),
    workers: Type.Integer({ description: 'Machines for workloads.', minimum: 0, maximum: 200, default: 3 }),
    sizes: Type.Object(
      {
        controlPlane: Role('Size of a control plane.', 'Standard_D4s_v5', { cpus: 4, memory: 16 }),
        worker: Role('Size of a worker.', 'Standard_D8s_v5', { cpus: 8, memory: 32 }),
      },
      { description: 'How large machines are.', additionalProperties: false, default: {} },
    ),
    api: Type.Object(
      {
        ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), {
          description: 'Ports of the control planes; the first is the API.',
          minItems: 1,
          default: [6443],
        }),
        allow: allow('Who reaches the API from outside of the machines’ part.'),
      },
      { description: 'The balancer of the API, inside of the network.', additionalProperties: false, default: {} },
    ),
    ingress: Type.Optional(
      Type.Object(
        {
          ports: Type.Record(Type.String({ pattern: '^[0-9]+$' }), Type.Integer({ minimum: 30_000, maximum: 32_767 }), {
            description: 'From port to node port.',
            default: { '80': 30_080, '443': 30_443 },
          }),
          allow: allow('Who reaches applications.'),
        },
        { description: 'A balancer for applications; none where absent.', additionalProperties: false },
      ),
    ),
    bastion: Type.Optional(
      Type.Object(
        { type: size('Size as Azure names it.', 'Standard_B2s'), allow: allow('From where SSH may come.') },
        { description: 'A machine with a public address that SSH goes through; none where absent.', additionalProperties: false },
      ),
    ),
    autoscaling: Type.Optional(
      Type.Object(
        {
          min: Type.Integer({ description: 'Workers at least.', minimum: 0 }),
          max: Type.Integer({ description: 'Workers at most.', minimum: 1 }),
          userData: Type.String({
            description: 'cloud-init document that makes one join; the image’s own way where empty.',
            default: '',
          }),
        },
        { description: 'Workers that come and go beside the named ones.', additionalProperties: false },
      ),
    ),
    storage: Type.String({
      description: 'Name of a storage account for backups and artefacts, unique in all of Azure; none where empty.',
      pattern: '^([a-z0-9]{3,24})?$',
      default: '',
    }),
    diskKeys: Type.String({ description: 'Id of the disk encryption set; Azure’s own keys where empty.', default: '' }),
    tags: Type.Record(Type.String(), Type.String(), { description: 'Tags of everything that is made.', default: {} }),
  },
  { additionalProperties: false, description: 'Machines on Microsoft Azure, made by Terraform from a managed image.' },
);

/** The spec, with defaults filled in. */
export type AzureSpec = Static<typeof AzureSpec>;
