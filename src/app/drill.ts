import { type CriticalPath, criticalPath } from '../engine/index.js';
import {
  err,
  failure,
  ok,
  type DrillPhase,
  type DrillReport,
  type DrillStep,
  type Result,
  type RunState,
  type StepState,
} from '../model/index.js';
import { openPlatform } from './definition-of.js';
import { confirmed, destroyHeld, type DestroyOptions } from './destroy.js';
import { failureOf, holding, ownWorld, type Ran, type RunWatch } from './held.js';
import { preflight } from './preflight.js';
import { composeAt, readApplied, readHistory, type Site } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';
import { buildHeld, type UpResult } from './up.js';

/** One hour: the goal for a cluster that holds no state. */
const budgetMs = 60 * 60_000;

/** A drill that ended, with the platform it left. */
export interface DrillResult {
  readonly report: DrillReport;
  /** Where the report was kept (JSON). */
  readonly path: string;
  readonly up?: UpResult;
}

/** Destroys the platform and rebuilds it, with every phase on the clock. */
export async function drill(options: DestroyOptions, watch: RunWatch): Promise<Result<DrillResult, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec } = opened.value;
  const meant = confirmed(spec.platform, options.confirm);
  if (!meant.ok) return err(troubleOf(meant.error));
  const told = await readHistory(site);
  if (!told.ok) return err(troubleOf(told.error));
  if (told.value.state.records.size === 0) return err(troubleOf(nothingStands(spec.platform)));
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return err(troubleOf(composed.error));
  const fit = await preflight(spec, site.paths.state);
  if (!fit.ok) return err(troubleOf(fit.error));
  const done = await holding(site, 'drill', watch, async (held) => {
    const applied = await readApplied(site);
    if (!applied.ok) return applied;
    const startedAt = new Date().toISOString();
    const gone = await destroyHeld(held, { spec, specs: applied.value }, watch);
    if (!gone.ok) return gone;
    const fell = failureOf(gone.value.summary, 'strata destroy');
    if (!fell.ok) return fell;
    const built = await buildHeld({ held, spec, composed: composed.value, options: {}, watch });
    if (!built.ok) return built;
    const report = reportOf({ platform: spec.platform, environment: spec.environment, startedAt }, gone.value, built.value);
    const path = await keepReport(site, spec.platform, report);
    return path.ok ? ok({ report, path: path.value, up: built.value }) : path;
  });
  return done.ok ? done : err(troubleOf(done.error));
}

async function keepReport(site: Site, platform: string, report: DrillReport): Promise<Result<string>> {
  const path = `${site.history(platform).folder}/drill-${report.startedAt.replaceAll(/[:.]/g, '-')}.json`;
  const written = await ownWorld(site).write(path, `${JSON.stringify(report, null, 2)}\n`);
  return written.ok ? ok(path) : written;
}

interface Head {
  readonly platform: string;
  readonly environment: string;
  readonly startedAt: string;
}

/** Puts both runs on one clock. */
export function reportOf(head: Head, gone: Ran, built: Ran): DrillReport {
  const chain = [...criticalPath(gone.state).steps, ...criticalPath(built.state).steps];
  const critical = new Set(chain.map((step) => `${step.startedAt} ${step.id}`));
  const steps = [...stepsOf(gone.state, critical, () => 'destroy'), ...stepsOf(built.state, critical, phaseOf)];
  const finishedAt = built.state.finishedAt ?? new Date().toISOString();
  const totalMs = Date.parse(finishedAt) - Date.parse(head.startedAt);
  const { evidence } = built.state;
  const passed = built.summary.verdict === 'ok' && evidence.every((one) => one.verdict !== 'fail') && totalMs <= budgetMs;
  return {
    apiVersion: 'strata.dev/drill/v1',
    ...head,
    finishedAt,
    totalMs,
    budgetMs,
    verdict: passed ? 'pass' : 'fail',
    phases: phasesOf(steps),
    steps,
    criticalPath: chain.map((step: CriticalPath['steps'][number]) => step.id),
    evidence,
    failures: built.summary.failures.map(({ step, failure: { diagnostic } }) => ({
      step,
      code: diagnostic.code,
      message: diagnostic.message,
    })),
    limits: [
      'The machine image and the toolchain were taken from the cache; a drill after a lost cache takes longer.',
      'State inside the cluster (volumes, databases) is not restored: the drill is for a cluster that holds none.',
    ],
  };
}

const phaseOf = (id: string): string => id.split('/')[0] ?? id;

function stepsOf(state: RunState, critical: ReadonlySet<string>, phase: (id: string) => string): readonly DrillStep[] {
  return [...state.steps.values()].flatMap((step) => {
    const verdict = verdictOf(step);
    if (verdict === undefined || step.startedAt === undefined || step.durationMs === undefined) return [];
    const { startedAt, durationMs, title } = step;
    return [
      {
        id: step.step,
        title,
        phase: phase(step.step),
        startedAt,
        durationMs,
        verdict,
        critical: critical.has(`${startedAt} ${step.step}`),
      },
    ];
  });
}

function verdictOf({ phase }: StepState): DrillStep['verdict'] | undefined {
  return phase === 'done' || phase === 'kept' || phase === 'removed' || phase === 'failed' ? phase : undefined;
}

function phasesOf(steps: readonly DrillStep[]): readonly DrillPhase[] {
  const names = [...new Set(steps.map((step) => step.phase))];
  const phases = names.map((name) => {
    const own = steps.filter((step) => step.phase === name);
    const start = Math.min(...own.map((step) => Date.parse(step.startedAt)));
    const end = Math.max(...own.map((step) => Date.parse(step.startedAt) + step.durationMs));
    return { name, startedAt: new Date(start).toISOString(), durationMs: end - start, steps: own.length };
  });
  return phases.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

const nothingStands = (platform: string) =>
  failure(
    'invalid',
    'DRILL-NOTHING-STANDS',
    `The platform '${platform}' is not up, so there is nothing to destroy and rebuild.`,
    { say: 'Build it first.', command: 'strata up' },
  );
