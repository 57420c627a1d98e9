import { XMLParser } from 'fast-xml-parser';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Failure, Result } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** What XCCDF 1.2 calls the outcomes of a rule. */
export const outcomes = ['pass', 'fail', 'error', 'unknown', 'notapplicable', 'notchecked', 'informational', 'fixed'] as const;
export type Outcome = (typeof outcomes)[number];

/** One rule of a scan. */
export interface RuleResult {
  /** Without the content's prefix, e.g. `sshd_disable_root_login`. */
  readonly rule: string;
  readonly outcome: Outcome;
  readonly severity: string;
}

/** A scan, without what was not selected. */
export interface ScanResults {
  readonly profile: string;
  readonly benchmark: string;
  /** 0 to 100, by XCCDF's default scoring. */
  readonly score: number;
  readonly rules: readonly RuleResult[];
}

const Rule = Type.Object({ '@idref': Type.String(), '@severity': Type.Optional(Type.String()), result: Type.String() });
const TestResult = Type.Object({
  TestResult: Type.Object({
    '@version': Type.Optional(Type.String()),
    profile: Type.Object({ '@idref': Type.String() }),
    score: Type.Object({ '#text': Type.Union([Type.String(), Type.Number()]) }),
    'rule-result': Type.Array(Rule),
  }),
});

const prefix = 'xccdf_org.ssgproject.content_rule_';

/** Reads the `TestResult` of an XCCDF 1.2 results file; the benchmark around it (7 MB) is left unread. */
export function parseResults(xml: string): Result<ScanResults> {
  const from = xml.lastIndexOf('<TestResult');
  const to = xml.lastIndexOf('</TestResult>');
  if (from < 0 || to < from) return err(unreadable('there is no TestResult'));
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    processEntities: false,
    isArray: (name) => name === 'rule-result',
  });
  const parsed: unknown = parser.parse(xml.slice(from, to + '</TestResult>'.length));
  if (!Value.Check(TestResult, parsed)) return err(unreadable('TestResult has another shape'));
  return ok(results(parsed));
}

function results({ TestResult: found }: Static<typeof TestResult>): ScanResults {
  const rules = found['rule-result'].flatMap((raw) => {
    const outcome = outcomes.find((one) => one === raw.result);
    return outcome === undefined
      ? []
      : [{ rule: raw['@idref'].replace(prefix, ''), outcome, severity: raw['@severity'] ?? 'unknown' }];
  });
  return { profile: found.profile['@idref'], benchmark: found['@version'] ?? '', score: Number(found.score['#text']), rules };
}

/** How many rules had each outcome. */
export function countOutcomes(rules: readonly RuleResult[]): Readonly<Record<Outcome, number>> {
  const count = (outcome: Outcome): number => rules.filter((rule) => rule.outcome === outcome).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    error: count('error'),
    unknown: count('unknown'),
    notapplicable: count('notapplicable'),
    notchecked: count('notchecked'),
    informational: count('informational'),
    fixed: count('fixed'),
  };
}

const unreadable = (why: string): Failure =>
  failure('tool-failed', 'OSCAP-RESULTS', `The scanner's results cannot be read: ${why}.`, {
    say: 'Use OpenSCAP 1.3 or newer.',
    command: 'oscap --version',
  });
