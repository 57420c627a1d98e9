import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { CORE_SCHEMA, load } from 'js-yaml';
import type { TailoredRule } from './catalog-data.js';

const strict = { additionalProperties: false } as const;
const text = Type.String({ minLength: 10 });

const Conflict = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9-]+$' }),
    /** Rules of the SCAP content, with the profiles that hold them: operating system → profiles. */
    rules: Type.Record(Type.String(), Type.Record(Type.String(), Type.Array(Type.String()))),
    breaks: Type.Array(Type.String(), { minItems: 1 }),
    how: text,
    /** What the platform needs instead. */
    setting: Type.String(),
    /** `leave-out`: the remediation is not run · `keep`: it is run, and what makes up for it is done elsewhere. */
    tailoring: Type.Union([Type.Literal('leave-out'), Type.Literal('keep')]),
    /** For the assessor. */
    waiver: text,
  },
  strict,
);

const Table = Type.Object({ conflicts: Type.Array(Conflict, { minItems: 1 }) }, strict);
export type Conflict = Static<typeof Conflict>;

/** `catalog/hardening/conflicts.yaml`. */
export function readConflicts(yaml: string): readonly Conflict[] {
  const value: unknown = load(yaml, { schema: CORE_SCHEMA });
  if (Value.Check(Table, value)) return value.conflicts;
  const [first] = Value.Errors(Table, value);
  throw new Error(`catalog/hardening/conflicts.yaml: ${first?.instancePath ?? ''} ${first?.message ?? 'has another shape'}`);
}

/** A conflict as it concerns one profile of one operating system. */
export interface Deviation extends Pick<Conflict, 'id' | 'breaks' | 'how' | 'setting' | 'tailoring' | 'waiver'> {
  readonly rules: readonly string[];
}

/** The conflicts that the profile brings, each with the rules that are in it. */
export function deviationsOf(table: readonly Conflict[], os: string, profile: string): readonly Deviation[] {
  return table.flatMap(({ rules, ...conflict }) => {
    const own = Object.entries(rules).flatMap(([rule, where]) => (where[os]?.includes(profile) ? [rule] : []));
    return own.length === 0 ? [] : [{ ...conflict, rules: own.sort() }];
  });
}

/** Deviations as the scan's tailoring: a rule left out is accepted as not met. */
export const acceptedBy = (deviations: readonly Deviation[]): readonly TailoredRule[] =>
  deviations
    .filter(({ tailoring }) => tailoring === 'leave-out')
    .flatMap(({ rules, waiver }) => rules.map((rule) => ({ rule, treatment: 'accepted' as const, why: waiver })));

/** The waivers as a page for the assessor. */
export function waiverPage(deviations: readonly Deviation[], what: { readonly os: string; readonly profile: string }): string {
  const entry = ({ id, rules, breaks, how, setting, tailoring, waiver }: Deviation): string =>
    [
      `## ${id}`,
      '',
      `- Rules: ${rules.map((rule) => `\`${rule}\``).join(', ')}`,
      `- Breaks: ${breaks.join(', ')}. ${how}`,
      `- Setting of the platform: ${setting}`,
      `- Treatment: ${tailoring === 'leave-out' ? 'the rule is not applied' : 'the rule is applied; the platform makes up for it'}`,
      '',
      waiver,
      '',
    ].join('\n');
  const head = `# Deviations of a Kubernetes node from ${what.profile} on ${what.os}\n\n${deviations.length} conflicts between the profile and the platform, each with its reason.\n`;
  return [head, ...deviations.map(entry)].join('\n');
}
