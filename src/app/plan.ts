import { type Explanation, expectedDurations, explainStep, planRun } from '../engine/index.js';
import { err, failure, ok, type Plan, type Result } from '../model/index.js';
import { didYouMean } from './definition/index.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import { renderAhead } from './rehearsal/deliveries.js';
import { composeAt, formerSteps, othersThan, quietReader, readApplied, readHistory, specDigest } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';

/** How to plan. */
export interface PlanOptions extends PlatformRequest {
  /** Decides from the journal alone; observes nothing. */
  readonly offline?: boolean;
}

/** A plan, and why each step would run. */
export interface PlanResult {
  readonly plan: Plan;
  readonly explanations: readonly Explanation[];
}

/** Says what `up` would do; changes nothing. */
export async function plan(options: PlanOptions): Promise<Result<PlanResult, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return err({ ...troubleOf(composed.error), sources });
  const told = await readHistory(site);
  if (!told.ok) return err(troubleOf(told.error));
  const applied = await readApplied(site);
  if (!applied.ok) return err(troubleOf(applied.error));
  const { records } = told.value.state;
  // What is rendered already is compared object by object.
  if (options.offline !== true) await renderAhead(site, spec);
  const durations = await site.history(spec.platform).durations();
  const planned = await planRun({
    platform: spec.platform,
    environment: spec.environment,
    spec: specDigest(spec),
    steps: composed.value.steps,
    records,
    former: formerSteps(site, othersThan(spec, applied.value)),
    world: quietReader(site.host),
    offline: options.offline === true,
    expected: expectedDurations(
      durations,
      composed.value.steps.map((step) => step.id),
      'apply',
    ),
  });
  if (!planned.ok) return err(troubleOf(planned.error));
  const explanations = planned.value.steps.map((step) => explainStep(step, records.get(step.id)));
  return ok({ plan: planned.value, explanations });
}

/** Says why one step would run, or why not. */
export async function explain(options: PlanOptions & { readonly step: string }): Promise<Result<Explanation, Trouble>> {
  const planned = await plan(options);
  if (!planned.ok) return planned;
  const { explanations } = planned.value;
  const found = explanations.find((one) => one.step === options.step);
  if (found) return ok(found);
  const near = didYouMean(
    options.step,
    explanations.map((one) => one.step),
  );
  const message = `The definition yields no step '${options.step}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
  return err(
    troubleOf(failure('invalid', 'PLAN-NO-SUCH-STEP', message, { say: 'List the steps.', command: 'strata plan -o json' })),
  );
}
