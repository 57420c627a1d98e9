import { type Static, Type } from 'typebox';
import { apiVersion } from '../model/index.js';

const closed = { additionalProperties: false } as const;
const Target = Type.Object(
  { kind: Type.String(), name: Type.Optional(Type.String()), namespace: Type.Optional(Type.String()) },
  closed,
);
const place = { target: Target, path: Type.String({ pattern: '^/' }), prefix: Type.Optional(Type.String()) };
const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const Port = Type.Union([Type.Integer({ minimum: 1, maximum: 65_535 }), Type.String()]);
/** A path that stays below the folder it starts in. */
const inside = { pattern: '^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$' };

/** Files that are not the package's own: of a toolchain artefact, or of the catalog (`from: catalog`). */
const Data = Type.Object(
  { from: Type.String(), files: Type.Array(Type.String({ pattern: '^[^/].*\\.yaml$' }), { minItems: 1 }) },
  closed,
);

/** Where the reference of a toolchain image goes: in place of an image name, or to a path of an object; or one that is only named. */
const Image = Type.Union([
  Type.Object({ image: Type.String(), replaces: Type.String() }, closed),
  Type.Object({ image: Type.String(), ...place }, closed),
  Type.Object({ ref: Type.String({ pattern: '^[^\\s@]+:[^\\s@]+(@sha256:[0-9a-f]{64})?$' }) }, closed),
]);

/** A setting that the package offers: its value goes to a path of an object. */
const Setting = Type.Object({ description: Type.String(), default: Scalar, ...place }, closed);

/** When an object of a kind that the delivering controller does not know by itself counts as healthy (CEL). */
const Health = Type.Object(
  { apiVersion: Type.String(), kind: Type.String(), current: Type.String(), failed: Type.Optional(Type.String()) },
  closed,
);

/** What proves that the package does its work. */
const Check = Type.Union([
  /** Samples of these policies: each denied one is refused by its policy, each allowed one is not. Dry runs. */
  Type.Object(
    { admission: Type.Object({ namespace: Type.String(), policies: Type.Array(Type.String(), { minItems: 1 }) }, closed) },
    closed,
  ),
  /** Every target of this Prometheus answers, and each of these jobs has at least one. */
  Type.Object(
    { prometheus: Type.Object({ service: Type.String({ pattern: '^[^/]+/[^/]+$' }), jobs: Type.Array(Type.String()) }, closed) },
    closed,
  ),
  /** A service answers 200, with a text in it. */
  Type.Object(
    {
      answers: Type.Object(
        {
          claim: Type.String(),
          service: Type.String({ pattern: '^[^/]+/[^/]+$' }),
          path: Type.String({ pattern: '^/' }),
          contains: Type.Optional(Type.String()),
        },
        closed,
      ),
    },
    closed,
  ),
]);

/** A program run beside a simulated cluster in place of a workload's pods. */
const Program = Type.Object(
  {
    tool: Type.String(),
    args: Type.Array(Type.String()),
    env: Type.Optional(Type.Record(Type.String(), Type.String())),
    for: Type.String({ pattern: '^[A-Z][A-Za-z]+/[^/]+/[^/]+$' }),
    mounts: Type.Optional(Type.Array(Type.Object({ secret: Type.String(), folder: Type.String() }, closed))),
    serves: Type.Optional(Type.Array(Type.Object({ service: Type.String(), port: Type.Integer(), to: Type.String() }, closed))),
  },
  closed,
);

/** A status that a controller which cannot run in a rehearsal would write. */
const Played = Type.Object(
  {
    apiVersion: Type.String(),
    kind: Type.String(),
    status: Type.Unknown(),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
    after: Type.Optional(Type.Literal('report')),
  },
  closed,
);

const Part = Type.Object({ module: Type.String(), folder: Type.String(inside) }, closed);
/** Charts that are laid into the chart's own `charts` folder. */
const parts = { charts: Type.Optional(Type.Array(Part)) };

/** Where a chart comes from: exactly one place. */
const Chart = Type.Union([
  Type.Object({ module: Type.String(), folder: Type.String(inside), ...parts }, closed),
  Type.Object({ folder: Type.String(inside), ...parts }, closed),
  Type.Object({ archive: Type.String(inside), digest: Digest }, closed),
  Type.Object({ oci: Type.String({ pattern: '^oci://' }), version: Type.String(), digest: Type.Optional(Digest) }, closed),
  Type.Object(
    {
      repository: Type.String({ pattern: '^https?://' }),
      name: Type.String(),
      version: Type.String(),
      digest: Type.Optional(Digest),
    },
    closed,
  ),
]);

const Source = Type.Object(
  {
    chart: Chart,
    release: Type.Optional(Type.String({ pattern: '^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$' })),
    /** API versions that the chart asks for and other packages bring. */
    apiVersions: Type.Optional(Type.Array(Type.String())),
  },
  closed,
);

const Network = Type.Object(
  {
    egress: Type.Optional(Type.Array(Type.Object({ to: Type.String(), port: Port, why: Type.String() }, closed))),
    ingress: Type.Optional(
      Type.Array(Type.Object({ port: Port, why: Type.String(), from: Type.Optional(Type.String()) }, closed)),
    ),
  },
  closed,
);

const Size = Type.Object({ values: Type.Record(Type.String(), Type.Unknown()) }, closed);

/** The whole of `package.yaml`. */
export const PackageFile = Type.Object(
  {
    apiVersion: Type.Literal(apiVersion),
    kind: Type.Literal('Package'),
    metadata: Type.Object({ name: Type.String() }, closed),
    spec: Type.Object(
      {
        title: Type.String(),
        /** Of the chart or the product. */
        version: Type.Optional(Type.String()),
        /** Where objects go that name no namespace. */
        namespace: Type.Optional(Type.String({ pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' })),
        /** False where the package, or another one, brings the namespace object itself. */
        namespaceOwner: Type.Optional(Type.Boolean()),
        /** Absent for a folder that kustomize builds. */
        source: Type.Optional(Source),
        /** Capabilities other packages may require. */
        provides: Type.Optional(Type.Array(Type.String())),
        requires: Type.Optional(Type.Array(Type.String())),
        data: Type.Optional(Type.Array(Data)),
        images: Type.Optional(Type.Array(Image)),
        network: Type.Optional(Network),
        /** Sets of values that the user picks by name. */
        sizes: Type.Optional(Type.Record(Type.String(), Size)),
        values: Type.Optional(Type.Record(Type.String(), Setting)),
        health: Type.Optional(Type.Array(Health)),
        verify: Type.Optional(Type.Array(Check)),
        rehearse: Type.Optional(
          Type.Object({ programs: Type.Optional(Type.Array(Program)), plays: Type.Optional(Type.Array(Played)) }, closed),
        ),
      },
      closed,
    ),
  },
  closed,
);

/** How a package comes into the cluster: as objects rendered here, or as a release that a controller in the cluster installs. */
export type DeliveryKind = 'rendered' | 'helm';

/** One change of a kustomization. */
export interface Patch {
  readonly target: { readonly kind: string; readonly name?: string | undefined; readonly namespace?: string | undefined };
  readonly patch: string;
}

export type PackageSpec = Static<typeof PackageFile>['spec'];
export type ImageUse = Static<typeof Image>;
export type PackageData = Static<typeof Data>;
export type PackageHealth = Static<typeof Health>;
export type PackageCheck = Static<typeof Check>;
export type PackageValue = Static<typeof Scalar>;
export type ChartSource = Static<typeof Chart>;
