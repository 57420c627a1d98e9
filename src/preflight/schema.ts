import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });

const Condition = Type.Union([text, Type.Array(text, { minItems: 1 })]);

/** Rules a fact is held to; all that are given must hold. */
const rules = {
  equals: Type.Optional(Type.String()),
  oneOf: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  atLeast: Type.Optional(Type.Number()),
  atMost: Type.Optional(Type.Number()),
  /** Lowest version, compared part by part. */
  version: Type.Optional(Type.String()),
};

/** What is looked at. Each kind reads; none writes. */
export const Probe = Type.Union([
  /** A line of `facts.sh`, which runs on this host or over SSH. */
  Type.Object({ fact: text, ...rules }, closed),
  /** The same fact differs on every machine. */
  Type.Object({ unique: text }, closed),
  /** The same fact is the same on every machine. */
  Type.Object({ same: text }, closed),
  /** `host:port` takes a connection; with `closed`, it does not. */
  Type.Object({ tcp: text, closed: Type.Optional(Type.Literal(true)) }, closed),
  /** A name has an address. */
  Type.Object({ dns: text }, closed),
  /**
   * `host:port` presents a chain that the host trusts, for its name, valid for that many days more; `authority` is a file
   * beside `platform.yaml` whose certificates are trusted instead of the host's.
   */
  Type.Object({ tls: text, days: Type.Number(), authority: Type.Optional(text) }, closed),
  /** Answers with one of these codes. `basic` is `user:password` of a default that must no longer open anything. */
  Type.Object({ http: text, status: Type.Array(Type.Integer(), { minItems: 1 }), basic: Type.Optional(text) }, closed),
  /** The server's clock and this host's differ by no more. */
  Type.Object({ clock: text, seconds: Type.Number() }, closed),
  /** No two IPv4 ranges or addresses share an address. */
  Type.Object({ apart: Type.Array(Type.String(), { minItems: 2 }) }, closed),
  /** A file beside `platform.yaml` is there, readable by one user alone where it is a key. */
  Type.Object({ file: text, private: Type.Optional(Type.Literal(true)) }, closed),
  /** A read-only call of an AWS service (query protocol), signed with the credentials of the environment. */
  Type.Object(
    {
      aws: text,
      action: Type.String({ pattern: '^(Describe|Get|List)[A-Za-z]+$' }),
      version: text,
      region: text,
      endpoint: Type.Optional(Type.String()),
      parameters: Type.Optional(Type.Record(Type.String(), Type.String())),
      /** Element of the answer; its first text is held to the rules, or counted. */
      element: Type.Optional(text),
      equals: Type.Optional(Type.String()),
      atLeast: Type.Optional(Type.Number()),
      count: Type.Optional(Type.Object({ atLeast: Type.Optional(Type.Number()), atMost: Type.Optional(Type.Number()) }, closed)),
    },
    closed,
  ),
]);
export type Probe = Static<typeof Probe>;

/** One check of the catalog. */
export const CheckEntry = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }),
    title: text,
    /** Where it is looked at, or for what it is repeated. */
    on: Type.Optional(
      Type.Union([Type.Literal('once'), Type.Literal('machines'), Type.Literal('controlPlanes'), Type.Literal('workers')]),
    ),
    /** As prerequisites say it: a path that must say something, `path=value`, `path!=value`, or a list of these. */
    when: Type.Optional(Condition),
    unless: Type.Optional(Condition),
    /** Words of prerequisites of the same component that it speaks for. */
    answers: Type.Optional(Type.Array(Type.String())),
    probe: Probe,
    remedy: text,
  },
  closed,
);

/** `catalog/checks/<layer>/<provider>.yaml`. */
export const CheckFile = Type.Object({ kind: Type.Literal('Checks'), checks: Type.Array(CheckEntry) }, closed);

export type CheckEntry = Static<typeof CheckEntry>;
/** Where a check is repeated. */
export type Where = NonNullable<CheckEntry['on']>;
export type CheckFile = Static<typeof CheckFile>;
