import { type Static, Type } from 'typebox';
import type { Claim } from '../../../model/index.js';
import { countOutcomes, type ScanResults } from '../../../tools/oscap/index.js';
import type { TailoredRule } from './catalog-data.js';

const Counts = Type.Object({
  pass: Type.Number(),
  fail: Type.Number(),
  error: Type.Number(),
  unknown: Type.Number(),
  notapplicable: Type.Number(),
  notchecked: Type.Number(),
  informational: Type.Number(),
  fixed: Type.Number(),
});
const Explained = Type.Object({ rule: Type.String(), treatment: Type.String(), why: Type.String() });

/** A scan as it is kept beside its reports. */
export const ScanSummary = Type.Object({
  profile: Type.String(),
  benchmark: Type.String(),
  score: Type.Number(),
  counts: Counts,
  /** Every rule not met. */
  unmet: Type.Array(Type.String()),
  /** Not met, with the reason somebody wrote down. */
  explained: Type.Array(Explained),
  /** Not met, and nobody said why. */
  open: Type.Array(Type.String()),
});
export type ScanSummary = Static<typeof ScanSummary>;

const matches = (pattern: string, rule: string): boolean =>
  pattern.endsWith('*') ? rule.startsWith(pattern.slice(0, -1)) : pattern === rule;

/** Sorts what a scan found not met (or could not see) into explained and open. Rules not applicable or not checked by design are left aside. */
export function summarise({ profile, benchmark, score, rules }: ScanResults, tailoring: readonly TailoredRule[]): ScanSummary {
  const unmet = rules.filter(
    ({ outcome }) => outcome === 'fail' || outcome === 'error' || outcome === 'unknown' || outcome === 'notchecked',
  );
  const reasonFor = (rule: string, outcome: string): TailoredRule | undefined =>
    tailoring.find(
      (one) => one.treatment !== 'role' && matches(one.rule, rule) && (outcome === 'fail' || one.treatment === 'unmeasured'),
    );
  const judged = unmet.map(({ rule, outcome }) => ({ rule, reason: reasonFor(rule, outcome) }));
  return {
    profile,
    benchmark,
    score: Math.round(score * 100) / 100,
    counts: { ...countOutcomes(rules) },
    unmet: rules.filter(({ outcome }) => outcome === 'fail').map(({ rule }) => rule),
    explained: judged.flatMap(({ rule, reason }) =>
      reason === undefined ? [] : [{ rule, treatment: reason.treatment, why: reason.why }],
    ),
    open: judged.flatMap(({ rule, reason }) => (reason === undefined ? [rule] : [])),
  };
}

/** Rules whose remediation the build leaves out, out of those a scan found not met: the form Ansible skips tags in. */
export function skipped(rules: readonly string[], tailoring: readonly TailoredRule[]): readonly string[] {
  return rules.filter((rule) => tailoring.some((one) => matches(one.rule, rule))).sort();
}

/** What the scan proves: the score, and each rule that is not met without a reason. */
export function scanClaims(before: ScanSummary | undefined, after: ScanSummary): readonly Claim[] {
  const rose = before === undefined ? '' : ` (${before.score} before hardening)`;
  const counted = `${after.counts.pass} rules met, ${after.counts.fail} not met, ${after.explained.length} explained`;
  const score: Claim = {
    claim: `OpenSCAP score ${after.score} of 100${rose}, ${after.profile}: ${counted}`,
    verdict: before !== undefined && after.score <= before.score ? 'fail' : 'pass',
  };
  return [
    score,
    ...after.open.map(
      (rule): Claim => ({ claim: `Rule ${rule} is met, or the reason is written in tailoring.yaml`, verdict: 'fail' }),
    ),
  ];
}
