import { join } from 'node:path';
import { listNames, readText } from '../../host/index.js';
import type { Diagnostic, RehearsalCheck, RenderedPackage, Result, Spec } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import {
  capacityOf,
  imageFindings,
  parseRemovedApis,
  removedApis,
  type Snapshot,
  sayAmount,
  untestedPolicies,
  upgradeConflicts,
} from '../../packages/checks/index.js';
import { parseManifests } from '../../packages/manifests.js';
import { analyseOrder } from '../../packages/order/index.js';
import { allocatableOf } from '../../rehearsal/index.js';
import type { Site } from '../site.js';
import { machinesOf, packagesOf, type RenderedSpec } from './deliveries.js';
import { readSnapshot } from './snapshot-file.js';
import { versionOf } from './version.js';

/** What is found in the rendered objects alone, before anything runs. */
export interface StaticFindings {
  /** Version of Kubernetes the environment asks for. */
  readonly kubernetes: string;
  readonly checks: readonly RehearsalCheck[];
  readonly problems: readonly Diagnostic[];
}

/** What the findings are made from. */
export interface StaticRequest {
  readonly site: Site;
  readonly spec: Spec;
  readonly rendered: RenderedSpec;
  /** File of a recorded live cluster. */
  readonly snapshot: string | undefined;
}

/** Looks at order, versions, images, capacity and, where a live cluster was recorded, at what an upgrade would change. */
export async function staticFindings(request: StaticRequest): Promise<Result<StaticFindings>> {
  const { site, spec, rendered } = request;
  const kubernetes = versionOf(spec);
  const packages = packagesOf(rendered).map(({ one }) => one);
  const table = await removedTable(site, packages, kubernetes);
  if (!table.ok) return table;
  const upgrade = await upgradeFindings(request, packages);
  if (!upgrade.ok) return upgrade;
  const tested = await testedPolicies(site);
  const parts: readonly Part[] = [
    orderPart(rendered),
    versionPart(kubernetes, table.value),
    capacityPart(spec, packages),
    imagePart(site, packages),
    policyPart(packages, tested),
    upgrade.value,
  ];
  return ok({
    kubernetes,
    checks: parts.flatMap((part) => part.checks),
    problems: onlyOnce([...rendered.problems, ...parts.flatMap((part) => part.problems)]),
  });
}

/** The delivering component looks at the order of its own packages too. */
const onlyOnce = (problems: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(problems.map((one) => [`${one.code} ${one.message}`, one])).values(),
];

interface Part {
  readonly checks: readonly RehearsalCheck[];
  readonly problems: readonly Diagnostic[];
}

const hasError = (problems: readonly Diagnostic[]): boolean => problems.some((one) => one.severity === 'error');

function part(subject: RehearsalCheck['subject'], claim: string, problems: readonly Diagnostic[]): Part {
  return { checks: [{ subject, claim, verdict: hasError(problems) ? 'fail' : 'pass' }], problems };
}

function orderPart(rendered: RenderedSpec): Part {
  const given = rendered.components.flatMap(({ delivery }) => delivery.bootstrap);
  const packages = rendered.components.flatMap(({ delivery }) => delivery.packages);
  const order = analyseOrder(packages, { given });
  const claim = `The order of ${packages.length} packages follows from ${order.edges.length} needs of their objects; nothing is missing, owned twice or locked`;
  return part('order', claim, order.problems);
}

async function removedTable(
  site: Site,
  packages: readonly RenderedPackage[],
  kubernetes: string,
): Promise<Result<readonly Diagnostic[]>> {
  const file = join(site.paths.catalog, 'kubernetes', 'removed-apis.yaml');
  const text = await readText(file);
  if (!text.ok) return text;
  const table = parseRemovedApis(text.value ?? '', file);
  return table.ok ? ok(removedApis(packages, kubernetes, table.value)) : err({ kind: 'invalid', diagnostic: table.error });
}

const versionPart = (kubernetes: string, problems: readonly Diagnostic[]): Part =>
  part('versions', `Every object is of a version that Kubernetes ${kubernetes} serves`, problems);

function capacityPart(spec: Spec, packages: readonly RenderedPackage[]): Part {
  const machines = machinesOf(spec);
  if (machines === undefined) {
    const claim = 'Requests against machines: the infrastructure does not say which machines there will be';
    return { checks: [{ subject: 'capacity', claim, verdict: 'not-checked' }], problems: [] };
  }
  const nodes = machines.map((machine) => ({ name: machine.name, role: machine.role, ...allocatableOf(machine) }));
  const capacity = capacityOf(packages, nodes);
  const { requested, offered, problems } = capacity;
  const claim = `${requested.pods} pods request ${sayAmount(requested)} of ${sayAmount(offered)} on ${machines.length} machines`;
  return part('capacity', claim, problems);
}

/** Images that Strata builds itself are pinned by what they are built from; their digest is known then. */
function imagePart(site: Site, packages: readonly RenderedPackage[]): Part {
  const own = new Set([...site.toolchain.images.values()].map((pin) => pin.ref));
  const problems = imageFindings(packages, (image) => own.has(image));
  const claim = problems.length === 0 ? 'Every image has a digest' : `${problems.length} images have no digest`;
  const verdict = problems.length === 0 ? 'pass' : hasError(problems) ? 'fail' : 'not-checked';
  return { checks: [{ subject: 'images', claim, verdict }], problems };
}

const policyPart = (packages: readonly RenderedPackage[], tested: ReadonlySet<string>): Part =>
  part('admission', 'Every policy has samples that test it', untestedPolicies(packages, tested));

/** Names of the policies that lie beside samples, in the catalog and in the project. */
async function testedPolicies(site: Site): Promise<ReadonlySet<string>> {
  const tested = new Set<string>();
  for (const root of [site.paths.catalog, site.paths.project]) {
    for (const name of await listNames(join(root, 'policies'))) {
      const folder = join(root, 'policies', name);
      if ((await listNames(join(folder, 'samples'))).length === 0) continue;
      for (const one of await policiesIn(folder)) tested.add(one);
    }
  }
  return tested;
}

async function policiesIn(folder: string): Promise<readonly string[]> {
  const files = (await listNames(folder)).filter((file) => file.endsWith('.yaml'));
  const names: string[] = [];
  for (const file of files) {
    const text = await readText(join(folder, file));
    const read = parseManifests(text.ok ? (text.value ?? '') : '', file);
    if (read.ok) names.push(...read.value.map(({ object }) => object.metadata.name));
  }
  return names;
}

async function upgradeFindings({ snapshot }: StaticRequest, packages: readonly RenderedPackage[]): Promise<Result<Part>> {
  if (snapshot === undefined) {
    const claim = 'Conflicts with a live cluster: none was recorded (strata snapshot)';
    return ok({ checks: [{ subject: 'upgrade', claim, verdict: 'not-checked' }], problems: [] });
  }
  const read: Result<Snapshot> = await readSnapshot(snapshot);
  if (!read.ok) return read;
  const claim = `None of ${read.value.objects.length} recorded objects stands in the way of the new ones`;
  return ok(part('upgrade', claim, upgradeConflicts(packages, read.value)));
}
