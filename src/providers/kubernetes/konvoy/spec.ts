import { type Static, Type } from 'typebox';

const range = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$', default: fallback });
const file = (description: string) => Type.String({ description, minLength: 1 });

/** A Konvoy cluster (DKP, NKP) on machines that are there. */
export const KonvoySpec = Type.Object(
  {
    version: Type.String({
      description: 'Kubernetes version; one that the installed `nkp` supports.',
      pattern: '^v1\\.[0-9]+\\.[0-9]+(\\+fips\\.[0-9]+)?$',
      default: 'v1.33.5',
    }),
    name: Type.Optional(
      Type.String({
        description: 'Name of the cluster; PLATFORM-ENVIRONMENT where absent.',
        pattern: '^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$',
      }),
    ),
    virtualInterface: Type.Optional(
      Type.String({
        description:
          'Network interface on which control planes hold the address of the API themselves; a load balancer holds it where absent.',
        pattern: '^[a-z][a-z0-9.-]*$',
      }),
    ),
    podSubnet: range('IPv4 range of pods.', '192.168.0.0/16'),
    serviceSubnet: range('IPv4 range of Services.', '10.96.0.0/12'),
    airgap: Type.Optional(
      Type.Object(
        {
          bundles: Type.Array(file('Bundle of images, absolute.'), {
            description: 'Bundles that are pushed to the registry first.',
            default: [],
          }),
          bootstrapImage: Type.Optional(file('Image of the bootstrap cluster: a file of the bundle, or a name.')),
          registry: Type.Optional(
            Type.String({
              description: 'Registry images come from, with its scheme; the environment’s own where absent.',
              pattern: '^https?://[^\\s]+$',
            }),
          ),
          authority: Type.Optional(file('File with the authority of that registry, PEM, absolute.')),
        },
        { additionalProperties: false, description: 'Without a way out.' },
      ),
    ),
    overrides: Type.Optional(
      Type.String({
        description: 'Name of a Secret with overrides of the machines, e.g. for FIPS.',
        pattern: '^[a-z0-9][-a-z0-9.]*$',
      }),
    ),
    storageClass: Type.String({
      description: 'StorageClass later layers use.',
      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      default: 'localvolumeprovisioner',
    }),
    waitMinutes: Type.Integer({ description: 'How long one run waits for the machines.', minimum: 1, maximum: 240, default: 60 }),
  },
  { additionalProperties: false, description: 'A Konvoy cluster (DKP, NKP) on machines of the infrastructure layer.' },
);

/** The spec, with defaults filled in. */
export type KonvoySpec = Static<typeof KonvoySpec>;
