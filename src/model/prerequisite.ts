/** What somebody has to grant or provide. */
export const prerequisiteKinds = [
  'account',
  'licence',
  'permission',
  'quota',
  'machine',
  'network',
  'flow',
  'egress',
  'name',
  'certificate',
  'key',
  'registry',
  'image',
  'storage',
  'kernel',
  'time',
] as const;

/** One of them. */
export type PrerequisiteKind = (typeof prerequisiteKinds)[number];

/** Where a platform is to stand; decides what is there already and how long the rest takes. */
export const situations = ['same-account', 'new-account', 'restricted', 'air-gapped'] as const;

/** One of them. */
export type Situation = (typeof situations)[number];

/** One thing that somebody has to grant or provide, derived from the definition. */
export interface Prerequisite {
  /** Stable: `layer/component/word`. */
  readonly id: string;
  readonly kind: PrerequisiteKind;
  readonly what: string;
  /** The rule or the setting that asks for it. */
  readonly why: string;
  /** Exactly what: actions, flows, hosts, names. */
  readonly items: readonly string[];
  /** How much, where it is counted. */
  readonly number?: { readonly value: number; readonly unit: string };
  /** `layer/component` that needs it. */
  readonly for: string;
  /** Who grants it: an owner of `owners.yaml`. */
  readonly owner: string;
  /** Working days from the request to the grant. */
  readonly leadDays: number;
  /** Ids of what must be there before it can be asked for. */
  readonly after: readonly string[];
  /** The user wrote that it is there. */
  readonly met: boolean;
}

/** When it can be there, if everybody is asked on the first day. */
export interface Scheduled extends Prerequisite {
  /** ISO dates. */
  readonly ask: string;
  readonly expect: string;
}

/** Everything to ask for, and when it can be there. */
export interface PrerequisiteReport {
  readonly platform: string;
  readonly environment: string;
  readonly situation: Situation;
  readonly start: string;
  /** The day on which the last of them is there. */
  readonly ready: string;
  /** Ids of those that decide that day, first to last. */
  readonly critical: readonly string[];
  readonly items: readonly Scheduled[];
  readonly owners: readonly { readonly name: string; readonly title: string; readonly contact?: string }[];
  /** Components of which nobody says what they need. */
  readonly silent: readonly string[];
}
