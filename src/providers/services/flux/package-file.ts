import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { CORE_SCHEMA, load } from 'js-yaml';
import { apiVersion } from '../../../model/index.js';

const closed = { additionalProperties: false } as const;
const Target = Type.Object(
  { kind: Type.String(), name: Type.Optional(Type.String()), namespace: Type.Optional(Type.String()) },
  closed,
);
const place = { target: Target, path: Type.String({ pattern: '^/' }), prefix: Type.Optional(Type.String()) };
const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Files that are not the package's own: of a toolchain artefact, or of the catalog (`from: catalog`). */
const Data = Type.Object(
  { from: Type.String(), files: Type.Array(Type.String({ pattern: '^[^/].*\\.yaml$' }), { minItems: 1 }) },
  closed,
);

/** Where the reference of a toolchain image goes: in place of an image name, or to a path of an object. */
const Image = Type.Union([
  Type.Object({ image: Type.String(), replaces: Type.String() }, closed),
  Type.Object({ image: Type.String(), ...place }, closed),
]);

/** A setting that the package offers: its value goes to a path of an object. */
const Setting = Type.Object({ description: Type.String(), default: Scalar, ...place }, closed);

/** When an object of a kind that Flux does not know by itself counts as healthy (CEL, as Flux reads it). */
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
const Played = Type.Object({ apiVersion: Type.String(), kind: Type.String(), status: Type.Unknown() }, closed);

const PackageFile = Type.Object(
  {
    apiVersion: Type.Literal(apiVersion),
    kind: Type.Literal('Package'),
    metadata: Type.Object({ name: Type.String() }, closed),
    spec: Type.Object(
      {
        title: Type.String(),
        /** Capabilities other packages may require. */
        provides: Type.Optional(Type.Array(Type.String())),
        requires: Type.Optional(Type.Array(Type.String())),
        data: Type.Optional(Type.Array(Data)),
        images: Type.Optional(Type.Array(Image)),
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

/** A package as its file says, or why the file cannot be used. */
export type ParsedPackage = { readonly ok: true; readonly spec: PackageSpec } | { readonly ok: false; readonly why: string };

/** Reads `package.yaml`. */
export function parsePackage(name: string, text: string): ParsedPackage {
  const read = readYaml(text);
  if (!read.ok) return read;
  if (!Value.Check(PackageFile, read.value)) return { ok: false, why: firstError(read.value) };
  if (read.value.metadata.name !== name)
    return { ok: false, why: `metadata.name is '${read.value.metadata.name}', but the folder is '${name}'` };
  return { ok: true, spec: read.value.spec };
}

function readYaml(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string } {
  try {
    return { ok: true, value: load(text, { schema: CORE_SCHEMA }) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? (error.message.split('\n')[0] ?? 'not YAML') : 'not YAML' };
  }
}

function firstError(value: unknown): string {
  const [error] = Value.Errors(PackageFile, value);
  return error === undefined ? 'it does not fit the schema' : `${error.instancePath || '/'} ${error.message}`;
}
