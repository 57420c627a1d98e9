import type { Action, Claim, ReadWorld, Result, Support } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { registryAnswers } from '../../../../tools/registry/index.js';
import { registrySilent } from '../errors.js';

/** Looks whether the registry answers; git is the cluster's own affair until something is read from it. */
export const support: Action<Support, Support> = {
  observe: look,
  diff: () => [],
  apply: async (want, _got, w) => look(want, w),
  verify: async (want): Promise<readonly Claim[]> => [
    { claim: `a registry answers at ${want.registry}`, verdict: 'pass' },
    { claim: `the cluster reads git repositories from ${want.git}`, verdict: 'not-checked' },
  ],
};

async function look(want: Support, w: ReadWorld): Promise<Result<Support>> {
  const answers = await registryAnswers(w, want.registry);
  if (!answers.ok) return answers;
  return answers.value ? ok({ registry: want.registry, git: want.git }) : err(registrySilent(want.registry));
}
