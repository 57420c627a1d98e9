import { err, ok, type Result, type Step, type StepId, type World } from '../../src/model/index.js';
import { fill, refsIn } from '../../src/toolchain/refs.js';

/** How one step of an installation ended. */
export interface Obtained {
  readonly step: StepId;
  readonly title: string;
  readonly verdict: 'kept' | 'done' | 'failed';
  readonly message?: string;
}

/**
 * Runs toolchain steps outside of a platform's run, for `doctor --install`: what is there stays, the rest is obtained,
 * and one that fails does not keep the others.
 */
export async function obtainAll(w: World, steps: readonly Step[], tell: (obtained: Obtained) => void): Promise<Result<void>> {
  const running = new Map<string, Promise<Result<unknown>>>();
  const start = (step: Step): Promise<Result<unknown>> => {
    const known = running.get(step.id);
    if (known !== undefined) return known;
    const run = obtainOne(w, step, steps, start, tell);
    running.set(step.id, run);
    return run;
  };
  const results = await Promise.all(steps.map(start));
  const failed = results.find((result) => !result.ok);
  return failed === undefined || failed.ok ? ok(undefined) : err(failed.error);
}

async function obtainOne(
  w: World,
  step: Step,
  steps: readonly Step[],
  start: (step: Step) => Promise<Result<unknown>>,
  tell: (obtained: Obtained) => void,
): Promise<Result<unknown>> {
  const outputs = new Map<string, unknown>();
  for (const needed of steps.filter(
    ({ id }) => step.after?.includes(id) || refsIn(step.inputs).some(({ $step }) => $step === id),
  )) {
    const result = await start(needed);
    if (!result.ok) return result;
    outputs.set(needed.id, result.value);
  }
  const inputs = fill(step.inputs, outputs);
  const got = await step.action.observe(inputs, w);
  const there = got.ok ? got.value : undefined;
  if (there !== undefined && step.action.diff(inputs, there).length === 0) {
    tell({ step: step.id, title: step.title, verdict: 'kept' });
    return ok(there);
  }
  const made = await step.action.apply(inputs, there, w);
  tell({
    step: step.id,
    title: step.title,
    verdict: made.ok ? 'done' : 'failed',
    ...(made.ok ? {} : { message: made.error.diagnostic.message }),
  });
  return made;
}
