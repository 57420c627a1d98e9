import type { Diagnostic, Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

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

/** The objects of the packages cannot be brought into an order, or miss something. */
export function orderRefused(problems: readonly Diagnostic[]): Failure {
  const made = failure('invalid', 'FLUX-ORDER-REFUSED', problems.map((one) => one.message).join(' '), {
    say: 'Correct what is named; a rehearsal shows each problem with its place.',
    command: 'strata rehearse',
  });
  const [first] = problems;
  const remedies = problems.flatMap((one) => one.remedies);
  const [remedy = { say: 'Correct what is named.' }, ...rest] = remedies;
  const where = first?.where === undefined ? {} : { where: first.where };
  return { ...made, diagnostic: { ...made.diagnostic, ...where, remedies: [remedy, ...rest, ...made.diagnostic.remedies] } };
}
