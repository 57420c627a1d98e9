import { join } from 'node:path';
import { err, ok, type RehearsalReport, type Result, type Spec } from '../model/index.js';
import type { RunWatch } from './held.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import { type Clock, type RehearseWatch, startClock } from './rehearsal/clock.js';
import { machinesOf, obtainTools, packagesOf, type RenderedSpec, renderSpec } from './rehearsal/deliveries.js';
import { type Played, playThrough } from './rehearsal/play.js';
import { reportOf } from './rehearsal/report.js';
import { staticFindings } from './rehearsal/static.js';
import type { Site } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';

/** What to rehearse, and against what. */
export interface RehearseOptions extends PlatformRequest {
  /** Makes the control plane anew instead of starting from one that was kept. */
  readonly cold?: boolean;
  /** A recorded live cluster (`strata snapshot`) that the definition would upgrade. */
  readonly snapshot?: string;
}

/** Programs that make up the simulated cluster. */
const controlPlane = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'kwok-stages'];

/**
 * Gives the services and applications of an environment, unchanged, to a real API server with real controllers and
 * simulated machines. Touches nothing of the environment itself; needs no root and no network once its programs are there.
 */
export async function rehearse(options: RehearseOptions, watch: RehearseWatch): Promise<Result<RehearsalReport, Trouble>> {
  const clock = startClock();
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const quiet: RunWatch = { listen: noteEvents(watch), drain: watch.signal, cancel: watch.signal };
  const rendered = await clock.phase('render', () => renderSpec(site, spec, quiet, sources));
  if (!rendered.ok) return err({ ...troubleOf(rendered.error), sources });
  const found = await clock.phase('order and checks', () =>
    staticFindings({ site, spec, rendered: rendered.value, snapshot: options.snapshot }),
  );
  if (!found.ok) return err({ ...troubleOf(found.error), sources });
  const stops = found.value.problems.some((one) => one.severity === 'error');
  const played = stops
    ? ok(undefined)
    : await play({ site, spec, rendered: rendered.value, kubernetes: found.value.kubernetes, options, watch, quiet, clock });
  if (!played.ok) return err({ ...troubleOf(played.error), sources });
  return ok(
    reportOf({
      spec,
      rendered: rendered.value,
      found: found.value,
      played: played.value,
      phases: clock.phases(),
      totalMs: clock.now(),
    }),
  );
}

interface Playing {
  readonly site: Site;
  readonly spec: Spec;
  readonly rendered: RenderedSpec;
  readonly kubernetes: string;
  readonly options: RehearseOptions;
  readonly watch: RehearseWatch;
  readonly quiet: RunWatch;
  readonly clock: Clock;
}

async function play({ site, spec, rendered, kubernetes, options, watch, quiet, clock }: Playing): Promise<Result<Played>> {
  const programs = packagesOf(rendered).flatMap(({ one }) => one.programs.map((program) => program.tool));
  const obtained = await clock.phase('programs', () => obtainTools(site, spec, [...controlPlane, ...programs], quiet));
  if (!obtained.ok) return obtained;
  return playThrough({
    site,
    spec,
    rendered,
    kubernetes,
    machines: machinesOf(spec) ?? [],
    folder: join(site.paths.state, 'rehearsal'),
    cold: options.cold ?? false,
    clock,
    watch,
  });
}

/** Long preparations are told of; a step that was ready at once is not. */
const noteEvents =
  (watch: RehearseWatch): RunWatch['listen'] =>
  (event) => {
    if (event.type === 'step-started') watch.note(`preparing ${event.step.split('/').at(-1) ?? event.step}`);
  };
