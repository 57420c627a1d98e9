import { type Static, Type } from 'typebox';

const minor = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^v1\\.[0-9]{1,3}$', default: fallback });

/** A cluster that is there already. */
export const ExistingClusterSpec = Type.Object(
  {
    kubeconfig: Type.Union(
      [
        Type.Object(
          {
            file: Type.String({
              description: 'Kubeconfig that only its owner may read; absolute, or from the folder of `platform.yaml`.',
              minLength: 1,
            }),
          },
          { additionalProperties: false, description: 'A kubeconfig in a file.' },
        ),
        Type.Object(
          { secret: Type.String({ description: 'Name of a secret the environment keeps.', pattern: '^[a-z0-9][-a-z0-9]*$' }) },
          { additionalProperties: false, description: 'A kubeconfig that is kept already.' },
        ),
      ],
      { description: 'What opens the cluster: one server, its certificate authority, and a client certificate or a token.' },
    ),
    storageClass: Type.Optional(
      Type.String({
        description: 'StorageClass of volumes; the default one of the cluster where absent.',
        pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      }),
    ),
    versions: Type.Object(
      {
        oldest: minor('Oldest minor version that is taken.', 'v1.36'),
        newest: minor('Newest minor version that is taken.', 'v1.38'),
      },
      {
        description: 'Minor versions of Kubernetes that are taken; kubectl speaks with one minor version around its own.',
        additionalProperties: false,
        default: {},
      },
    ),
    support: Type.Object(
      {
        registry: Type.String({
          description: 'Address and port of the OCI registry the cluster pulls from, plain HTTP.',
          pattern: '^[A-Za-z0-9.-]+:[0-9]{1,5}$',
        }),
        git: Type.String({
          description: 'Base URL of the git server the cluster reads from, without a slash at the end.',
          pattern: '^(git|https?|ssh)://[^\\s]*[^/\\s]$',
        }),
      },
      { description: 'Registry and git server as the cluster reaches them.', additionalProperties: false },
    ),
  },
  { additionalProperties: false, description: 'A cluster that is there already; looked at, never changed.' },
);

/** The spec, with defaults filled in. */
export type ExistingClusterSpec = Static<typeof ExistingClusterSpec>;
