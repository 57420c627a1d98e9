import type {
  Diagnostic,
  Layer,
  Part,
  RehearsalCheck,
  RehearsalPhase,
  RehearsalReport,
  RehearsedPackage,
  RenderedPackage,
  Spec,
} from '../../model/index.js';
import { shownPath, shownText } from '../../host/index.js';
import { packagesOf, type RenderedSpec } from './deliveries.js';
import { nodesOf, packageRequests } from './findings.js';
import type { Played } from './play.js';
import type { StaticFindings } from './static.js';

/** Everything a rehearsal saw. */
export interface Seen {
  readonly spec: Spec;
  readonly rendered: RenderedSpec;
  readonly found: StaticFindings;
  /** Absent where an error named before anything ran stopped the rehearsal. */
  readonly played: Played | undefined;
  readonly phases: readonly RehearsalPhase[];
  readonly totalMs: number;
}

/** What holds for every rehearsal: it is said in each report. */
const never = [
  'That machines boot, images are pulled and programs in containers start: pods are played, not run.',
  'That applications work: nothing inside a pod is executed, no request reaches one.',
  'How long the real thing takes: the times here are of rendering, ordering, admission and reconciling alone.',
];

/** Puts together what was seen. */
export function reportOf(seen: Seen): RehearsalReport {
  const { spec, found, played, rendered } = seen;
  const problems = [...found.problems, ...(played?.problems ?? [])].map(asShown);
  const checks = checksOf(seen);
  const isBad = problems.some((one) => one.severity === 'error') || checks.some((one) => one.verdict === 'fail');
  return {
    format: 'strata.dev/rehearsal/v1',
    platform: spec.platform,
    environment: spec.environment,
    at: new Date().toISOString(),
    verdict: isBad ? 'fail' : 'pass',
    kubernetes: played?.kubernetes ?? found.kubernetes,
    warm: played?.warm ?? false,
    totalMs: seen.totalMs,
    phases: seen.phases,
    packages: packagesOf(rendered).map(({ layer, one }) => packageReport(layer, one, seen)),
    nodes: played === undefined ? [] : nodesOf(played.live, played.machines),
    checks,
    problems,
    notProven: [...never, ...notProven(seen)],
  };
}

/** Places are told as the user would type them. */
function asShown(one: Diagnostic): Diagnostic {
  const { where } = one;
  const said = { ...one, message: shownText(one.message) };
  return typeof where === 'object' ? { ...said, where: { ...where, file: shownPath(where.file) } } : said;
}

function packageReport(layer: Layer, one: RenderedPackage, { rendered, played }: Seen): RehearsedPackage {
  const packages = packagesOf(rendered).map((each) => each.one);
  const followed = played?.followed.get(one.name);
  const isReady = followed?.progress.state === 'ready';
  const requests =
    played === undefined
      ? { cpu: 0, memoryBytes: 0, pods: 0, storageBytes: 0 }
      : packageRequests(one.name, played.live, packages);
  const programs = one.programs.map((program) => program.tool).filter((tool) => played?.running.includes(tool) ?? false);
  return {
    name: one.name,
    ...(one.version === undefined ? {} : { version: one.version }),
    layer,
    after: one.after,
    objects: one.objects.length,
    applied: played?.taken.get(one.name) ?? 0,
    verdict: isReady ? 'ready' : isWaiting(followed) ? 'skipped' : 'failed',
    ...(followed?.startedMs === undefined ? {} : { startedMs: followed.startedMs }),
    ...(followed?.readyMs === undefined ? {} : { readyMs: followed.readyMs }),
    part: requests.pods > 0 && programs.length === 0 ? 'played' : partOf(one, programs),
    programs,
    requests,
  };
}

function isWaiting(followed: { readonly progress: { readonly state: string; readonly reason?: string } } | undefined): boolean {
  return (
    followed === undefined || followed.progress.reason === 'DependencyNotReady' || followed.progress.reason === 'NotReported'
  );
}

/** Real where one of its programs ran; played where its pods or statuses stood in for it. */
function partOf(one: RenderedPackage, programs: readonly string[]): Part {
  if (programs.length > 0) return 'real';
  const hasPods = one.objects.some(({ object }) =>
    ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'].includes(object.kind),
  );
  return hasPods || one.plays.length > 0 ? 'played' : 'none';
}

function checksOf({ rendered, found, played }: Seen): readonly RehearsalCheck[] {
  const lower: readonly RehearsalCheck[] = (['image', 'infrastructure', 'kubernetes'] as const).map((layer) => ({
    subject: 'layers',
    claim: `Layer ${layer} is what the environment will get; its machines were not touched`,
    verdict: 'not-checked',
  }));
  const silent: readonly RehearsalCheck[] = rendered.silent.map((name) => ({
    subject: 'objects',
    claim: `${name} does not say what it puts into a cluster`,
    verdict: 'not-checked',
  }));
  return [...found.checks, ...(played?.checks ?? [notPlayed]), ...silent, ...lower];
}

const notPlayed: RehearsalCheck = {
  subject: 'objects',
  claim: 'Objects were not given to an API server: an error was found before',
  verdict: 'not-checked',
};

function notProven({ rendered, played }: Seen): readonly string[] {
  const names = packagesOf(rendered)
    .filter(
      ({ one }) =>
        partOf(
          one,
          one.programs.map((program) => program.tool),
        ) === 'played',
    )
    .map(({ one }) => one.name);
  const absent =
    names.length === 0
      ? []
      : [`What the controllers of these packages do, since only their pods were played: ${names.join(', ')}.`];
  return [...absent, ...(played?.notProven ?? [])];
}
