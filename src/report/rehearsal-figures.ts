import type { Diagnostic, RehearsalCheck, RehearsalReport, RehearsedNode, RehearsedPackage } from '../model/index.js';

/** What a report adds up to. */
export interface RehearsalTotals {
  readonly ready: number;
  readonly applied: number;
  readonly objects: number;
  readonly real: number;
  readonly requests: RehearsedPackage['requests'];
  readonly offered: { readonly cpu: number; readonly memoryBytes: number };
  readonly placed: { readonly cpu: number; readonly memoryBytes: number; readonly pods: number };
  readonly checks: Readonly<Record<RehearsalCheck['verdict'], number>>;
}

/** Adds up packages, machines and checks. */
export function totalsOf({ packages, nodes, checks }: RehearsalReport): RehearsalTotals {
  const requested = (key: keyof RehearsedPackage['requests']): number => sum(packages.map((one) => one.requests[key]));
  const of = (key: 'cpu' | 'memoryBytes' | 'usedCpu' | 'usedMemoryBytes' | 'pods'): number => sum(nodes.map((one) => one[key]));
  const count = (verdict: RehearsalCheck['verdict']): number => checks.filter((one) => one.verdict === verdict).length;
  return {
    ready: packages.filter((one) => one.verdict === 'ready').length,
    applied: sum(packages.map((one) => one.applied)),
    objects: sum(packages.map((one) => one.objects)),
    real: packages.filter((one) => one.part === 'real').length,
    requests: {
      cpu: requested('cpu'),
      memoryBytes: requested('memoryBytes'),
      pods: requested('pods'),
      storageBytes: requested('storageBytes'),
    },
    offered: { cpu: of('cpu'), memoryBytes: of('memoryBytes') },
    placed: { cpu: of('usedCpu'), memoryBytes: of('usedMemoryBytes'), pods: of('pods') },
    checks: { pass: count('pass'), fail: count('fail'), 'not-checked': count('not-checked') },
  };
}

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);

/** Part of a whole; all of it where nothing is offered and something is asked for. */
export const shareOf = (used: number, whole: number): number => (whole > 0 ? used / whole : used > 0 ? 1 : 0);

/** How full a machine is: by what runs out first. */
export const fullness = (node: RehearsedNode): number =>
  Math.max(shareOf(node.usedCpu, node.cpu), shareOf(node.usedMemoryBytes, node.memoryBytes));

/** `12%`. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** Cores for people: `0.25`, `3.5`, `240`. */
export const cores = (cpu: number): string => String(Number(cpu.toFixed(cpu < 10 ? 2 : 1)));

const units = ['B', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Bytes as Kubernetes writes them: `512Mi`, `1.5Gi`. */
export function bytes(amount: number): string {
  let rest = amount;
  let unit = 0;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${Number(rest.toFixed(rest < 10 ? 1 : 0))}${units[unit]}`;
}

/** `1 machine`, `30 machines`. */
export const many = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** Subjects in the order they are read; those nobody looked at are left out. */
export function bySubject(
  checks: readonly RehearsalCheck[],
): readonly { readonly subject: RehearsalCheck['subject']; readonly checks: readonly RehearsalCheck[] }[] {
  const order: readonly RehearsalCheck['subject'][] = [
    'objects',
    'order',
    'admission',
    'capacity',
    'versions',
    'upgrade',
    'images',
    'layers',
  ];
  return order
    .map((subject) => ({ subject, checks: checks.filter((one) => one.subject === subject) }))
    .filter((group) => group.checks.length > 0);
}

/** What a part means, for those who do not know the word. */
export const partMeaning: Readonly<Record<RehearsedPackage['part'], string>> = {
  real: 'its own program ran',
  played: 'its pods or statuses were simulated',
  none: 'it has neither programs nor pods',
};

/** Findings of one code, the worst codes first; the same finding twice is one. */
export function byCode(problems: readonly Diagnostic[]): readonly (readonly [Diagnostic, ...Diagnostic[]])[] {
  const groups = new Map<string, [Diagnostic, ...Diagnostic[]]>();
  const seen = new Set<string>();
  const worst = (['error', 'warning', 'info'] as const).flatMap((severity) =>
    problems.filter((one) => one.severity === severity),
  );
  for (const one of worst) {
    const same = JSON.stringify(one);
    if (seen.has(same)) continue;
    seen.add(same);
    const key = `${one.severity} ${one.code}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
