import { type Static, Type } from 'typebox';
import type { Digest } from '../model/index.js';

const strict = { additionalProperties: false } as const;
const name = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]*$' });
const relative = Type.String({
  pattern: '^(?!/)(?!.*\\.\\.)[A-Za-z0-9._/-]+$',
  description: 'A path below its folder; never upwards.',
});
const absolute = Type.String({ pattern: '^/(?!.*\\.\\.)[A-Za-z0-9._/+-]+$' });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Verified by whoever wrote it; never a guess.' });

const GoSource = Type.Object(
  {
    root: Type.Union([Type.Literal('toolchain'), Type.Literal('examples'), Type.Literal('project')]),
    dir: relative,
    ldflags: Type.Optional(Type.String()),
  },
  strict,
);

/** One way to obtain a tool; exactly one member. */
const Source = Type.Union([
  Type.Object(
    {
      goModule: Type.Object(
        { dir: relative, package: Type.String(), ldflags: Type.Optional(Type.String()), tags: Type.Optional(Type.String()) },
        strict,
      ),
    },
    strict,
  ),
  Type.Object({ goSource: GoSource }, strict),
  Type.Object(
    { goFiles: Type.Object({ dir: relative, module: Type.String(), paths: Type.Array(relative, { minItems: 1 }) }, strict) },
    strict,
  ),
  Type.Object({ crds: Type.Object({ dir: relative, package: Type.String() }, strict) }, strict),
  Type.Object(
    {
      download: Type.Object(
        {
          url: Type.String({ pattern: '^https?://' }),
          sha256,
          archive: Type.Optional(Type.Literal('tar')),
          file: Type.Optional(relative),
        },
        strict,
      ),
    },
    strict,
  ),
  Type.Object({ npm: Type.Object({ package: Type.String(), version: Type.String(), sha256, file: relative }, strict) }, strict),
  Type.Object({ pypi: Type.Object({ package: Type.String(), version: Type.String(), sha256, file: relative }, strict) }, strict),
  Type.Object({ debian: Type.Object({ package: name }, strict) }, strict),
  Type.Object({ debianFile: Type.Object({ package: name, file: relative }, strict) }, strict),
]);

const Tool = Type.Object(
  {
    name,
    version: Type.Optional(Type.String()),
    path: Type.Optional(
      Type.String({ description: "Versions on PATH that will do, e.g. '>=1.6 <2'; '' = any; absent = PATH is not looked at." }),
    ),
    probe: Type.Optional(Type.Object({ args: Type.Array(Type.String()), pattern: Type.String() }, strict)),
    sources: Type.Array(Source),
  },
  strict,
);

const Image = Type.Object(
  {
    name,
    ref: Type.String(),
    debian: Type.Optional(
      Type.Object(
        {
          packages: Type.Array(name, { minItems: 1 }),
          omit: Type.Optional(Type.Array(relative)),
          expect: Type.Optional(Type.Record(Type.String(), Type.String())),
        },
        strict,
      ),
    ),
    tools: Type.Optional(Type.Record(Type.String(), absolute)),
    goSource: Type.Optional(Type.Object({ ...GoSource.properties, path: absolute }, strict)),
    links: Type.Optional(Type.Record(absolute, Type.String())),
    directories: Type.Optional(Type.Record(absolute, Type.String({ pattern: '^[0-7]{4}$' }))),
    files: Type.Optional(Type.Record(absolute, Type.String())),
    caBundle: Type.Optional(Type.Boolean()),
    environment: Type.Optional(Type.Array(Type.String())),
    user: Type.Optional(Type.String()),
    workingDir: Type.Optional(Type.String()),
    ports: Type.Optional(Type.Array(Type.String())),
    entrypoint: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    command: Type.Optional(Type.Array(Type.String())),
    upstream: Type.Optional(Type.Object({ digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }) }, strict)),
  },
  strict,
);

/** Shape of `tools.yaml`; keys that begin with a dot hold YAML anchors. */
export const ToolsFile = Type.Object({ tools: Type.Array(Tool) });

/** Shape of `images.yaml`, Strata's own and the one beside a user's `platform.yaml`. */
export const ImagesFile = Type.Object({ leaveOut: Type.Optional(Type.Array(name)), images: Type.Array(Image) }, strict);

/** One way to obtain a tool. */
export type Source = Static<typeof Source>;

/** A program or a set of data files, pinned. */
export type ToolPin = Static<typeof Tool>;

/** A container image, pinned. */
export type ImagePin = Static<typeof Image>;

/** Absolute folders that pins are relative to. */
export interface PinRoots {
  readonly toolchain: string;
  readonly examples: string;
  readonly project: string;
}

/** The pinned lists, with digests of the files they rest on; enough to plan without touching the disk. */
export interface Toolchain {
  readonly tools: ReadonlyMap<string, ToolPin>;
  readonly images: ReadonlyMap<string, ImagePin>;
  /** Debian packages whose files no image needs. */
  readonly leaveOut: readonly string[];
  /** Digest of each Go folder a pin names, by absolute path. */
  readonly folders: ReadonlyMap<string, Digest>;
  readonly roots: PinRoots;
}

/** Data files rather than a program. */
export const isData = (pin: ToolPin): boolean => pin.sources.some((source) => 'goFiles' in source || 'crds' in source);
