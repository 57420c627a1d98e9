import { join } from 'node:path';
import { planDestroy, expectedDurations, startedSteps } from '../engine/index.js';
import { mountPoints, removeTree } from '../host/index.js';
import { err, failure, ok, type Plan, type Result, type Spec } from '../model/index.js';
import { load } from './definition/use-cases.js';
import type { PlatformRequest } from './definition-of.js';
import { type Held, holding, ownWorld, type Ran, type RunWatch, runHeld } from './held.js';
import { formerSteps, openSite, readApplied, readHistory, type Site, specDigest } from './site.js';
import { type Trouble, troubleOf, troubleWith } from './trouble.js';

/** What to destroy; `confirm` must be the platform's name. */
export interface DestroyOptions extends PlatformRequest {
  readonly confirm?: string | undefined;
}

/** A destruction that ended; absent `plan` = there was nothing. */
export interface DestroyResult extends Partial<Ran> {
  readonly plan?: Plan;
  readonly platform: string;
  readonly environment: string;
}

/** Removes all that was ever started, dependants first, then the state folder; leaves the cache alone. */
export async function destroy(options: DestroyOptions, watch: RunWatch): Promise<Result<DestroyResult, Trouble>> {
  const target = await targetOf(options);
  if (!target.ok) return target;
  const { site, specs, spec } = target.value;
  const meant = confirmed(spec.platform, options.confirm);
  if (!meant.ok) return err(troubleOf(meant.error));
  const named = { platform: spec.platform, environment: spec.environment };
  const told = await readHistory(site);
  if (!told.ok) return err(troubleOf(told.error));
  if (told.value.events.length === 0) {
    const settled = await site.host.settle();
    if (!settled.ok) return err(troubleOf(settled.error));
    const swept = await sweep(site);
    return swept.ok ? ok(named) : err(troubleOf(swept.error));
  }
  const done = await holding(site, 'destroy', watch, (held) => destroyHeld(held, { spec, specs }, watch));
  if (!done.ok) return err(troubleOf(done.error));
  if (done.value.summary.verdict !== 'ok') return ok({ ...named, ...done.value });
  const swept = await sweep(site);
  return swept.ok ? ok({ ...named, ...done.value }) : err(troubleOf(swept.error));
}

/** A destruction is of a platform by name, never of "whatever lies here". */
export function confirmed(platform: string, confirm: string | undefined): Result<void> {
  if (confirm === platform) return ok(undefined);
  const message =
    confirm === undefined
      ? `This would destroy the platform '${platform}'.`
      : `This is the platform '${platform}', not '${confirm}'.`;
  return err(
    failure('refused', 'DESTROY-NOT-CONFIRMED', message, {
      say: 'Name the platform that is meant.',
      command: `strata destroy --confirm ${platform}`,
    }),
  );
}

/** Plans and runs the removal under the lock. */
export async function destroyHeld(
  held: Held,
  { spec, specs }: { readonly spec: Spec; readonly specs: readonly Spec[] },
  watch: RunWatch,
): Promise<Result<Ran & { readonly plan: Plan }>> {
  const { site } = held;
  const steps = formerSteps(site, specs);
  const durations = await site.history(spec.platform).durations();
  const plan = planDestroy({
    platform: spec.platform,
    environment: spec.environment,
    spec: specDigest(spec),
    steps,
    records: held.state().records,
    started: startedSteps(held.events),
    expected: expectedDurations(
      durations,
      steps.map((step) => step.id),
      'remove',
    ),
  });
  if (!plan.ok) return plan;
  const ran = await runHeld(held, { plan: plan.value, steps, mode: 'destroy' }, watch);
  return ran.ok ? ok({ ...ran.value, plan: plan.value }) : ran;
}

interface Target {
  readonly site: Site;
  /** Definitions that were applied, or else the one that lies there. */
  readonly specs: readonly Spec[];
  readonly spec: Spec;
}

/** What was applied decides; a definition that no longer loads does not keep anybody from destroying. */
async function targetOf(options: DestroyOptions): Promise<Result<Target, Trouble>> {
  const loaded = await load(options);
  const environment = loaded.ok ? loaded.value.spec.environment : (options.environment ?? 'local');
  const site = await openSite(options.directory, environment);
  if (!site.ok) return err(troubleOf(site.error));
  const applied = await readApplied(site.value);
  if (!applied.ok) return err(troubleOf(applied.error));
  const specs = applied.value.length > 0 ? applied.value : loaded.ok ? [loaded.value.spec] : [];
  const spec = specs.at(-1);
  if (spec !== undefined) return ok({ site: site.value, specs, spec });
  return loaded.ok ? err(troubleWith({ diagnostics: [], sources: new Map() })) : err(troubleWith(loaded.error));
}

/** The state folder goes last, and only where nothing of the environment is alive. */
export async function sweep(site: Site): Promise<Result<void>> {
  const [alive] = await site.host.listDaemons();
  if (alive) {
    return err(
      failure(
        'conflict',
        'DESTROY-LEFT-PROCESS',
        `Process ${alive.pid} ('${alive.name}') of this environment is still running.`,
        { say: 'Run destroy again.', command: 'strata destroy' },
      ),
    );
  }
  const mount = (await mountPoints()).find((point) => point.startsWith(`${site.paths.state}/`));
  if (mount !== undefined) {
    return err(
      failure('conflict', 'DESTROY-LEFT-MOUNT', `${mount} is still mounted.`, {
        say: 'Unmount it and run destroy again.',
        command: `umount ${mount}`,
      }),
    );
  }
  await keepJournal(site);
  const removed = await removeTree(site.paths.state, site.paths);
  if (!removed.ok) return removed;
  return removeEmptyParent(site);
}

/** The last journal outlives what it tells of. */
async function keepJournal(site: Site): Promise<void> {
  const w = ownWorld(site);
  const journal = join(site.paths.state, 'journal');
  if ((await w.stat(journal)) === undefined) return;
  const folder = join(site.paths.cache, 'history', 'journals');
  await w.makeDirectory(folder);
  await w.rename(journal, join(folder, `${site.host.id}-${site.environment}.journal`)); // across disks it cannot be moved; it then goes with the folder
}

async function removeEmptyParent(site: Site): Promise<Result<void>> {
  const parent = join(site.paths.state, '..');
  const w = ownWorld(site);
  if ((await w.stat(parent)) === undefined || (await w.list(parent)).length > 0) return ok(undefined);
  return removeTree(parent, { cache: parent, state: parent });
}
