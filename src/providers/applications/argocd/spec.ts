import { type Static, Type } from 'typebox';

/** `with` of this provider. */
export const ArgocdSpec = Type.Object(
  {
    repository: Type.String({
      default: 'apps',
      pattern: '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$',
      description:
        'Folder beside platform.yaml that holds one folder per application; the git repository made from it has the same name.',
    }),
    branch: Type.String({
      default: 'main',
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
      description: 'Branch of the repository that Argo CD follows.',
    }),
    images: Type.Array(Type.String({ pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$' }), {
      default: [],
      uniqueItems: true,
      description: 'Images of the toolchain list that the applications run: they are built and served with the platform.',
    }),
    secrets: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({
              pattern: '^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$',
              description: 'Of the file `secrets/NAME.enc.yaml` beside platform.yaml: a Secret, encrypted with sops.',
            }),
            application: Type.String({
              pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
              description: 'Whose namespace it goes to, where the file itself names none.',
            }),
          },
          { additionalProperties: false },
        ),
        { description: 'Secrets that applications find in the cluster; git never holds their values in clear.' },
      ),
    ),
    reserved: Type.Array(Type.String({ pattern: '^[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?$' }), {
      default: ['kube-*', '*-system', 'argocd', 'monitoring', 'node-agents', 'local-path-storage', 'policy-check'],
      uniqueItems: true,
      description: 'Namespaces of the platform, as patterns: applications may neither deploy into them nor change them.',
    }),
  },
  { additionalProperties: false, description: 'Argo CD with one umbrella application over a git repository of applications.' },
);

/** A parsed `with`. */
export type ArgocdSpec = Static<typeof ArgocdSpec>;
