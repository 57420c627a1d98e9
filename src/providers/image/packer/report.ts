import { type Static, Type } from 'typebox';
import type { ScanResults } from '../../../tools/oscap/index.js';
import type { GossResult } from '../../../tools/goss/index.js';
import type { InspecControl } from '../../../tools/inspec/index.js';
import type { Check } from './catalog-data.js';

const Outcome = Type.Union([Type.Literal('pass'), Type.Literal('fail'), Type.Literal('skip'), Type.Literal('error')]);

/** What a scanner or a runner of checks found: one form for all of them. */
export const CheckReport = Type.Object(
  {
    tool: Type.Union([Type.Literal('oscap'), Type.Literal('inspec'), Type.Literal('goss')]),
    /** Profile of the scan, or the file of the checks. */
    profile: Type.String(),
    /** Every rule or check that was asked for, sorted by id. */
    results: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          title: Type.String(),
          outcome: Outcome,
          controls: Type.Array(Type.String()),
          /** What was seen where it did not pass. */
          seen: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type CheckReport = Static<typeof CheckReport>;
type Item = CheckReport['results'][number];

const byId = (a: Item, b: Item): number => (a.id < b.id ? -1 : 1);

/** XCCDF says in eight words what the others say in four. */
const scanOutcomes = {
  pass: 'pass',
  fixed: 'pass',
  fail: 'fail',
  error: 'error',
  unknown: 'error',
  notapplicable: 'skip',
  notchecked: 'skip',
  informational: 'skip',
} as const;

/** A scan in the common form. */
export const reportOfScan = ({ profile, rules }: ScanResults): CheckReport => ({
  tool: 'oscap',
  profile,
  results: rules
    .map(({ rule, outcome }) => ({ id: rule, title: rule.replaceAll('_', ' '), outcome: scanOutcomes[outcome], controls: [] }))
    .sort(byId),
});

/** Findings of one check, of whatever runner. */
interface Finding {
  readonly id: string;
  readonly outcome: Item['outcome'];
  readonly said: string;
}

/** What goss found, one result per check; a check without any is an error, not a pass. */
export const reportOfGoss = (checks: readonly Check[], results: readonly GossResult[]): CheckReport => ({
  tool: 'goss',
  profile: 'verify.yaml',
  results: byCheck(
    checks,
    results.map(({ meta, id, outcome, said }) => ({ id: typeof meta.id === 'string' ? meta.id : id, outcome, said })),
  ),
});

/** What InSpec or CINC Auditor found. */
export const reportOfInspec = (checks: readonly Check[], controls: readonly InspecControl[]): CheckReport => ({
  tool: 'inspec',
  profile: 'verify.yaml',
  results: byCheck(
    checks,
    controls.flatMap(({ id, results }) => results.map(({ status, said }) => ({ id, outcome: inspecOutcomes[status], said }))),
  ),
});

const inspecOutcomes = { passed: 'pass', failed: 'fail', skipped: 'skip' } as const;

function byCheck(checks: readonly Check[], findings: readonly Finding[]): Item[] {
  return checks
    .map(({ id, title, controls = [] }): Item => {
      const own = findings.filter((one) => one.id === id);
      const worst =
        own.find(({ outcome }) => outcome === 'fail') ??
        own.find(({ outcome }) => outcome === 'skip') ??
        own.find(({ outcome }) => outcome === 'pass');
      if (worst === undefined)
        return { id, title, controls: [...controls], outcome: 'error', seen: 'the runner said nothing of it' };
      const { outcome, said } = worst;
      return { id, title, controls: [...controls], outcome, ...(outcome !== 'pass' && { seen: said.slice(0, 400) }) };
    })
    .sort(byId);
}
