import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { CORE_SCHEMA, load } from 'js-yaml';
import { Sources } from './targets/target.js';

const strict = { additionalProperties: false } as const;
const names = Type.Array(Type.String());

const Repository = Type.Object({ name: Type.String(), url: Type.String(), key: Type.String() }, strict);

/** `image.yaml`: what a node is made of. */
const Image = Type.Object(
  {
    os: Type.String(),
    title: Type.String(),
    family: Type.Union([Type.Literal('apt'), Type.Literal('dnf')]),
    snapshot: Type.String(),
    user: Type.String(),
    sudoGroup: Type.String(),
    packages: names,
    /** Sources of packages that the distribution does not carry. */
    repositories: Type.Optional(Type.Array(Repository)),
    binaries: names,
    record: names,
    /** Only where a root file system is made from packages. */
    suite: Type.Optional(Type.String()),
    leaveOut: Type.Optional(names),
    include: Type.Optional(names),
  },
  strict,
);

/** `scap.yaml`: which SCAP content. */
const Scap = Type.Object(
  {
    suite: Type.String(),
    package: Type.String(),
    version: Type.String(),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    datastream: Type.String(),
    /** Path of the content's own playbooks, up to the profile's id. */
    playbooks: Type.String(),
    /** Path on the machine of the distribution's own data stream, where the package's knows another distribution only. */
    present: Type.Optional(Type.String()),
    profilePrefix: Type.String(),
    profiles: Type.Record(Type.String(), Type.String()),
  },
  strict,
);

const Treatment = Type.Union([Type.Literal('role'), Type.Literal('accepted'), Type.Literal('unmeasured')]);

/** `tailoring.yaml`: where the image differs from the content's remediations, and why. */
const Tailoring = Type.Object(
  { rules: Type.Array(Type.Object({ rule: Type.String(), treatment: Treatment, why: Type.String({ minLength: 10 }) }, strict)) },
  strict,
);

const Check = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    controls: Type.Optional(names),
    file: Type.Optional(
      Type.Object(
        { path: Type.String(), contains: Type.Optional(Type.String()), absent: Type.Optional(Type.Literal(true)) },
        strict,
      ),
    ),
    mode: Type.Optional(
      Type.Object(
        {
          path: Type.String(),
          mode: Type.String({ pattern: '^[0-7]{3,4}$' }),
          owner: Type.Optional(Type.String()),
          group: Type.Optional(Type.String()),
        },
        strict,
      ),
    ),
    package: Type.Optional(Type.Object({ name: Type.String(), installed: Type.Boolean() }, strict)),
    service: Type.Optional(
      Type.Object({ name: Type.String(), enabled: Type.Optional(Type.Boolean()), active: Type.Optional(Type.Boolean()) }, strict),
    ),
    sysctl: Type.Optional(Type.Object({ key: Type.String(), value: Type.String() }, strict)),
    command: Type.Optional(
      Type.Object(
        {
          run: Type.Array(Type.String(), { minItems: 1 }),
          prints: Type.Optional(Type.String()),
          refuses: Type.Optional(Type.String()),
          exit: Type.Optional(Type.Number()),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** `verify.yaml`: what is looked at on the booted image. */
const Verification = Type.Object({ checks: Type.Array(Check, { minItems: 1 }) }, strict);

/** `boot.yaml`: what a disk file has beside the root file system. */
const Boot = Type.Object(
  {
    suite: Type.String(),
    packages: names,
    loader: names,
    modules: names,
    label: Type.String(),
    files: Type.Record(Type.String(), Type.String()),
    links: Type.Record(Type.String(), Type.String()),
  },
  strict,
);

export type BootData = Static<typeof Boot>;
export type Repository = Static<typeof Repository>;
export type ImageData = Static<typeof Image>;
export type ScapData = Static<typeof Scap>;
export type TailoredRule = Static<typeof Tailoring>['rules'][number];
export type Check = Static<typeof Check>;

export const readImage = (text: string): ImageData => read('image.yaml', Image, text);
export const readBoot = (text: string): BootData => read('boot.yaml', Boot, text);
export const readSources = (text: string): Sources => read('sources.yaml', Sources, text);
export const readScap = (text: string): ScapData => read('scap.yaml', Scap, text);
export const readTailoring = (text: string): readonly TailoredRule[] => read('tailoring.yaml', Tailoring, text).rules;
export const readChecks = (text: string): readonly Check[] => read('verify.yaml', Verification, text).checks;

/** The catalog is ours, or a fork of it: a wrong shape is a defect of whoever edited it, so it throws with the place. */
function read<T extends TSchema>(file: string, schema: T, text: string): Static<T> {
  const value: unknown = load(text, { schema: CORE_SCHEMA });
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  throw new Error(`catalog/image/…/${file}: ${first?.instancePath ?? ''} ${first?.message ?? 'has another shape'}`);
}
