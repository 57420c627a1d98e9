import type { Kit, Tree } from '../../../model/index.js';
import type { PackageProblem } from './errors.js';
import { packageInvalid, packageTwice, packageUnknown, requirementCycle, requirementMissing, valueUnknown } from './errors.js';
import { type PackageSpec, type PackageValue, type Patch, parsePackage } from './package-file.js';
import type { FluxSpec } from './spec.js';

/** The package that applies all others, itself applied directly. */
export const bootstrapPackage = 'flux';

/** One chosen package: what its folder says, and what the definition chose. */
export interface PackagePlan {
  readonly name: string;
  /** Its folder. */
  readonly tree: Tree;
  /** Files of its folder that belong into the rendered tree. */
  readonly files: readonly string[];
  readonly spec: PackageSpec;
  /** Chosen packages that must be ready before it, sorted. */
  readonly after: readonly string[];
  readonly values: Readonly<Record<string, PackageValue>>;
  readonly patches: readonly Patch[];
}

/** The chosen packages in the order they can be brought up, and every problem found. */
export interface PackageSet {
  readonly bootstrap: PackagePlan | undefined;
  readonly packages: readonly PackagePlan[];
  readonly problems: readonly PackageProblem[];
}

type Choice = FluxSpec['packages'][number];

/** Reads the chosen packages from the user's project or from the catalog. */
export function readPackages(spec: FluxSpec, kit: Kit): PackageSet {
  const problems: PackageProblem[] = [];
  const chosen = new Map<string, PackagePlan>();
  for (const choice of [...spec.packages].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (chosen.has(choice.name)) problems.push(packageTwice(choice.name));
    const read = readPackage(choice, kit, problems);
    if (read !== undefined) chosen.set(choice.name, read);
  }
  const bootstrap = readPackage({ name: bootstrapPackage, values: {}, patches: [] }, kit, problems);
  const ordered = order(link([...chosen.values()], kit, problems), problems);
  return { bootstrap, packages: ordered, problems };
}

function readPackage(choice: Choice, kit: Kit, problems: PackageProblem[]): PackagePlan | undefined {
  const { name } = choice;
  const own = kit.project(`packages/${name}`);
  const tree = kit.names(own).includes('package.yaml') ? own : kit.catalog(`packages/${name}`);
  const names = kit.names(tree);
  if (!names.includes('package.yaml')) {
    problems.push(packageUnknown(name, knownPackages(kit)));
    return undefined;
  }
  const file = `packages/${name}/package.yaml`;
  const parsed = parsePackage(name, kit.text(tree.root === 'project' ? kit.project(file) : kit.catalog(file)));
  if (!parsed.ok) {
    problems.push(packageInvalid(name, parsed.why));
    return undefined;
  }
  const offered = Object.keys(parsed.spec.values ?? {});
  for (const value of Object.keys(choice.values)) if (!offered.includes(value)) problems.push(valueUnknown(name, value, offered));
  const files = names.filter((n) => n.endsWith('.yaml') && n !== 'package.yaml');
  return { name, tree, files, spec: parsed.spec, after: [], values: choice.values, patches: choice.patches };
}

const knownPackages = (kit: Kit): readonly string[] =>
  [...new Set([...kit.names(kit.catalog('packages')), ...kit.names(kit.project('packages'))])]
    .filter((n) => n !== bootstrapPackage)
    .sort();

/** Turns required capabilities into names of chosen packages. */
function link(chosen: readonly PackagePlan[], kit: Kit, problems: PackageProblem[]): readonly PackagePlan[] {
  return chosen.map((plan) => {
    const after = new Set<string>();
    for (const capability of plan.spec.requires ?? []) {
      const offering = chosen.filter((other) => other !== plan && (other.spec.provides ?? []).includes(capability));
      if (offering.length === 0) problems.push(requirementMissing(plan.name, capability, offersOf(capability, kit)));
      for (const other of offering) after.add(other.name);
    }
    return { ...plan, after: [...after].sort() };
  });
}

/** Packages of the catalog and the project that would provide a capability. */
function offersOf(capability: string, kit: Kit): readonly string[] {
  return knownPackages(kit).filter((name) => {
    const read = readPackage({ name, values: {}, patches: [] }, kit, []);
    return read?.spec.provides?.includes(capability) ?? false;
  });
}

/** What is required comes first; among equals, by name, so that the order in the definition does not matter. */
function order(chosen: readonly PackagePlan[], problems: PackageProblem[]): readonly PackagePlan[] {
  const ordered: PackagePlan[] = [];
  let waiting = [...chosen].sort((a, b) => (a.name < b.name ? -1 : 1));
  while (waiting.length > 0) {
    const done = new Set(ordered.map((p) => p.name));
    const ready = waiting.filter((p) => p.after.every((name) => done.has(name)));
    if (ready.length === 0) {
      problems.push(requirementCycle(waiting.map((p) => p.name)));
      return ordered;
    }
    ordered.push(...ready);
    waiting = waiting.filter((p) => !ready.includes(p));
  }
  return ordered;
}
