import { type Static, Type } from 'typebox';

/** A Go-style duration of whole seconds, minutes or hours, as Flux reads it. */
const Duration = (description: string, fallback: string) =>
  Type.String({ description, pattern: '^[1-9][0-9]*(s|m|h)$', default: fallback });

/** The package that applies all others, itself applied directly. */
export const bootstrapPackage = 'flux';

const PackageChoice = Type.Object(
  {
    name: Type.String({
      description: 'A package: a folder of the catalog, or of `packages/` beside the platform file.',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    }),
    values: Type.Record(Type.String(), Type.Unknown(), {
      description:
        'Of a package that is a chart: any value of the chart, over those of the package. Of another: values it offers, by name; its readme or package.yaml lists them.',
      default: {},
    }),
    delivery: Type.Optional(
      Type.Union([Type.Literal('rendered'), Type.Literal('helm')], {
        description: "How this package comes into the cluster, instead of the component's `delivery`.",
      }),
    ),
    size: Type.Optional(
      Type.String({ description: "A set of values that the package names, e.g. `small`; the entry's own values win over it." }),
    ),
    secrets: Type.Optional(
      Type.Array(Type.String({ pattern: '^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$' }), {
        description:
          'Encrypted Secrets that come with the package: the names of files `secrets/NAME.enc.yaml` beside the platform file.',
        uniqueItems: true,
      }),
    ),
    patches: Type.Array(
      Type.Object(
        {
          target: Type.Object(
            {
              kind: Type.String({ description: 'Kind of the objects to change.' }),
              name: Type.Optional(Type.String({ description: 'Name of the object; every object of the kind where absent.' })),
              namespace: Type.Optional(Type.String({ description: 'Namespace of the object.' })),
            },
            { additionalProperties: false, description: 'Which objects are changed.' },
          ),
          patch: Type.String({ description: 'A strategic merge patch or a JSON 6902 patch, as kustomize reads it.' }),
        },
        { additionalProperties: false },
      ),
      { description: 'Changes that no value offers.', default: [] },
    ),
  },
  { additionalProperties: false },
);

/** What the definition may say about this provider. */
export const FluxSpec = Type.Object(
  {
    packages: Type.Array(PackageChoice, {
      description: 'The core services, in any order: what a package requires is brought up before it.',
      default: ['gatekeeper', 'policies', 'node-exporter', 'prometheus-operator', 'monitoring'].map((name) => ({
        name,
        values: {},
        patches: [],
      })),
    }),
    delivery: Type.Union([Type.Literal('rendered'), Type.Literal('helm')], {
      description:
        'How packages that are charts come into the cluster: `rendered`, as objects that Helm makes at plan time, or `helm`, as a HelmRelease with its values in a Secret. Packages that are no charts are rendered either way; order and health are the same.',
      default: 'rendered',
    }),
    source: Type.Union([Type.Literal('external-artifact'), Type.Literal('oci-repository')], {
      description:
        'How the cluster learns of the rendered tree: an ExternalArtifact that Strata writes, or an OCIRepository, where a source-controller runs already.',
      default: 'external-artifact',
    }),
    interval: Duration('How often Flux compares the cluster with the tree and repairs drift.', '5m'),
    retryInterval: Duration('How soon Flux tries again after a failure.', '3s'),
    timeout: Duration('How long one package may take to become healthy.', '3m'),
  },
  { additionalProperties: false },
);

/** Settings with their defaults filled in. */
export type FluxSpec = Static<typeof FluxSpec>;

/** Milliseconds of such a duration. */
export function durationMs(duration: string): number {
  const unit = duration.endsWith('h') ? 3_600_000 : duration.endsWith('m') ? 60_000 : 1_000;
  return Number.parseInt(duration, 10) * unit;
}
