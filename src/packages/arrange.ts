import type { Diagnostic, ReadWorld, RenderedPackage } from '../model/index.js';
import { type BuiltPackage, describePackage } from './build.js';
import { analyseOrder } from './order/index.js';
import type { PackageHealth } from './package-schema.js';
import type { PackagePlan } from './packages.js';

/** A package with what was built of it. */
export interface PlannedBuild {
  readonly plan: PackagePlan;
  readonly built: BuiltPackage;
}

/** One folder that is applied as a whole, and what it waits for. */
export interface ApplyUnit {
  readonly name: string;
  readonly after: readonly string[];
  readonly health: readonly PackageHealth[];
  /** It holds encrypted Secrets. */
  readonly encrypted?: true;
}

/** Built packages in the order their objects impose. */
export interface Arranged {
  readonly packages: readonly RenderedPackage[];
  readonly bootstrap: readonly RenderedPackage[];
  readonly units: readonly ApplyUnit[];
  /** The tree: texts by path below its root. */
  readonly files: ReadonlyMap<string, string>;
  /** Errors and warnings about the order. */
  readonly problems: readonly Diagnostic[];
}

/** Puts built packages into the order that their objects and their declared requirements impose. */
export function arrange(builds: readonly PlannedBuild[], bootstrap: string, r: ReadWorld): Arranged {
  const own = builds.filter((one) => one.plan.name === bootstrap);
  const others = builds.filter((one) => one.plan.name !== bootstrap);
  const given = own.map((one) => describePackage(one.plan, one.built, r));
  const described = others.map((one) => describePackage(one.plan, one.built, r));
  const order = analyseOrder(described, { given });
  const ordered = order.sequence.flatMap((name) => others.filter((one) => one.plan.name === name));
  const afterOf = (name: string): readonly string[] => order.after[name] ?? [];
  const files = new Map<string, string>();
  for (const { built } of ordered)
    for (const folder of built.folders)
      for (const [name, text] of Object.entries(folder.files)) files.set(`${folder.name}/${name}`, text);
  return {
    packages: ordered
      .flatMap((one) => described.filter((two) => two.name === one.plan.name))
      .map((one) => ({ ...one, after: afterOf(one.name) })),
    bootstrap: given,
    units: ordered.flatMap((one) => unitsOf(one, afterOf(one.plan.name))),
    files,
    problems: order.problems,
  };
}

/** A package's folders wait for each other; its first one waits for other packages. */
function unitsOf({ plan, built }: PlannedBuild, after: readonly string[]): readonly ApplyUnit[] {
  return built.folders.map(({ name }, at) => {
    const before = built.folders[at - 1];
    // A release looks after the health of its objects by itself, by the same rules.
    const health = built.installation === undefined ? (plan.spec.health ?? []) : [];
    const encrypted = (plan.secrets ?? []).length > 0;
    return { name, after: before === undefined ? after : [before.name], health, ...(encrypted ? { encrypted } : {}) };
  });
}
