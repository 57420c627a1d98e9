import type { Action, Claim, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { type Depth, type ReadyCheck, runCheck } from '../checks.js';
import { checkFailed } from '../errors.js';
import { waitUntil } from '../wait.js';

/** What is to be proven of a package. */
export interface VerifyWant {
  readonly kubeconfig: SecretRef;
  readonly name: string;
  /** Of the tree it is proven for. */
  readonly revision: string;
  readonly checks: readonly ReadyCheck[];
  readonly timeoutMs: number;
}

/** What still speaks against it. */
export interface Verified {
  readonly name: string;
  readonly problems: readonly string[];
}

async function runAll(
  want: VerifyWant,
  r: ReadWorld,
  depth: Depth,
): Promise<Result<{ readonly problems: readonly string[]; readonly claims: readonly Claim[] }>> {
  const problems: string[] = [];
  const claims: Claim[] = [];
  for (const check of want.checks) {
    const found = await runCheck(r, want.kubeconfig, check, depth);
    if (!found.ok) return found;
    problems.push(...found.value.problems);
    claims.push(...found.value.claims);
    // One problem is enough to look again.
    if (depth === 'quick' && problems.length > 0) break;
  }
  return ok({ problems, claims });
}

/** The package does its work: seen from outside, not told by itself. */
export const provePackage: Action<VerifyWant, Verified> = {
  async observe(want, r) {
    const found = await runAll(want, r, 'quick');
    return found.ok ? ok({ name: want.name, problems: found.value.problems }) : found;
  },
  diff: (_want, got) => (got?.problems ?? ['not looked at']).map((to) => ({ what: 'proof', to })),
  async apply(want, _got, w) {
    const late = (why: string) => checkFailed(want.name, why);
    return waitUntil(w, { deadlineMs: want.timeoutMs, between: () => w.pause(1_000), late }, async () => {
      const found = await runAll(want, w, 'quick');
      if (!found.ok) return found;
      const { problems } = found.value;
      return ok(problems.length === 0 ? { done: { name: want.name, problems } } : { waiting: problems.slice(0, 3).join('; ') });
    });
  },
  async verify(want, _got, r) {
    const found = await runAll(want, r, 'full');
    return found.ok ? found.value.claims : [{ claim: found.error.diagnostic.message, verdict: 'fail' }];
  },
};
