import type { Diagnostic, Failure, Span } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** A problem of the chosen packages, found before anything runs. */
export interface PackageProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export const packageUnknown = (name: string, known: readonly string[]): PackageProblem => ({
  code: 'FLUX-PACKAGE-UNKNOWN',
  message: `There is no package '${name}'.`,
  remedy: `Choose one of ${known.join(', ')}, or add packages/${name}/package.yaml beside the platform file.`,
});

export const packageTwice = (name: string): PackageProblem => ({
  code: 'FLUX-PACKAGE-TWICE',
  message: `Package '${name}' is listed more than once.`,
  remedy: 'Keep one of the entries.',
});

export const packageInvalid = (name: string, why: string): PackageProblem => ({
  code: 'FLUX-PACKAGE-INVALID',
  message: `package.yaml of '${name}' cannot be used: ${why}.`,
  remedy: 'Correct the file; the packages of the catalog show the form.',
});

export const requirementMissing = (name: string, capability: string, providers: readonly string[]): PackageProblem => ({
  code: 'FLUX-REQUIREMENT-MISSING',
  message: `Package '${name}' requires '${capability}', which no chosen package provides.`,
  remedy: providers.length === 0 ? `Remove '${name}'.` : `Add ${providers.map((p) => `'${p}'`).join(' or ')} to the packages.`,
});

export const requirementCycle = (names: readonly string[]): PackageProblem => ({
  code: 'FLUX-REQUIREMENT-CYCLE',
  message: `Packages require each other: ${[...names, names[0]].join(' → ')}.`,
  remedy: 'Remove one of the requirements.',
});

export const valueUnknown = (name: string, value: string, known: readonly string[]): PackageProblem => ({
  code: 'FLUX-VALUE-UNKNOWN',
  message: `Package '${name}' offers no value '${value}'.`,
  remedy:
    known.length === 0 ? `It offers none; use patches instead.` : `It offers ${known.join(', ')}; anything else is a patch.`,
});

/** All problems at once. */
export function packagesRefused(problems: readonly [PackageProblem, ...PackageProblem[]]): Failure {
  const [first, ...rest] = problems;
  const made = failure('invalid', first.code, problems.map((p) => p.message).join(' '), { say: first.remedy });
  const more = rest.map((p) => ({ say: p.remedy }));
  return { ...made, diagnostic: { ...made.diagnostic, remedies: [...made.diagnostic.remedies, ...more] } satisfies Diagnostic };
}

export const dataMissing = (from: string, file: string): Failure =>
  failure('corrupt', 'FLUX-DATA-MISSING', `${file} is not in ${from}.`, {
    say: 'The files in the cache are not the pinned ones: have them fetched again.',
    command: 'strata doctor --install',
  });

export const fileMissing = (name: string, file: string): Failure =>
  failure('invalid', 'FLUX-FILE-MISSING', `Package '${name}' has no file ${file}.`, {
    say: 'Add the file, or take it out of its kustomization.yaml.',
  });

export const kustomizationInvalid = (name: string, why: string): Failure =>
  failure('invalid', 'FLUX-KUSTOMIZATION-INVALID', `kustomization.yaml of package '${name}' cannot be used: ${why}.`, {
    say: 'Correct the file.',
  });

export const artefactMissing = (url: string): Failure =>
  failure('not-ready', 'FLUX-ARTEFACT-MISSING', `The registry does not serve ${url}.`, {
    say: 'Publish the tree again.',
    command: 'strata up',
  });

/** What a package waits for, told by the cluster itself. */
export const packageNotReady = (name: string, seconds: number, why: string): Failure =>
  failure(
    'timeout',
    'FLUX-PACKAGE-NOT-READY',
    `Kustomization/${name} is not ready after ${seconds} s: ${why}`,
    { say: 'Look at the package in the cluster.', command: `kubectl -n flux-system describe kustomization ${name}` },
    { say: 'Go on once the cause is gone.', command: 'strata up' },
  );

/** The tree itself is wrong: waiting would not help. */
export const packageBroken = (name: string, why: string): Failure =>
  failure('tool-failed', 'FLUX-PACKAGE-BROKEN', `Kustomization/${name}: ${why}`, {
    say: `Correct the package '${name}', its values or its patches.`,
    command: `kubectl -n flux-system describe kustomization ${name}`,
  });

export const packageNotGone = (name: string, seconds: number): Failure =>
  failure('timeout', 'FLUX-PACKAGE-NOT-GONE', `Kustomization/${name} is still being removed after ${seconds} s.`, {
    say: 'See which of its objects hold a finalizer.',
    command: `kubectl -n flux-system describe kustomization ${name}`,
  });

export const controllerNotReady = (why: string): Failure =>
  failure('timeout', 'FLUX-CONTROLLER-NOT-READY', `Flux did not start: ${why}`, {
    say: 'Look at its pods.',
    command: 'kubectl -n flux-system describe pods',
  });

export const checkFailed = (name: string, why: string): Failure =>
  failure('timeout', 'FLUX-CHECK-FAILED', `Package '${name}' runs, but does not do its work: ${why}`, {
    say: 'Look at the objects named; run again once the cause is gone.',
    command: 'strata up',
  });

/** kustomize cannot make objects of a package's folder. */
export function notBuilt(where: Span, why: string): Failure {
  const made = failure('invalid', 'FLUX-NOT-BUILT', `The package does not build: ${why}`, {
    say: 'Correct the file that is named; patches must meet an object.',
  });
  return { ...made, diagnostic: { ...made.diagnostic, where } };
}
