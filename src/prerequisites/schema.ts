import { type Static, Type } from 'typebox';
import { type PrerequisiteKind, prerequisiteKinds, type Situation, situations } from '../model/index.js';
import { Condition } from './conditions.js';

const closed = { additionalProperties: false } as const;
const Kind = Type.Unsafe<PrerequisiteKind>(Type.Union(prerequisiteKinds.map((kind) => Type.Literal(kind))));
const SituationName = Type.Unsafe<Situation>(Type.Union(situations.map((situation) => Type.Literal(situation))));

/** A product: how many, times how much each; `each` is a number, a path to one, or a table of the file by a setting. */
const Term = Type.Object(
  {
    /** A quantity: `machines`, `controlPlanes`, `workers`, or a path such as `spec.machines.workers`. */
    count: Type.Union([Type.String(), Type.Number()]),
    each: Type.Optional(
      Type.Union([Type.Number(), Type.String(), Type.Object({ table: Type.String(), by: Type.String() }, closed)]),
    ),
    when: Type.Optional(Condition),
    unless: Type.Optional(Condition),
  },
  closed,
);

/** One prerequisite of a provider, as the catalog says it; `${path}` in texts is filled in from the definition. */
export const Entry = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }),
    kind: Kind,
    what: Type.String({ minLength: 1 }),
    why: Type.String({ minLength: 1 }),
    /** Only here; everywhere where absent. */
    situations: Type.Optional(Type.Array(SituationName, { minItems: 1 })),
    /** What must hold, and what must not. */
    when: Type.Optional(Condition),
    unless: Type.Optional(Condition),
    items: Type.Optional(Type.Array(Type.String())),
    /** One item for each machine of a group; `${each.name}`, `${each.role}`. */
    forEach: Type.Optional(
      Type.Object(
        {
          of: Type.Union([Type.Literal('machines'), Type.Literal('controlPlanes'), Type.Literal('workers')]),
          item: Type.String(),
        },
        closed,
      ),
    ),
    /** Actions that the blocks of a Terraform or Packer folder need, by a table of the catalog; `when` says which are made. */
    actions: Type.Optional(
      Type.Object(
        { module: Type.String(), table: Type.String(), when: Type.Optional(Type.Record(Type.String(), Condition)) },
        closed,
      ),
    ),
    number: Type.Optional(Type.Object({ sum: Type.Array(Term, { minItems: 1 }), unit: Type.String() }, closed)),
    /** Ids of the same file that must be there first. */
    after: Type.Optional(Type.Array(Type.String())),
    owner: Type.Optional(Type.String()),
    leadDays: Type.Optional(Type.Number({ minimum: 0 })),
  },
  closed,
);
export type Entry = Static<typeof Entry>;

/** A provider's file: `catalog/prerequisites/<layer>/<provider>.yaml`. */
export const EntryFile = Type.Object(
  {
    kind: Type.Literal('Prerequisites'),
    /** Numbers by a name, e.g. processors by machine type; `*` in a name stands for any text. */
    tables: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()))),
    items: Type.Array(Entry),
  },
  closed,
);
export type EntryFile = Static<typeof EntryFile>;

/** `resource`, `data.source` of Terraform or `source.builder` of Packer → actions. */
export const ActionTable = Type.Object(
  { kind: Type.Literal('Actions'), source: Type.String(), resources: Type.Record(Type.String(), Type.Array(Type.String())) },
  closed,
);
export type ActionTable = Static<typeof ActionTable>;

const Owner = Type.Object(
  { title: Type.String(), contact: Type.Optional(Type.String()), greeting: Type.Optional(Type.String()) },
  closed,
);
const Days = Type.Union([
  Type.Number({ minimum: 0 }),
  Type.Unsafe<Readonly<Partial<Record<Situation, number>>>>(
    Type.Object(Object.fromEntries(situations.map((one) => [one, Type.Optional(Type.Number({ minimum: 0 }))])), closed),
  ),
]);

/** Who grants which kind, and how long that takes: the catalog's, with the user's own laid over it. */
export const OwnerFile = Type.Object(
  {
    kind: Type.Literal('PrerequisiteOwners'),
    owners: Type.Record(Type.String(), Owner),
    kinds: Type.Record(
      Type.String(),
      Type.Object({ owner: Type.String(), leadDays: Days, after: Type.Optional(Type.Array(Kind)) }, closed),
    ),
    /** Days on which nobody works, beside weekends; ISO dates. */
    holidays: Type.Optional(Type.Array(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }))),
    /** Ids of what is there already. */
    met: Type.Optional(Type.Array(Type.String())),
  },
  closed,
);
export type OwnerFile = Static<typeof OwnerFile>;

/** The user's own file beside `platform.yaml`; everything may be left out. */
export const OwnOwnerFile = Type.Partial(Type.Omit(OwnerFile, ['kind']), closed);
export type OwnOwnerFile = Static<typeof OwnOwnerFile>;
