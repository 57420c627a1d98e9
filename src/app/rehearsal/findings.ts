import type { Diagnostic, KubeObject, PlannedMachine, RehearsedNode, RenderedPackage, Span } from '../../model/index.js';
import { type Amount, nothing, plus, podAmount, quantity } from '../../packages/checks/index.js';
import * as errors from './errors.js';
import { conditionOf, field, listAt, textAt } from './fields.js';
import type { Followed } from './follow.js';
import { keyOf, nameOf, type Refusal } from './objects.js';

/** Label that the rendering puts on every object of a package, and on its pods. */
const packageLabel = 'strata.dev/package';

/** Everything of the cluster that a report is made from. */
export interface Live {
  readonly pods: readonly KubeObject[];
  readonly nodes: readonly KubeObject[];
  readonly events: readonly KubeObject[];
  readonly claims: readonly KubeObject[];
}

/** Package a pod or claim belongs to: by its label, else by its namespace where one package alone lives there. */
export function ownerOf(object: KubeObject, packages: readonly RenderedPackage[]): string | undefined {
  const label = object.metadata.labels?.[packageLabel];
  if (label !== undefined) return label;
  const there = packages.filter((one) => one.namespace === object.metadata.namespace);
  return there.length === 1 ? there[0]?.name : undefined;
}

/** What the pods of a package request together. */
export function packageRequests(
  name: string,
  live: Live,
  packages: readonly RenderedPackage[],
): Amount & { readonly pods: number; readonly storageBytes: number } {
  const pods = live.pods.filter((pod) => ownerOf(pod, packages) === name);
  const claims = live.claims.filter((claim) => ownerOf(claim, packages) === name);
  const storageBytes = claims.reduce(
    (bytes, claim) => bytes + (quantity(field(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0),
    0,
  );
  return { ...requested(pods), pods: pods.length, storageBytes };
}

const requested = (pods: readonly KubeObject[]): Amount => pods.map((pod) => podAmount(pod.spec)).reduce(plus, nothing);

/** Each machine with what the scheduler put on it. */
export function nodesOf(live: Live, machines: readonly PlannedMachine[]): readonly RehearsedNode[] {
  return live.nodes.map((node) => {
    const { name } = node.metadata;
    const pods = live.pods.filter((pod) => textAt(pod, 'spec', 'nodeName') === name);
    const used = requested(pods);
    return {
      name,
      role: machines.find((one) => one.name === name)?.role ?? 'worker',
      cpu: quantity(field(node, 'status', 'allocatable', 'cpu')) ?? 0,
      memoryBytes: quantity(field(node, 'status', 'allocatable', 'memory')) ?? 0,
      usedCpu: used.cpu,
      usedMemoryBytes: used.memoryBytes,
      pods: pods.length,
    };
  });
}

/** Pods that fit on no machine, one finding for each workload. */
export function unschedulable(live: Live, packages: readonly RenderedPackage[]): readonly Diagnostic[] {
  const seen = new Map<string, { pod: KubeObject; message: string; count: number }>();
  for (const pod of live.pods) {
    const scheduled = conditionOf(pod, 'PodScheduled');
    if (scheduled?.reason !== 'Unschedulable') continue;
    const owner = listAt(pod, 'metadata', 'ownerReferences')[0];
    const key = `${pod.metadata.namespace}/${textAt(owner, 'name') || pod.metadata.name}`;
    const known = seen.get(key);
    seen.set(key, { pod, message: scheduled.message, count: (known?.count ?? 0) + 1 });
  }
  return [...seen].map(([key, { pod, message, count }]) => {
    const one = packages.find((each) => each.name === ownerOf(pod, packages));
    return errors.doesNotFit({
      workload: key,
      count,
      requests: podAmount(pod.spec),
      why: message,
      where: workloadPlace(pod, one),
    });
  });
}

/** Where the template of a pod is written, as far as its name tells. */
function workloadPlace(pod: KubeObject, one: RenderedPackage | undefined): Span | undefined {
  const owner = one?.objects
    .filter(({ object }) => field(object, 'spec', 'template') !== undefined && pod.metadata.name.startsWith(object.metadata.name))
    .sort((a, b) => b.object.metadata.name.length - a.object.metadata.name.length)[0];
  return owner?.from ?? one?.at ?? one?.file;
}

/** Pods that admission did not let a controller make; the controller only says so in an event. */
export function refusedPods(live: Live, packages: readonly RenderedPackage[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return live.events.flatMap((event) => {
    if (textAt(event, 'reason') !== 'FailedCreate') return [];
    const about = field(event, 'involvedObject') ?? field(event, 'regarding');
    const message = textAt(event, 'message') || textAt(event, 'note');
    const subject = nameOf({
      apiVersion: textAt(about, 'apiVersion'),
      kind: textAt(about, 'kind'),
      namespace: textAt(about, 'namespace'),
      name: textAt(about, 'name'),
    });
    const said = admissionWords(message);
    if (said === undefined || seen.has(subject + said)) return [];
    seen.add(subject + said);
    const object = originOf(textAt(about, 'namespace'), textAt(about, 'name'), packages);
    return [errors.refusedByPolicy(subject, said, object)];
  });
}

/** Longest name first: a ReplicaSet's name begins with its Deployment's. */
function originOf(namespace: string, name: string, packages: readonly RenderedPackage[]): Span | undefined {
  const found = packages
    .flatMap((one) => one.objects.map((each) => ({ each, namespace: each.object.metadata.namespace ?? one.namespace })))
    .filter(({ each, namespace: there }) => there === namespace && name.startsWith(each.object.metadata.name))
    .filter(({ each }) => field(each.object, 'spec', 'template') !== undefined)
    .sort((a, b) => b.each.object.metadata.name.length - a.each.object.metadata.name.length)[0];
  return found?.each.from;
}

/** What a webhook or policy said, in the API server's own sentence: `admission webhook "NAME" denied the request: WHY`. */
export function admissionWords(message: string): string | undefined {
  const at = message.search(/admission webhook "[^"]+" denied the request|violates PodSecurity|ValidatingAdmissionPolicy/);
  return at < 0 ? undefined : message.slice(at);
}

/** An object that the API server refused while Strata itself applied it. */
export const refusedObjects = (refusals: readonly Refusal[], packages: readonly RenderedPackage[]): readonly Diagnostic[] =>
  refusals.map(({ object, failure }) => {
    const from = packages.flatMap((one) => one.objects).find((each) => each.object === object)?.from;
    const said = admissionWords(failure.diagnostic.message);
    if (said !== undefined) return errors.refusedByPolicy(nameOf(keyOf(object)), said, from);
    return errors.notTaken(nameOf(keyOf(object)), failure.diagnostic.message, from);
  });

/**
 * Packages that did not become ready for a reason of their own; one that only waits for pods is left out where `others`
 * say already why they are missing.
 */
export function notReady(
  followed: ReadonlyMap<string, Followed>,
  packages: readonly RenderedPackage[],
  others: readonly Diagnostic[] = [],
): readonly Diagnostic[] {
  return [...followed].flatMap(([name, { progress }]) => {
    if (progress.state === 'ready' || progress.reason === 'DependencyNotReady') return [];
    const one = packages.find((each) => each.name === name);
    // Of a release, its controller only says that it failed; what stood in for that controller knows why.
    const saysMore = progress.settled && one?.installation === undefined;
    if (!saysMore && others.some((other) => isOf(other, one))) return [];
    const said = admissionWords(progress.message);
    const where = placeIn(progress.message, one);
    if (said !== undefined) return [errors.refusedByPolicy(subjectOf(progress.message) ?? name, said, where)];
    return [errors.packageNotReady(name, progress.reason, progress.message, where)];
  });
}

const isOf = ({ where }: Diagnostic, one: RenderedPackage | undefined): boolean =>
  typeof where === 'object' && (one?.objects.some(({ from }) => from.file === where.file && from.line === where.line) ?? false);

/**
 * The object a controller's message begins with, e.g. `Deployment/monitoring/grafana dry-run failed: …`
 * (recorded from kustomize-controller v1.9.5).
 */
function subjectOf(message: string): string | undefined {
  return /^([A-Z][A-Za-z]+(?:\/[A-Za-z0-9.:-]+){1,2}) /.exec(message)?.[1];
}

function placeIn(message: string, one: RenderedPackage | undefined): Span | undefined {
  const [kind, ...names] = (subjectOf(message) ?? '').split('/');
  const found = one?.objects.find(({ object }) => object.kind === kind && object.metadata.name === names.at(-1));
  return found?.from ?? one?.at ?? one?.file;
}
