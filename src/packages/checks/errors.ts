import type { Diagnostic, ErrorPage, Span } from '../../model/index.js';

type Severity = Diagnostic['severity'];

/** An object in a version that the target release does not serve any more. */
export const apiRemoved = (
  what: string,
  where: Span,
  { target, removed, use }: { readonly target: string; readonly removed: string; readonly use: string | undefined },
): Diagnostic => ({
  code: 'API-REMOVED',
  severity: 'error',
  message: `${what} is not served by Kubernetes ${target}: it was removed in ${removed}.`,
  where,
  remedies: [{ say: use === undefined ? 'Take the object out: nothing takes its place.' : `Write it as ${use}.` }],
});

/** An object in a version that a later release will not serve. */
export const apiDeprecated = (
  what: string,
  where: Span,
  { removed, use }: { readonly removed: string; readonly use: string | undefined },
): Diagnostic => ({
  code: 'API-DEPRECATED',
  severity: 'warning',
  message: `${what} is deprecated and will be gone in Kubernetes ${removed}.`,
  where,
  remedies: [{ say: use === undefined ? 'Plan to take the object out.' : `Write it as ${use}.` }],
});

/** Data of a check that cannot be read. */
export const checkDataInvalid = (where: Span, why: string): Diagnostic => ({
  code: 'CHECK-DATA-INVALID',
  severity: 'error',
  message: `The data of this check cannot be used: ${why}.`,
  where,
  remedies: [{ say: 'Correct the file at the place that is named.' }],
});

/** An image that is named by a tag alone, which can be moved. */
export const imageNoDigest = (image: string, object: string, where: Span): Diagnostic => ({
  code: 'IMAGE-NO-DIGEST',
  severity: 'warning',
  message: `Image ${image} of ${object} has no digest: what runs tomorrow may be something else.`,
  where,
  remedies: [{ say: 'Add the digest to the reference: name:tag@sha256:…' }],
});

/** An image whose tag is meant to move. */
export const imageLatest = (image: string, object: string, where: Span): Diagnostic => ({
  code: 'IMAGE-LATEST',
  severity: 'error',
  message: `Image ${image} of ${object} is whatever was pushed last: nothing that is tested here says what will run.`,
  where,
  remedies: [{ say: 'Name a version and its digest.' }],
});

/** Pods that no planned machine could hold, even if it were empty. */
export const doesNotFit = (workload: string, why: string, where: Span): Diagnostic => ({
  code: 'CAPACITY-DOES-NOT-FIT',
  severity: 'error',
  message: `The pods of ${workload} fit on no machine: ${why}.`,
  where,
  remedies: [{ say: 'Request less, choose a smaller size of the package, or plan a larger machine.' }],
});

/** Pods for which the machines together do not have enough room. */
export const exhausted = (
  workload: string,
  where: Span,
  { missing, why, severity }: { readonly missing: number; readonly why: string; readonly severity: Severity },
): Diagnostic => ({
  code: 'CAPACITY-EXHAUSTED',
  severity,
  message: `${missing} ${missing === 1 ? 'pod' : 'pods'} of ${workload} found no room: ${why}.`,
  where,
  remedies: [{ say: 'Plan more machines, or run fewer replicas.' }],
});

/** Pods that request nothing: the scheduler puts them anywhere, and they are the first to be evicted. */
export const noRequests = (owner: string, workloads: readonly string[], where: Span): Diagnostic => ({
  code: 'CAPACITY-NO-REQUESTS',
  severity: 'info',
  message: `Pods of package ${owner} request neither processor nor memory: ${workloads.join(', ')}.`,
  where,
  remedies: [{ say: 'Set resources.requests, so that capacity can be told.' }],
});

/** A policy without samples of what it lets pass and what it refuses. */
export const policyWithoutTest = (policy: string, where: Span): Diagnostic => ({
  code: 'POLICY-WITHOUT-TEST',
  severity: 'error',
  message: `Nothing tests the policy ${policy}: there is no sample that it lets pass and none that it refuses.`,
  where,
  remedies: [{ say: 'Put samples of both into a folder samples beside the policy.' }],
});

/** A field that the API server lets nobody change, changed against the recorded cluster. */
export const immutable = (
  object: string,
  where: Span,
  { field, live, wanted }: { readonly field: string; readonly live: string; readonly wanted: string },
): Diagnostic => ({
  code: 'UPGRADE-IMMUTABLE',
  severity: 'error',
  message: `${field} of ${object} cannot be changed: it is ${live} in the recorded cluster and would become ${wanted}.`,
  where,
  remedies: [{ say: 'Keep the value, or give the object a new name and remove the old one in a planned step.' }],
});

/** A version of a kind that is still stored, left out of its new definition. */
export const storedDropped = (crd: string, version: string, where: Span): Diagnostic => ({
  code: 'UPGRADE-STORED-VERSION-DROPPED',
  severity: 'error',
  message: `${crd} leaves out version ${version}, in which objects are still stored in the recorded cluster: the API server refuses that.`,
  where,
  remedies: [
    {
      say: 'Go through the release that stores the new version, write every object once, and take the old one out of status.storedVersions.',
    },
  ],
});

/** A version of a kind that live objects use, no longer served. */
export const servedRemoved = (
  crd: string,
  where: Span,
  { version, count, example }: { readonly version: string; readonly count: number; readonly example: string },
): Diagnostic => ({
  code: 'UPGRADE-SERVED-VERSION-REMOVED',
  severity: 'error',
  message: `${crd} no longer serves version ${version}, in which ${count} recorded ${count === 1 ? 'object is' : 'objects are'} written, among them ${example}.`,
  where,
  remedies: [{ say: 'Write these objects in a version that both releases serve before the upgrade.' }],
});

/** What `strata explain` says of these codes. */
export const pages: readonly ErrorPage[] = [
  page(
    'API-REMOVED',
    'An API is gone in the target release',
    'The object is written in a version of a built-in API which the chosen release of Kubernetes does not serve. The dates are data: `catalog/kubernetes/removed-apis.yaml`.',
    'Write it in the version that is named.',
  ),
  page(
    'API-DEPRECATED',
    'An API will be gone in a later release',
    'The object works today; the release that is named will refuse it.',
    'Write it in the version that is named, before that upgrade.',
  ),
  page(
    'CHECK-DATA-INVALID',
    'The data of a check cannot be read',
    'Some checks work from data: the table of removed APIs, or a recorded cluster.',
    'Correct the file, or record it again.',
  ),
  page(
    'IMAGE-NO-DIGEST',
    'An image is named by its tag alone',
    'A tag can be moved to another image at any time; a digest cannot.',
    'Add the digest to the reference.',
  ),
  page(
    'IMAGE-LATEST',
    'An image is whatever was pushed last',
    'The tag is `latest`, or there is none. No rehearsal and no test says anything about what will run.',
    'Name a version and its digest.',
  ),
  page(
    'CAPACITY-DOES-NOT-FIT',
    'Pods fit on no planned machine',
    'The requests of one pod are more than the largest machine it may run on has left besides its DaemonSets.',
    'Request less, or plan a larger machine.',
  ),
  page(
    'CAPACITY-EXHAUSTED',
    'The planned machines are full',
    'Each pod would fit on an empty machine, but not all of them together. It is an error where the sums say so, and a warning where only our way of packing found no place.',
    'Plan more machines, or run fewer replicas.',
  ),
  page(
    'CAPACITY-NO-REQUESTS',
    'Pods request nothing',
    'They do not count when capacity is told, and are evicted first.',
    'Set resources.requests.',
  ),
  page(
    'POLICY-WITHOUT-TEST',
    'A policy has no test',
    'A policy that was never shown something to refuse may refuse nothing; one that was never shown something good may refuse everything.',
    'Add samples of both.',
  ),
  page(
    'UPGRADE-IMMUTABLE',
    'A field that cannot be changed would change',
    'The API server refuses to change some fields of an object that exists. In an empty cluster, as in a rehearsal, the same manifest is taken; so it is compared with the recorded cluster.',
    'Keep the value, or replace the object by one of another name.',
  ),
  page(
    'UPGRADE-STORED-VERSION-DROPPED',
    'A stored version of a kind is left out',
    'Objects of this kind are still stored in a version that the new CustomResourceDefinition leaves out.',
    'Migrate the stored objects first.',
  ),
  page(
    'UPGRADE-SERVED-VERSION-REMOVED',
    'Live objects use a version that is no longer served',
    'Whoever wrote these objects, a chart or a person, writes them in a version that the new CustomResourceDefinition does not serve.',
    'Rewrite them before the upgrade.',
  ),
];

function page(code: string, title: string, explanation: string, remedy: string): ErrorPage {
  return { code, title, explanation, remedy };
}
