import { type Static, Type } from 'typebox';
import type { Digest } from '../model/index.js';
import { kinds, type Kind } from './format.js';

export const DigestText = Type.Unsafe<Digest>(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }));
const Size = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Annotations = Type.Record(Type.String(), Type.String());
const strict = { additionalProperties: false } as const;

export const DescriptorShape = Type.Object(
  {
    mediaType: Type.String(),
    digest: DigestText,
    size: Size,
    artifactType: Type.Optional(Type.String()),
    annotations: Type.Optional(Annotations),
    platform: Type.Optional(Type.Object({ architecture: Type.String(), os: Type.String() })),
  },
  strict,
);

/** How a manifest or an index names one of its parts. */
export type Part = Static<typeof DescriptorShape>;

/** An index: of the layout, or of the bundle. */
export const IndexShape = Type.Object(
  {
    schemaVersion: Type.Literal(2),
    mediaType: Type.String(),
    artifactType: Type.Optional(Type.String()),
    manifests: Type.Array(DescriptorShape),
    annotations: Type.Optional(Annotations),
  },
  strict,
);
export type Index = Static<typeof IndexShape>;

/** A manifest of an image or of files; makers of images add members of their own. */
export const ManifestShape = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.String(),
  artifactType: Type.Optional(Type.String()),
  config: Type.Object({ mediaType: Type.String(), digest: DigestText, size: Size }),
  layers: Type.Array(
    Type.Object({ mediaType: Type.String(), digest: DigestText, size: Size, annotations: Type.Optional(Annotations) }),
  ),
  subject: Type.Optional(Type.Object({ mediaType: Type.String(), digest: DigestText, size: Size })),
});
export type ItemManifest = Static<typeof ManifestShape>;

/** What the bundle says of itself; signed with all the rest. */
export interface About {
  readonly platform: string;
  readonly environment: string;
  readonly release: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly expires?: string;
  /** Version of Strata that made it. */
  readonly strata: string;
  /** What could not be obtained, where that was allowed. */
  readonly missing: readonly string[];
}

/** One file of an item. */
export interface ItemFile {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly executable: boolean;
}

/** One thing the environment needs. */
export interface Item {
  readonly kind: Kind;
  /** Image reference, or name. */
  readonly name: string;
  /** Of its manifest. */
  readonly digest: Digest;
  readonly manifestSize: number;
  readonly mediaType: string;
  /** Files with their path; the layers of an image are named `layer 1` and so on. */
  readonly files: readonly ItemFile[];
  /** What a manifest names beside its files. */
  readonly config: { readonly digest: Digest; readonly size: number };
  /** Of the image a bill of materials speaks of. */
  readonly subject?: Digest;
}

/** A bundle as its index describes it. */
export interface Bundle {
  readonly about: About;
  /** Of the bundle's index: names all of it. */
  readonly root: Digest;
  readonly rootSize: number;
  readonly items: readonly Item[];
}

export const isKind = (word: string): word is Kind => (kinds as readonly string[]).includes(word);
