import type { Diagnostic, ErrorPage } from '../../model/index.js';
import type { Edge, EdgeEnd } from './model.js';
import { sayPlace } from './model.js';

const sayEnd = (end: EdgeEnd): string => (end.at.file === '' ? end.object : `${end.object} (${sayPlace(end.at)})`);

const sayChain = (edges: readonly Edge[]): string =>
  edges.map((edge) => `${edge.after} waits for ${edge.before}: ${edge.why}`).join('; ');

const endAt = (edges: readonly Edge[]): Pick<Diagnostic, 'where'> => {
  const [first] = edges;
  return first === undefined ? {} : { where: first.consumer.at };
};

/** Packages that wait for each other in a ring. */
export const orderCycle = (ring: readonly string[], edges: readonly Edge[]): Diagnostic => ({
  code: 'ORDER-CYCLE',
  severity: 'error',
  message: `No package of ${ring.join(', ')} can be the first: ${sayChain(edges)}.`,
  ...endAt(edges),
  remedies: [{ say: 'Move one of the named objects into the package that it waits for, or into a package of its own.' }],
});

/** A declared requirement that the objects themselves turn around. */
export const declaredContradicted = (declared: readonly Edge[], edges: readonly Edge[]): Diagnostic => ({
  code: 'ORDER-DECLARED-CONTRADICTED',
  severity: 'error',
  message: `${declared.map((edge) => `${edge.after} declares that it comes after ${edge.before}`).join(' and ')}, but the objects say otherwise: ${sayChain(
    edges.filter((edge) => !declared.includes(edge)),
  )}.`,
  ...endAt(declared),
  remedies: [{ say: 'Take the requirement out of the package.yaml, or move the object that contradicts it.' }],
});

/** Objects of a kind that nothing defines. */
export const crdMissing = (kind: string, by: EdgeEnd, more: number, offer: string | undefined): Diagnostic => ({
  code: 'ORDER-CRD-MISSING',
  severity: 'error',
  message: `Nothing defines the kind ${kind} of ${sayEnd(by)}${more === 0 ? '' : ` and of ${more} more objects of its package`}.`,
  where: by.at,
  remedies: [
    offer === undefined
      ? { say: `Add the package that has the CustomResourceDefinition of ${kind}, or take the object out.` }
      : { say: `Add the package ${offer}, which defines it.`, command: `strata package add ${offer}` },
  ],
});

/** A kind that is defined, but not in the version that is asked for. */
export const crdVersionMissing = (kind: string, version: string, served: readonly string[], by: EdgeEnd): Diagnostic => ({
  code: 'ORDER-CRD-VERSION-MISSING',
  severity: 'error',
  message: `${sayEnd(by)} is written in version ${version} of ${kind}, which is served in ${served.join(', ')} only.`,
  where: by.at,
  remedies: [{ say: 'Write the object in a version that is served, or choose a release of the package that serves this one.' }],
});

/** A namespace that objects are put into and nothing makes. */
export const namespaceMissing = (namespace: string, by: EdgeEnd, more: number): Diagnostic => ({
  code: 'ORDER-NAMESPACE-MISSING',
  severity: 'error',
  message: `Nothing makes the namespace ${namespace} that ${sayEnd(by)}${more === 0 ? ' is' : ` and ${more} more objects are`} put into.`,
  where: by.at,
  remedies: [{ say: `Add an object Namespace/${namespace} to one package, or correct the name.` }],
});

/** Two packages that bring the same object: the one applied later overwrites the other, forever. */
export const ownedTwice = (object: string, first: EdgeEnd, second: EdgeEnd, owners: readonly string[]): Diagnostic => ({
  code: 'ORDER-OWNED-TWICE',
  severity: 'error',
  message: `${object} is in ${owners.join(' and in ')}: at ${sayPlace(first.at)} and at ${sayPlace(second.at)}.`,
  where: second.at,
  remedies: [{ say: 'Keep it in one package and let the other require that one.' }],
});

/** A Secret, ConfigMap or ServiceAccount without which pods do not start. */
export const secretMissing = (
  what: string,
  by: EdgeEnd,
  { severity, word }: { readonly severity: 'warning' | 'info'; readonly word: string },
): Diagnostic => ({
  code: 'ORDER-SECRET-MISSING',
  severity,
  message:
    severity === 'info'
      ? `Nothing rendered is ${what}, which the pods of ${sayEnd(by)} need; its package may make Secrets by itself.`
      : `Nothing makes ${what}, which the pods of ${sayEnd(by)} need to start.`,
  where: by.at,
  remedies: [{ say: `Add it to a package; where a controller makes it, say so in that package: provides: [${word}].` }],
});

/** A class of pods or their priority that does not exist: the pods are refused. */
export const classMissing = (what: string, by: EdgeEnd): Diagnostic => ({
  code: 'ORDER-CLASS-MISSING',
  severity: 'error',
  message: `Nothing makes ${what}, so that the pods of ${sayEnd(by)} are refused.`,
  where: by.at,
  remedies: [{ say: 'Add it to a package, or take the name out.' }],
});

/** A storage class that claims name and nothing makes. */
export const storageClassMissing = (name: string, by: EdgeEnd, severity: 'error' | 'warning'): Diagnostic => ({
  code: 'ORDER-STORAGE-CLASS-MISSING',
  severity,
  message: `No package makes the storage class ${name} that ${sayEnd(by)} asks for${severity === 'error' ? ', and the cluster has none of this name' : ''}.`,
  where: by.at,
  remedies: [{ say: 'Name a class that exists, or leave the name out to take the default one.' }],
});

/** A webhook that fails closed and is asked about what brings it back. */
export const webhookLocks = (
  webhook: string,
  by: EdgeEnd,
  { covers, severity }: { readonly covers: string; readonly severity: 'error' | 'warning' },
): Diagnostic => ({
  code: 'ORDER-WEBHOOK-LOCKS',
  severity,
  message: `Webhook ${webhook} of ${sayEnd(by)} fails closed and covers ${covers}: once nobody answers, the cluster cannot bring it back.`,
  where: by.at,
  remedies: [
    { say: 'Leave kube-system and the namespace of its own pods out by a namespaceSelector, or set failurePolicy: Ignore.' },
  ],
});

/** A webhook or API whose service has no pod behind it. */
export const webhookNoEndpoint = (
  webhook: string,
  by: EdgeEnd,
  { why, severity }: { readonly why: string; readonly severity: 'error' | 'warning' },
): Diagnostic => ({
  code: 'ORDER-WEBHOOK-NO-ENDPOINT',
  severity,
  message: `${webhook} of ${sayEnd(by)} has no endpoint: ${why}.`,
  where: by.at,
  remedies: [{ say: 'Correct the name, namespace or port of the service, or the labels of the pods behind it.' }],
});

/** What `strata explain` says of these codes. */
export const pages: readonly ErrorPage[] = [
  page(
    'ORDER-CYCLE',
    'Packages wait for each other',
    'Strata computes the order of packages from what their objects make and need. These packages need something of each other, so that none can be complete first. The message names each object and its place.',
    'Move one of the objects: a kind into a package of kinds, a policy or a monitor into the package that it speaks of.',
  ),
  page(
    'ORDER-DECLARED-CONTRADICTED',
    'A declared requirement is the wrong way round',
    'A package.yaml requires something of a package that, by its objects, must come later.',
    'Take the requirement out, or move the object.',
  ),
  page(
    'ORDER-CRD-MISSING',
    'Nothing defines a kind that is used',
    'An object is of a kind that is not built in, and no package has its CustomResourceDefinition (or what makes one). The API server would refuse the object.',
    'Add the package that defines the kind. Where something outside defines it, a package says so: `provides: [crd/GROUP/KIND]`.',
  ),
  page(
    'ORDER-CRD-VERSION-MISSING',
    'A kind is not served in this version',
    'The CustomResourceDefinition is there, but does not serve the version that the object is written in.',
    'Use a served version.',
  ),
  page(
    'ORDER-NAMESPACE-MISSING',
    'Objects are put into a namespace that nothing makes',
    'The API server refuses objects in a namespace that does not exist.',
    'Add the Namespace to one package, or correct the name.',
  ),
  page(
    'ORDER-OWNED-TWICE',
    'Two packages bring the same object',
    'Each of them would undo what the other one set, on every reconciliation, and removing one would remove the object of the other.',
    'Keep the object in one of them.',
  ),
  page(
    'ORDER-SECRET-MISSING',
    'Pods need a Secret, a ConfigMap or a ServiceAccount that nothing makes',
    'Pods stay in ContainerCreating until what they mount is there. Optional references do not count.',
    'Add it to a package. Where a controller makes it, its package says so: `provides: [secret/NAMESPACE/NAME]`; a star at the end stands for any rest.',
  ),
  page(
    'ORDER-CLASS-MISSING',
    'Pods name a class that nothing makes',
    'A pod that names a PriorityClass or RuntimeClass which does not exist is refused.',
    'Add the class or take the name out.',
  ),
  page(
    'ORDER-STORAGE-CLASS-MISSING',
    'A claim names a storage class that nothing makes',
    'The claim stays Pending, and with it every pod that mounts it.',
    'Name a class of the cluster, or leave the name out to take the default one.',
  ),
  page(
    'ORDER-WEBHOOK-LOCKS',
    'A webhook would lock the cluster',
    'While nobody answers a webhook that fails closed, what it covers cannot be made. If that includes its own pods, or those of kube-system, a cluster that was stopped as a whole cannot come back without a hand.',
    'Leave those namespaces out by a namespaceSelector on kubernetes.io/metadata.name.',
  ),
  page(
    'ORDER-WEBHOOK-NO-ENDPOINT',
    'A webhook or API has nobody who answers',
    'Its service is not rendered, has no such port, or selects no pod that anything rendered makes.',
    'Correct the reference, or the labels.',
  ),
];

function page(code: string, title: string, explanation: string, remedy: string): ErrorPage {
  return { code, title, explanation, remedy };
}
