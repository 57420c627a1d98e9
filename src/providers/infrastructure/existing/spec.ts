import { type Static, Type } from 'typebox';

const address = (description: string) => Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}$' });
const port = (description: string, fallback: number) =>
  Type.Integer({ description, minimum: 1, maximum: 65_535, default: fallback });
const user = { description: 'User who may become root with sudo.', pattern: '^[a-z_][a-z0-9_-]*$' };

const Machine = Type.Object(
  {
    name: Type.String({ description: 'Host name of the machine.', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' }),
    address: address('IPv4 address that Strata and the other machines reach it at.'),
    role: Type.Union([Type.Literal('control-plane'), Type.Literal('worker')], {
      description: 'What runs on it: the control plane, or workloads.',
      default: 'worker',
    }),
    cpus: Type.Optional(
      Type.Number({ description: 'Processors it has at least; also what a rehearsal plays.', exclusiveMinimum: 0 }),
    ),
    memory: Type.Optional(
      Type.String({
        description: 'Memory it has at least, e.g. 32Gi; also what a rehearsal plays.',
        pattern: '^[1-9][0-9]*(Mi|Gi)$',
      }),
    ),
    user: Type.Optional(Type.String(user)),
    port: Type.Optional(Type.Integer({ description: 'Port of its SSH server.', minimum: 1, maximum: 65_535 })),
    hostKey: Type.Optional(
      Type.String({
        description: 'Its public host key; the line in the file `knownHosts` where absent.',
        pattern: '^ssh-ed25519 [A-Za-z0-9+/]+=*$',
      }),
    ),
  },
  { additionalProperties: false, description: 'One machine that is there already.' },
);

/** Machines that are there already, as an inventory. */
export const ExistingSpec = Type.Object(
  {
    machines: Type.Array(Machine, { description: 'The machines, by name.', minItems: 1 }),
    user: Type.String({ ...user, default: 'strata' }),
    port: port('Port of the SSH servers.', 22),
    key: Type.Union(
      [
        Type.Object(
          {
            file: Type.String({
              description: 'Private key without a passphrase; absolute, or from the folder of `platform.yaml`.',
              minLength: 1,
            }),
          },
          { additionalProperties: false, description: 'A key in a file.' },
        ),
        Type.Object(
          { secret: Type.String({ description: 'Name of a secret the environment keeps.', pattern: '^[a-z0-9][-a-z0-9]*$' }) },
          { additionalProperties: false, description: 'A key that is kept already.' },
        ),
      ],
      { description: 'The private key that opens the machines.' },
    ),
    knownHosts: Type.String({
      description: 'File beside `platform.yaml` with the machines’ host keys, as `ssh-keyscan -t ed25519` prints them.',
      pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
      default: 'known_hosts',
    }),
    support: Type.Object(
      {
        address: address('Address of the machine Strata runs on, as the machines reach it.'),
        registryPort: port('Where the registry listens there.', 5000),
        gitPort: port('Where the git server listens there.', 9418),
      },
      { description: 'Registry and git server, which Strata runs itself.', additionalProperties: false },
    ),
    api: Type.Optional(
      Type.String({
        description: 'Address and port of the API; the first control plane and 6443 where absent.',
        pattern: '^[A-Za-z0-9.-]+:[0-9]{1,5}$',
      }),
    ),
    domain: Type.String({
      description: 'DNS domain of the machines.',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      default: 'strata.internal',
    }),
  },
  { additionalProperties: false, description: 'Machines that are there already, reached over SSH.' },
);

/** The spec, with defaults filled in. */
export type ExistingSpec = Static<typeof ExistingSpec>;
