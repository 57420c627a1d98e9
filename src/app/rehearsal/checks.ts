import type { Diagnostic, RehearsalCheck, RenderedPackage } from '../../model/index.js';
import type { Silenced } from '../../rehearsal/index.js';
import type { Live } from './findings.js';
import type { Followed } from './follow.js';

/** What was seen on the simulated cluster. */
export interface SeenOnCluster {
  readonly followed: ReadonlyMap<string, Followed>;
  readonly live: Live;
  readonly packages: readonly RenderedPackage[];
  readonly problems: readonly Diagnostic[];
  readonly silenced: readonly Silenced[];
  readonly running: readonly string[];
}

/** Claims about the cluster part, and what it could not show. */
export function checksOf(seen: SeenOnCluster): {
  readonly checks: readonly RehearsalCheck[];
  readonly notProven: readonly string[];
} {
  const silent = seen.silenced.map(({ configuration, webhook, service }) => ({
    subject: 'admission' as const,
    claim: `Webhook ${webhook} of ${configuration}: nobody runs behind ${service} here, so it was not asked`,
    verdict: 'not-checked' as const,
  }));
  return {
    checks: [objects(seen), ...installed(seen.packages), admission(seen), capacity(seen), ...silent],
    notProven: [...silencedSentence(seen.silenced), ...installedSentence(seen.packages)],
  };
}

/** Controllers in whose place objects were applied, with the packages. */
function standIns(packages: readonly RenderedPackage[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { name, installation } of packages)
    if (installation !== undefined) found.set(installation.controller, [...(found.get(installation.controller) ?? []), name]);
  return found;
}

const installed = (packages: readonly RenderedPackage[]): readonly RehearsalCheck[] =>
  [...standIns(packages)].map(([controller, names]) => ({
    subject: 'objects',
    claim: `${controller} did not run: the API server took the releases of ${names.join(', ')}, and what their charts render to was applied in its place`,
    verdict: 'not-checked',
  }));

const installedSentence = (packages: readonly RenderedPackage[]): readonly string[] =>
  [...standIns(packages)].map(
    ([controller, names]) =>
      `That ${controller} fetches and installs the charts of ${names.join(', ')}: here the objects came from Helm on this machine.`,
  );

const has = (seen: SeenOnCluster, code: string): boolean => seen.problems.some((one) => one.code === code);

function objects({ followed, packages }: SeenOnCluster): RehearsalCheck {
  const ready = [...followed.values()].filter((one) => one.progress.state === 'ready').length;
  const count = packages.reduce((sum, one) => sum + one.objects.length, 0);
  return {
    subject: 'objects',
    claim: `${ready} of ${packages.length} packages ready; ${count} objects given to the API server by their own controllers`,
    verdict: ready === packages.length ? 'pass' : 'fail',
  };
}

function admission(seen: SeenOnCluster): RehearsalCheck {
  const claim = 'No object and no pod was refused by a policy or webhook that ran';
  return { subject: 'admission', claim, verdict: has(seen, 'REHEARSAL-REFUSED-BY-POLICY') ? 'fail' : 'pass' };
}

function capacity(seen: SeenOnCluster): RehearsalCheck {
  const claim = `The scheduler found a machine for each of ${seen.live.pods.length} pods`;
  return { subject: 'capacity', claim, verdict: has(seen, 'REHEARSAL-DOES-NOT-FIT') ? 'fail' : 'pass' };
}

function silencedSentence(silenced: readonly Silenced[]): readonly string[] {
  if (silenced.length === 0) return [];
  const names = [...new Set(silenced.map((one) => one.configuration))].join(', ');
  return [`What these webhooks would say, since their programs do not run here and they were told to let pass: ${names}.`];
}
