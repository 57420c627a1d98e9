import { join } from 'node:path';
import { expectedDurations, planRun } from '../engine/index.js';
import { err, failure, ok, type Plan, type Result, type Spec } from '../model/index.js';
import type { Composition } from './compose.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import { type Held, holding, ownWorld, type Ran, type RunWatch, runHeld } from './held.js';
import { preflight } from './preflight.js';
import { type Reach, reachOf } from './reach.js';
import { composeAt, formerSteps, othersThan, quietReader, readApplied, type Site, specDigest } from './site.js';
import { sopsReady } from './secrets/ready.js';
import { type Trouble, troubleOf } from './trouble.js';

/** How to build. */
export interface UpOptions extends PlatformRequest {
  /** Missing Debian packages may be installed on this machine. */
  readonly install?: boolean;
  /** A plan that was reviewed: nothing stronger than it says is done. */
  readonly plan?: Plan;
}

/** A run that ended, well or not. */
export interface UpResult extends Ran {
  readonly plan: Plan;
  readonly reach: Reach;
}

/** Builds the platform, or goes on where a run was stopped. A step that failed is in the result, not an error. */
export async function up(options: UpOptions, watch: RunWatch): Promise<Result<UpResult, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const composed = composeAt(site, spec, options.install ? 'install' : 'ask');
  if (!composed.ok) return err({ ...troubleOf(composed.error), sources });
  const fit = await preflight(spec, site.paths.state);
  if (!fit.ok) return err(troubleOf(fit.error));
  const ready = await sopsReady(site, spec, watch);
  if (!ready.ok) return err(troubleOf(ready.error));
  const done = await holding(site, 'up', watch, (held) => buildHeld({ held, spec, composed: composed.value, options, watch }));
  return done.ok ? done : err(troubleOf(done.error));
}

interface Build {
  readonly held: Held;
  readonly spec: Spec;
  readonly composed: Composition;
  readonly options: Pick<UpOptions, 'plan'>;
  readonly watch: RunWatch;
}

/** Plans and runs under the lock. */
export async function buildHeld({ held, spec, composed, options, watch }: Build): Promise<Result<UpResult>> {
  const { site } = held;
  const applied = await readApplied(site);
  if (!applied.ok) return applied;
  const former = formerSteps(site, othersThan(spec, applied.value));
  const { records } = held.state();
  const durations = await site.history(spec.platform).durations();
  const planned = await planRun({
    platform: spec.platform,
    environment: spec.environment,
    spec: specDigest(spec),
    steps: composed.steps,
    records,
    former,
    world: quietReader(site.host),
    // The run looks at everything itself, before each step: looking twice would only cost time.
    offline: options.plan === undefined,
    expected: expectedDurations(
      durations,
      composed.steps.map((step) => step.id),
      'apply',
    ),
  });
  if (!planned.ok) return planned;
  const plan = options.plan ?? planned.value;
  if (plan.spec !== planned.value.spec) return err(planOfOther(plan));
  const noted = await noteApplied(site, [...applied.value, spec]);
  if (!noted.ok) return noted;
  const ran = await runHeld(held, { plan, steps: composed.steps, former, mode: 'up', saved: options.plan !== undefined }, watch);
  if (!ran.ok) return ran;
  if (ran.value.summary.verdict === 'ok') await noteApplied(site, [spec]);
  return ok({ ...ran.value, plan, reach: await reachOf(site, composed, ran.value.summary.outputs) });
}

/** Kept until a run ends well: a run that was killed may have left steps of either definition. */
async function noteApplied(site: Site, specs: readonly Spec[]): Promise<Result<void>> {
  const unique = [...new Map(specs.map((spec) => [specDigest(spec), spec])).values()];
  return ownWorld(site).write(join(site.paths.state, 'applied.json'), `${JSON.stringify(unique)}\n`, 0o600);
}

const planOfOther = (plan: Plan) =>
  failure('refused', 'PLAN-OUTDATED', `The saved plan ${plan.id.slice(0, 19)} was made from another definition.`, {
    say: 'Plan again, review, and run the new plan.',
    command: 'strata plan --out plan.json',
  });
