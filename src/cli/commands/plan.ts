import { plan } from '../../app/plan.js';
import { savePlan } from '../../app/saved-plan.js';
import { hasChanges, renderPlan } from '../../report/plan.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';

/** `strata plan`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, offline, out, detailedExitcode } = call.options;
  const planned = await plan({ directory, environment, offline });
  if (!planned.ok) return giveUp(call, planned.error);
  const made = planned.value.plan;
  if (out !== undefined) {
    const saved = await savePlan(out, made);
    if (!saved.ok) {
      complain(call, [saved.error.diagnostic]);
      return exitCodeOf(saved.error.kind);
    }
  }
  await print(call, made, () => renderPlan(made, call.streams.outStyle));
  return detailedExitcode && hasChanges(made) ? exitCodes.changes : exitCodes.ok;
}
