import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Claim, Result } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { quote } from '../../../tools/ssh/index.js';
import type { Check } from './catalog-data.js';
import { probesUnread } from './errors.js';

/** One check on the booted image. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly controls: readonly string[];
  readonly verdict: 'pass' | 'fail';
  /** What was seen where it failed. */
  readonly seen?: string;
}

/**
 * A script that runs every probe and prints one line of JSON per probe: exit code and output, base64.
 * One connection for all of them; every value is quoted.
 */
export function probeScript(checks: readonly Check[]): string {
  const probe = `probe() { id=$1; shift; out=$("$@" 2>&1) && code=0 || code=$?; printf '{"id":"%s","code":%s,"out":"%s"}\\n' "$id" "$code" "$(printf %s "$out" | head -c 20000 | base64 -w0)"; }`;
  return [probe, ...checks.map((check) => `probe ${quote(check.id)} ${commandOf(check).map(quote).join(' ')}`), ''].join('\n');
}

/** How each kind of probe looks. */
function commandOf(check: Check): readonly string[] {
  if (check.file) return ['cat', check.file.path];
  if (check.mode) return ['stat', '-c', '%a %U %G', check.mode.path];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own form of a field.
  if (check.package) return ['dpkg-query', '--show', '--showformat=${db:Status-Status}', check.package.name];
  if (check.service) return ['systemctl', 'show', '--property=UnitFileState,ActiveState', check.service.name];
  if (check.sysctl) return ['sysctl', '-n', check.sysctl.key];
  return check.command?.run ?? ['false'];
}

const Line = Type.Object({ id: Type.String(), code: Type.Number(), out: Type.String() });

/** Judges what the script printed. */
export function judgeProbes(checks: readonly Check[], stdout: string): Result<readonly CheckResult[]> {
  const answers = new Map<string, Answer>();
  for (const text of stdout.split('\n').filter((line) => line.startsWith('{'))) {
    const line: unknown = JSON.parse(text);
    if (!Value.Check(Line, line)) return err(probesUnread(text));
    answers.set(line.id, { code: line.code, out: Buffer.from(line.out, 'base64').toString('utf8').trimEnd() });
  }
  if (answers.size !== checks.length) return err(probesUnread(`${answers.size} of ${checks.length} checks answered`));
  return ok(checks.map((check) => judge(check, answers.get(check.id) ?? { code: -1, out: '' })));
}

interface Answer {
  readonly code: number;
  readonly out: string;
}

function judge(check: Check, answer: Answer): CheckResult {
  const { id, title, controls = [] } = check;
  if (holds(check, answer)) return { id, title, controls, verdict: 'pass' };
  return { id, title, controls, verdict: 'fail', seen: `exit ${answer.code}: ${answer.out.slice(0, 400)}` };
}

function holds(check: Check, answer: Answer): boolean {
  const { code, out } = answer;
  if (check.file) return fileHolds(check.file, answer);
  if (check.mode) return code === 0 && modeHolds(check.mode, out);
  if (check.package) return (code === 0 && out === 'installed') === check.package.installed;
  if (check.service) return code === 0 && serviceHolds(check.service, out);
  if (check.sysctl) return code === 0 && out.split(/\s+/).join(' ') === check.sysctl.value;
  return check.command !== undefined && commandHolds(check.command, answer);
}

function fileHolds({ absent, contains }: NonNullable<Check['file']>, { code, out }: Answer): boolean {
  if (absent) return code !== 0;
  return code === 0 && (contains === undefined || hasLine(out, contains));
}

function commandHolds({ prints, refuses, exit = 0 }: NonNullable<Check['command']>, { code, out }: Answer): boolean {
  const said = prints === undefined || hasLine(out, prints);
  const unsaid = refuses === undefined || !hasLine(out, refuses);
  return code === exit && said && unsaid;
}

function modeHolds({ mode, owner, group }: NonNullable<Check['mode']>, out: string): boolean {
  const [hasMode, hasOwner, hasGroup] = out.split(' ');
  return hasMode === mode && (owner === undefined || owner === hasOwner) && (group === undefined || group === hasGroup);
}

function serviceHolds({ enabled, active }: NonNullable<Check['service']>, out: string): boolean {
  const is = (line: RegExp): boolean => hasLine(out, line.source);
  return (
    (enabled === undefined || enabled === is(/^UnitFileState=enabled$/)) &&
    (active === undefined || active === is(/^ActiveState=active$/))
  );
}

const hasLine = (text: string, pattern: string): boolean => new RegExp(pattern, 'm').test(text);

/** The checks as evidence; what a failed one saw is part of the claim. */
export const probeClaims = (results: readonly CheckResult[]): readonly Claim[] =>
  results.map(({ title, verdict, controls, seen }) => ({
    claim: seen === undefined ? title : `${title} (seen: ${seen.replaceAll('\n', ' ⏎ ')})`,
    verdict,
    ...(controls.length === 0 ? {} : { controls }),
  }));
