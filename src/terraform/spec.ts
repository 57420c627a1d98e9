import { type Static, Type } from 'typebox';

const name = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** An IPv4 address in a spec. */
export const addressSpec = (description: string) => Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}$' });

/** Name of a secret that the environment keeps, or one value of an encrypted file: `secrets/NAME.enc.yaml#VALUE`. */
export const secretSpec = (description: string, fallback: string) =>
  Type.String({
    description,
    pattern: '^([a-z0-9][-a-z0-9]*|secrets/[a-z0-9]([a-z0-9._-]*[a-z0-9])?[.]enc[.]yaml#[A-Za-z0-9_.-]+)$',
    default: fallback,
  });

/** A file beside `platform.yaml`. */
export const projectFileSpec = (description: string) =>
  Type.String({ description, pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$' });

/** Members that components of all Terraform modules have. */
export const moduleSpec = {
  program: Type.Union([Type.Literal('terraform'), Type.Literal('tofu')], {
    description: 'Which program runs the module; OpenTofu takes the same files.',
    default: 'terraform',
  }),
  backend: Type.Object(
    {
      type: Type.String({
        description: 'Kind of backend, e.g. local, s3, azurerm, pg.',
        pattern: '^[a-z0-9_]+$',
        default: 'local',
      }),
      config: Type.Record(Type.String(), Type.Unknown(), {
        description: 'Arguments of that backend; never secrets: those come by the environment it reads.',
        default: {},
      }),
    },
    {
      description: 'Where the state lies and how it is locked; a local file where absent.',
      additionalProperties: false,
      default: {},
    },
  ),
  plugins: Type.Object(
    {
      mirror: Type.Optional(
        Type.String({
          description: 'Folder as `terraform providers mirror` fills it: nothing else is asked then.',
          pattern: '^/[^\\n]+$',
        }),
      ),
      built: Type.Boolean({
        description: 'Takes the provider that the toolchain builds, where no registry is in reach.',
        default: false,
      }),
    },
    {
      description: 'Where Terraform’s own providers come from; the registry where absent.',
      additionalProperties: false,
      default: {},
    },
  ),
  image: Type.Optional(
    Type.String({ description: 'Name of the machine image; the only fitting one of layer image where absent.', minLength: 1 }),
  ),
  support: Type.Object(
    {
      registry: Type.String({
        description: 'Address and port of the image registry that the machines reach.',
        pattern: '^[A-Za-z0-9.-]+:[0-9]{1,5}$',
      }),
      git: Type.String({
        description: 'Base address of the git server that the machines reach.',
        pattern: '^(git|https?)://[^\\s/]+(/[^\\s]*[^\\s/])?$',
      }),
    },
    { description: 'Registry and git server: there is no other way in for images and git.', additionalProperties: false },
  ),
  domain: Type.String({
    description: 'DNS domain of the machines.',
    pattern: `^${name}(\\.${name})*$`,
    default: 'strata.internal',
  }),
  user: Type.String({
    description: 'User of the image that may become root with sudo.',
    pattern: '^[a-z_][a-z0-9_-]*$',
    default: 'strata',
  }),
  generations: Type.Record(Type.String(), Type.String(), {
    description: 'A changed word beside the name of a machine makes that machine anew, e.g. from a new image; one at a time.',
    default: {},
  }),
};

/** How large the machines of one role are. */
export const machineSizeSpec = (
  description: string,
  size: { readonly cpus: number; readonly memory: number; readonly disk: number },
) =>
  Type.Object(
    {
      cpus: Type.Integer({ description: 'Processors.', minimum: 1, default: size.cpus }),
      memory: Type.Integer({ description: 'Gibibytes of memory.', minimum: 1, default: size.memory }),
      disk: Type.Integer({
        description: 'Gibibytes of disk; the image’s own where that is larger.',
        minimum: 1,
        default: size.disk,
      }),
    },
    { description, additionalProperties: false, default: {} },
  );

/** A machine's size with defaults filled in. */
export type MachineSize = Static<ReturnType<typeof machineSizeSpec>>;

/** Members that components have whose machines get static addresses in one network. */
export const staticSpec = {
  subnet: Type.Object(
    {
      cidr: Type.String({ description: 'IPv4 range of the port group.', pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$' }),
      gateway: addressSpec('Way out of it.'),
      nameservers: Type.Array(addressSpec('A name server.'), { description: 'Name servers of the machines.', minItems: 1 }),
      first: Type.Object(
        {
          balancer: Type.Integer({ description: 'Place of the balancer in the range.', minimum: 1, default: 5 }),
          controlPlane: Type.Integer({ description: 'Place of the first control plane.', minimum: 1, default: 11 }),
          worker: Type.Integer({ description: 'Place of the first worker.', minimum: 1, default: 21 }),
        },
        { description: 'Where machines are in the range.', additionalProperties: false, default: {} },
      ),
    },
    { description: 'Network of the machines; every address is static.', additionalProperties: false },
  ),
  api: Type.Object(
    {
      address: Type.Optional(addressSpec('Address of the API: of a balancer that is there, or one the cluster announces.')),
      balancer: Type.Boolean({
        description: 'Makes a machine that balances the API; also where there are several control planes and no `address`.',
        default: false,
      }),
      ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), {
        description: 'Ports of the control planes; the first is the API.',
        minItems: 1,
        default: [6443],
      }),
    },
    { description: 'Where the API is found.', additionalProperties: false, default: {} },
  ),
  controlPlanes: Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], {
    description: 'Machines of the control plane; an odd number, so that a majority remains.',
    default: 3,
  }),
  workers: Type.Integer({ description: 'Machines for workloads.', minimum: 0, maximum: 200, default: 3 }),
  sizes: Type.Object(
    {
      controlPlane: machineSizeSpec('Size of a control plane.', { cpus: 4, memory: 16, disk: 100 }),
      worker: machineSizeSpec('Size of a worker.', { cpus: 8, memory: 32, disk: 100 }),
    },
    { description: 'How large machines are.', additionalProperties: false, default: {} },
  ),
};
