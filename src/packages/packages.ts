import type { Json, Kit, Tree } from '../model/index.js';
import type { PackageProblem } from './errors.js';
import {
  packageInvalid,
  packageNotHelm,
  packageTwice,
  packageUnknown,
  requirementCycle,
  requirementMissing,
  sizeUnknown,
  valueNested,
  valueUnknown,
} from './errors.js';
import { parsePackage } from './package-file.js';
import { moduleNames } from './chart-modules.js';
import { helmHindrances } from './helm-hindrances.js';
import type { DeliveryKind, PackageSpec, Patch } from './package-schema.js';
import { chosenSecrets, type PackageSecret, type ValueSource } from './secrets.js';
import { placeIn } from './value-layers.js';

/** One package as the user's definition chooses it. */
export interface PackageChoice {
  readonly name: string;
  /** Of a chart: any tree; else settings that the package offers, by name. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly size?: string | undefined;
  readonly patches: readonly Patch[];
  /** Encrypted Secrets that come with it, by the names of their files. */
  readonly secrets?: readonly string[] | undefined;
  /** Instead of what holds for all. */
  readonly delivery?: DeliveryKind | undefined;
}

/** Toolchain images that a package uses. */
export const imageNames = (plan: Pick<PackagePlan, 'spec'>): readonly string[] =>
  (plan.spec.images ?? []).flatMap((use) => ('image' in use ? [use.image] : []));

/** Toolchain artefacts whose files a package takes: texts, and charts. */
export function artefactNames({ spec }: Pick<PackagePlan, 'spec'>): readonly string[] {
  const taken = (spec.data ?? []).map((one) => one.from).filter((from) => from !== 'catalog' && from !== 'project');
  return [...taken, ...(spec.source === undefined ? [] : ['helm', ...moduleNames(spec.source.chart)])];
}

/** Capabilities that a cluster has before any package. */
const clusterBrings: ReadonlySet<string> = new Set(['storage-class', 'load-balancer', 'dns', 'network']);

/** What is chosen, and by what it is brought. */
export interface PackageChoices {
  readonly packages: readonly PackageChoice[];
  /** The package that applies all others, itself applied directly. */
  readonly bootstrap: string;
  /** How packages come into the cluster whose choice does not say; `rendered` where absent. */
  readonly delivery?: DeliveryKind | undefined;
  /** Namespace in which releases, and the Secrets with values of theirs, are written down. */
  readonly releases?: string | undefined;
}

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
  readonly values: Readonly<Record<string, Json>>;
  /** Name of the set of values that was picked. */
  readonly size?: string;
  readonly patches: readonly Patch[];
  /** Encrypted Secrets that come with it. */
  readonly secrets?: readonly PackageSecret[];
  /** Values that Helm takes from them. */
  readonly sources?: readonly ValueSource[];
  /** Absent: its objects are rendered here. */
  readonly delivery?: 'helm';
  /** Why it is rendered although `helm` was chosen for all. */
  readonly notHelm?: readonly string[];
}

/** The chosen packages in the order they can be brought up, and every problem found. */
export interface PackageSet {
  readonly bootstrap: PackagePlan | undefined;
  readonly packages: readonly PackagePlan[];
  readonly problems: readonly PackageProblem[];
}

/** Reads the chosen packages from the user's project or from the catalog. */
export function readPackages(choices: PackageChoices, kit: Kit): PackageSet {
  const problems: PackageProblem[] = [];
  const chosen = new Map<string, PackagePlan>();
  const reading: Reading = { kit, bootstrap: choices.bootstrap, releases: choices.releases, problems };
  const { delivery } = choices;
  for (const choice of [...choices.packages].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (chosen.has(choice.name)) problems.push(packageTwice(choice.name));
    const read = readPackage({ ...choice, all: delivery }, reading);
    if (read !== undefined) chosen.set(choice.name, read);
  }
  const bootstrap = readPackage({ name: choices.bootstrap, values: {}, patches: [] }, reading);
  const ordered = order(link([...chosen.values()], reading), problems);
  return { bootstrap, packages: ordered, problems };
}

/** A choice, and what holds for all where it does not say. */
interface Chosen extends PackageChoice {
  readonly all?: DeliveryKind | undefined;
}

interface Reading {
  readonly kit: Kit;
  readonly bootstrap: string;
  readonly releases: string | undefined;
  readonly problems: PackageProblem[];
}

function readPackage(choice: Chosen, { kit, bootstrap, releases, problems }: Reading): PackagePlan | undefined {
  const { name } = choice;
  const beside = kit.project(`packages/${name}`);
  const tree = kit.names(beside).includes('package.yaml') ? beside : kit.catalog(`packages/${name}`);
  const names = kit.names(tree);
  if (!names.includes('package.yaml')) {
    problems.push(packageUnknown(name, knownPackages(kit, bootstrap)));
    return undefined;
  }
  const { text, file } = textOf({ name, tree }, kit);
  const parsed = parsePackage(name, text, file);
  if (!parsed.ok) {
    problems.push(packageInvalid(name, parsed.why, parsed.where));
    return undefined;
  }
  const { spec } = parsed;
  problems.push(...choiceProblems(choice, spec));
  const files = ownFiles(names, spec);
  const delivered = deliveryOf(choice, helmHindrances({ spec, files }));
  if (delivered.problem !== undefined) problems.push(delivered.problem);
  const own = { name, secrets: choice.secrets ?? [], namespace: spec.namespace ?? 'default' };
  const secret = chosenSecrets(
    {
      ...own,
      values: choice.values as PackagePlan['values'], // what a definition holds is plain data
      releases: delivered.as.delivery === 'helm' ? releases : undefined,
    },
    kit,
  );
  problems.push(...secret.problems);
  return {
    name,
    tree,
    files,
    spec,
    after: [],
    values: secret.values,
    ...(secret.secrets.length === 0 ? {} : { secrets: secret.secrets }),
    ...(secret.sources.length === 0 ? {} : { sources: secret.sources }),
    ...(choice.size === undefined ? {} : { size: choice.size }),
    patches: choice.patches,
    ...delivered.as,
  };
}

/** Text of its package.yaml, and how problems call the file. */
function textOf({ name, tree }: Pick<PackagePlan, 'name' | 'tree'>, kit: Kit): { readonly text: string; readonly file: string } {
  const file = `packages/${name}/package.yaml`;
  const own = tree.root === 'project';
  return { text: kit.text(own ? kit.project(file) : kit.catalog(file)), file: own ? file : `catalog/${file}` };
}

interface Delivered {
  readonly as: Pick<PackagePlan, 'delivery' | 'notHelm'>;
  readonly problem?: PackageProblem;
}

/** What was chosen for this package alone has to be possible; what was chosen for all is done where it can be. */
function deliveryOf({ name, delivery, all }: Chosen, hindrances: readonly string[]): Delivered {
  if ((delivery ?? all) !== 'helm') return { as: {} };
  if (hindrances.length === 0) return { as: { delivery: 'helm' } };
  return delivery === 'helm' ? { as: {}, problem: packageNotHelm(name, hindrances) } : { as: { notHelm: hindrances } };
}

/** Manifests and the kustomization; beside a chart they are there only where a kustomization says so. */
function ownFiles(names: readonly string[], spec: PackageSpec): readonly string[] {
  const files = names.filter((n) => n.endsWith('.yaml') && n !== 'package.yaml');
  if (spec.source === undefined) return files;
  return files.includes('kustomization.yaml') ? files : files.filter((n) => n === 'values.yaml');
}

function choiceProblems({ name, values, size }: PackageChoice, spec: PackageSpec): readonly PackageProblem[] {
  const sizes = Object.keys(spec.sizes ?? {});
  const sized = size === undefined || sizes.includes(size) ? [] : [sizeUnknown(name, size, sizes)];
  if (spec.source !== undefined) return sized;
  const offered = Object.keys(spec.values ?? {});
  const unknown = Object.keys(values)
    .filter((value) => !offered.includes(value))
    .map((value) => valueUnknown(name, value, offered));
  const nested = offered.filter((value) => typeof values[value] === 'object').map((value) => valueNested(name, value));
  return [...sized, ...unknown, ...nested];
}

const knownPackages = (kit: Kit, bootstrap: string): readonly string[] =>
  [...new Set([...kit.names(kit.catalog('packages')), ...kit.names(kit.project('packages'))])]
    .filter((n) => n !== bootstrap)
    .sort();

/** Turns required capabilities into names of chosen packages. */
function link(chosen: readonly PackagePlan[], reading: Reading): readonly PackagePlan[] {
  return chosen.map((plan) => {
    const after = new Set<string>();
    for (const [at, capability] of (plan.spec.requires ?? []).entries()) {
      const offering = chosen.filter((other) => other !== plan && (other.spec.provides ?? []).includes(capability));
      if (offering.length === 0 && !clusterBrings.has(capability))
        reading.problems.push({
          ...requirementMissing(plan.name, capability, offersOf(capability, reading)),
          ...requirePlace(plan, at, reading.kit),
        });
      for (const other of offering) after.add(other.name);
    }
    return { ...plan, after: [...after].sort() };
  });
}

/** Where an entry of `requires` is written. */
function requirePlace(plan: PackagePlan, at: number, kit: Kit): Pick<PackageProblem, 'where'> {
  const { text, file } = textOf(plan, kit);
  const placed = placeIn(text, file, ['spec', 'requires', String(at)]);
  return placed === undefined ? {} : { where: placed.at };
}

/** Packages of the catalog and the project that would provide a capability. */
function offersOf(capability: string, reading: Reading): readonly string[] {
  return knownPackages(reading.kit, reading.bootstrap).filter((name) => {
    const read = readPackage({ name, values: {}, patches: [] }, { ...reading, problems: [] });
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
