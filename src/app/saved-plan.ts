import { parsePlan, renderPlan } from '../engine/index.js';
import { absolutePath, readText, writeAtomically } from '../host/index.js';
import { err, failure, type Plan, type Result } from '../model/index.js';

/** Keeps a plan for review; it can be run later with `up`. */
export const savePlan = (path: string, plan: Plan): Promise<Result<void>> =>
  writeAtomically(absolutePath(path), renderPlan(plan), { mode: 0o600 });

/** Reads a saved plan; refuses one that was changed after it was made. */
export async function loadPlan(path: string): Promise<Result<Plan>> {
  const text = await readText(absolutePath(path));
  if (!text.ok) return text;
  if (text.value === undefined) {
    return err(
      failure('invalid', 'PLAN-FILE-MISSING', `There is no plan at ${path}.`, {
        say: 'Make one.',
        command: `strata plan --out ${path}`,
      }),
    );
  }
  return parsePlan(text.value);
}
