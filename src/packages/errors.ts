import type { Diagnostic, Failure, Span } from '../model/index.js';
import { failure } from '../model/index.js';

/** A problem of the chosen packages, found before anything runs. */
export interface PackageProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly where?: Span;
  /** The user's value that is meant: its package, and the path in its values. */
  readonly value?: readonly string[];
}

/** A name that no folder has. */
export const packageUnknown = (name: string, known: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-UNKNOWN',
  message: `There is no package '${name}'.`,
  remedy: `Choose one of ${known.join(', ')}, or add packages/${name}/package.yaml beside the platform file.`,
});

/** One package, two entries. */
export const packageTwice = (name: string): PackageProblem => ({
  code: 'PACKAGE-TWICE',
  message: `Package '${name}' is listed more than once.`,
  remedy: 'Keep one of the entries.',
});

/** A package.yaml that does not fit its form. */
export const packageInvalid = (name: string, why: string, where: Span): PackageProblem => ({
  code: 'PACKAGE-INVALID',
  message: `package.yaml of '${name}' cannot be used: ${why}.`,
  remedy: 'Correct the file; the packages of the catalog show the form.',
  where,
});

/** A package that cannot be installed by Helm, although just that was chosen for it. */
export const packageNotHelm = (name: string, hindrances: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-NOT-HELM',
  message: `Package '${name}' cannot be delivered as a Helm release: ${hindrances.join('; ')}.`,
  remedy: "Take `delivery: helm` out of the package's entry: it is rendered then, in the same order and with the same health.",
});

/** Said of a package that is rendered, although Helm releases were chosen for all. */
export const renderedInstead = (name: string, hindrances: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-RENDERED-INSTEAD',
  message: `Package '${name}' is rendered, since a Helm release could not be all of it: ${hindrances.join('; ')}.`,
  remedy: "Nothing needs to be done; say `delivery: rendered` in the package's entry to leave this note out.",
});

/** A secret value that rendering would write into objects in clear. */
export const secretInClear = (name: string, path: readonly string[]): PackageProblem => ({
  code: 'SECRETS-VALUE-IN-CLEAR',
  message: `Package '${name}' is rendered here, or takes ${path.join('.')} in a list: the secret value would stand in clear in the delivered tree.`,
  remedy:
    'Say `delivery: helm` in its entry, so that Helm takes the value in the cluster; or list the file under `secrets` and name the Secret in a value of the chart.',
  value: [name, ...path],
});

/** Releases that nothing in the cluster would install. */
export const helmNotApplied = (names: readonly string[], why: string): PackageProblem => ({
  code: 'PACKAGE-HELM-NOT-APPLIED',
  message: `No helm-controller would install the releases of ${names.join(', ')}: ${why}.`,
  remedy:
    'Set `delivery: rendered`, or bring helm-controller with a folder packages/ of your own for the package that applies the others, its image among `images`.',
});

/** A capability that nobody brings. */
export const requirementMissing = (name: string, capability: string, providers: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-REQUIREMENT-MISSING',
  message: `Package '${name}' requires '${capability}', which no chosen package provides.`,
  remedy: providers.length === 0 ? `Remove '${name}'.` : `Add ${providers.map((p) => `'${p}'`).join(' or ')} to the packages.`,
});

/** Packages of which none can be first. */
export const requirementCycle = (names: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-REQUIREMENT-CYCLE',
  message: `Packages require each other: ${[...names, names[0]].join(' → ')}.`,
  remedy: 'Remove one of the requirements.',
});

/** A value that a package without a chart does not offer. */
export const valueUnknown = (name: string, value: string, known: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-VALUE-UNKNOWN',
  message: `Package '${name}' offers no value '${value}'.`,
  remedy:
    known.length === 0 ? `It offers none; use patches instead.` : `It offers ${known.join(', ')}; anything else is a patch.`,
});

/** A value of a package without a chart that is no plain word. */
export const valueNested = (name: string, value: string): PackageProblem => ({
  code: 'PACKAGE-VALUE-NESTED',
  message: `Value '${value}' of package '${name}' must be a text, a number or a truth value.`,
  remedy: 'Only packages that are charts take nested values; use patches instead.',
});

/** A size that the package has not. */
export const sizeUnknown = (name: string, size: string, known: readonly string[]): PackageProblem => ({
  code: 'PACKAGE-SIZE-UNKNOWN',
  message: `Package '${name}' has no size '${size}'.`,
  remedy:
    known.length === 0 ? 'It has no sizes: leave the line out.' : `Choose one of ${known.join(', ')}, or leave the line out.`,
});

/** All problems at once. */
export function packagesRefused(problems: readonly [PackageProblem, ...PackageProblem[]]): Failure {
  const [first, ...rest] = problems;
  const made = failure('invalid', first.code, problems.map((p) => p.message).join(' '), { say: first.remedy });
  const more = rest.map((p) => ({ say: p.remedy }));
  const where = first.where === undefined ? {} : { where: first.where };
  const diagnostic: Diagnostic = { ...made.diagnostic, ...where, remedies: [...made.diagnostic.remedies, ...more] };
  return { ...made, diagnostic };
}

/** A pinned file that is not in the cache. */
export const dataMissing = (from: string, file: string): Failure =>
  failure('corrupt', 'PACKAGE-DATA-MISSING', `${file} is not in ${from}.`, {
    say: 'The files in the cache are not the pinned ones: have them fetched again.',
    command: 'strata doctor --install',
  });

/** A file that a kustomization names. */
export const fileMissing = (name: string, file: string): Failure =>
  failure('invalid', 'PACKAGE-FILE-MISSING', `Package '${name}' has no file ${file}.`, {
    say: 'Add the file, or take it out of its kustomization.yaml.',
  });

/** A kustomization that is no mapping with lists. */
export const kustomizationInvalid = (name: string, why: string): Failure =>
  failure('invalid', 'PACKAGE-KUSTOMIZATION-INVALID', `kustomization.yaml of package '${name}' cannot be used: ${why}.`, {
    say: 'Correct the file.',
  });

/** kustomize cannot make objects of a package's folder. */
export const notBuilt = (where: Span, why: string): Failure =>
  placed(
    failure('invalid', 'PACKAGE-NOT-BUILT', `The package does not build: ${why}`, {
      say: 'Correct the file that is named; patches must meet an object.',
    }),
    where,
  );

/** A failure with the place it is about. */
export const placed = (made: Failure, where: Span): Failure => ({ ...made, diagnostic: { ...made.diagnostic, where } });
