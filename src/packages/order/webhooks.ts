import type { Diagnostic } from '../../model/index.js';
import { webhookLocks, webhookNoEndpoint } from './errors.js';
import type { ObjectIndex, Placed } from './index-objects.js';
import { endOf } from './model.js';
import { isBuiltIn, resourceOf } from './names.js';
import { labelsOf } from './pods.js';
import { at, list, members, text } from './read.js';
import { selects } from './selectors.js';

/** One webhook of a configuration. */
export interface Webhook {
  readonly placed: Placed;
  readonly name: string;
  /** While nobody answers, what it covers is refused. */
  readonly closed: boolean;
  /** It has conditions in CEL, which are not evaluated here: what it covers is known only roughly. */
  readonly conditional: boolean;
  readonly hook: unknown;
  readonly service: ServicePort | undefined;
}

interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** What a webhook may be asked about. */
export interface Target {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that a namespaceSelector is held against; absent for what lives in no namespace. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
}

/** Every webhook of the packages. */
export function webhooksIn(index: ObjectIndex): readonly Webhook[] {
  return index.placed
    .filter(({ kind }) => kind === 'ValidatingWebhookConfiguration' || kind === 'MutatingWebhookConfiguration')
    .flatMap((placed) =>
      list(placed.one.object.webhooks).map((hook) => ({
        placed,
        name: text(at(hook, 'name')) ?? placed.name,
        closed: at(hook, 'failurePolicy') !== 'Ignore',
        conditional: list(at(hook, 'matchConditions')).length > 0,
        hook,
        service: servicePort(at(hook, 'clientConfig', 'service')),
      })),
    );
}

function servicePort(service: unknown): ServicePort | undefined {
  const name = text(at(service, 'name'));
  const namespace = text(at(service, 'namespace'));
  if (name === undefined || namespace === undefined) return undefined;
  return { name, namespace, port: Number(at(service, 'port') ?? 443) };
}

/** What the API server would ask about an object, and about the pods that it makes. */
export function targetsOf(placed: Placed, index: ObjectIndex): readonly Target[] {
  const { group, kind, namespace, name, one, pods } = placed;
  const labels = labelsOf(one.object.metadata.labels);
  const resource = isBuiltIn(group) ? resourceOf(kind) : (index.kinds.get(`${group}/${kind}`)?.resource ?? resourceOf(kind));
  const inNamespace = namespace ?? (kind === 'Namespace' && group === '' ? name : undefined);
  const namespaceLabels = inNamespace === undefined ? undefined : index.namespaceLabels(inNamespace);
  const own: Target = { group, resource, namespace, labels, namespaceLabels };
  if (pods === undefined || kind === 'Pod') return [own];
  return [own, { group: '', resource: 'pods', namespace, labels: pods.labels, namespaceLabels }];
}

/** Whether a webhook is asked when this is made or changed. */
export function covers({ hook }: Webhook, target: Target): boolean {
  if (!list(at(hook, 'rules')).some((rule) => ruleTakes(rule, target))) return false;
  if (!selects(at(hook, 'objectSelector'), target.labels)) return false;
  return target.namespaceLabels === undefined || selects(at(hook, 'namespaceSelector'), target.namespaceLabels);
}

function ruleTakes(rule: unknown, { group, resource, namespace }: Target): boolean {
  const has = (member: string, ...words: readonly string[]): boolean =>
    list(at(rule, member)).some((one) => one === '*' || words.includes(String(one)));
  if (!has('operations', 'CREATE', 'UPDATE')) return false;
  const scope = at(rule, 'scope');
  if (scope === 'Cluster' && namespace !== undefined) return false;
  if (scope === 'Namespaced' && namespace === undefined) return false;
  return has('apiGroups', group) && has('resources', resource, '*/*');
}

/** Webhooks and APIs that nobody answers, and webhooks that would lock the cluster. */
export function webhookProblems(
  webhooks: readonly Webhook[],
  index: ObjectIndex,
  isProvided: (service: ServicePort) => boolean,
): readonly Diagnostic[] {
  const found = webhooks.flatMap((webhook) => [...lockOf(webhook, index), ...endpointOf(webhook, index, isProvided)]);
  const apis = index.placed.filter(({ kind }) => kind === 'APIService');
  return [...found, ...apis.flatMap((placed) => apiEndpoint(placed, index, isProvided))];
}

function lockOf(webhook: Webhook, index: ObjectIndex): readonly Diagnostic[] {
  if (!webhook.closed) return [];
  const hit = lockTargets(webhook, index).find(({ target }) => covers(webhook, target));
  if (hit === undefined) return [];
  const severity = webhook.conditional ? 'warning' : 'error';
  return [webhookLocks(webhook.name, endOf(webhook.placed), { covers: hit.say, severity })];
}

interface LockTarget {
  readonly say: string;
  readonly target: Target;
}

/** What a cluster must be able to make while the webhook does not answer. */
function lockTargets({ service }: Webhook, index: ObjectIndex): readonly LockTarget[] {
  const inNamespace = (group: string, resource: string, namespace: string, labels: Target['labels'] = {}): Target => ({
    group,
    resource,
    namespace,
    labels,
    namespaceLabels: index.namespaceLabels(namespace),
  });
  const own = (service === undefined ? [] : backends(service, index)).map(({ namespace = '', pods }) => ({
    say: `its own pods in ${namespace}`,
    target: inNamespace('', 'pods', namespace, pods?.labels ?? {}),
  }));
  const node: Target = { group: '', resource: 'nodes', namespace: undefined, labels: {}, namespaceLabels: undefined };
  return [
    ...own,
    { say: 'pods in kube-system', target: inNamespace('', 'pods', 'kube-system') },
    { say: 'leases of nodes', target: inNamespace('coordination.k8s.io', 'leases', 'kube-node-lease') },
    { say: 'nodes', target: node },
  ];
}

/** What makes the pods that a service sends to. */
function backends({ namespace, name }: ServicePort, index: ObjectIndex): readonly Placed[] {
  const [service] = index.find('', 'Service', namespace, name);
  const wanted = members(at(service?.one.object, 'spec', 'selector'));
  if (wanted.length === 0) return [];
  return (index.pods.get(namespace) ?? []).filter(({ pods }) => wanted.every(([key, value]) => pods?.labels[key] === value));
}

function endpointOf(webhook: Webhook, index: ObjectIndex, isProvided: (service: ServicePort) => boolean): readonly Diagnostic[] {
  const why = webhook.service === undefined ? undefined : noEndpoint(webhook.service, index, isProvided);
  if (why === undefined) return [];
  const severity = webhook.closed ? 'error' : 'warning';
  return [webhookNoEndpoint(`Webhook ${webhook.name}`, endOf(webhook.placed), { why, severity })];
}

function apiEndpoint(placed: Placed, index: ObjectIndex, isProvided: (service: ServicePort) => boolean): readonly Diagnostic[] {
  const service = servicePort(at(placed.one.object, 'spec', 'service'));
  const why = service === undefined ? undefined : noEndpoint(service, index, isProvided);
  return why === undefined ? [] : [webhookNoEndpoint(`API ${placed.name}`, endOf(placed), { why, severity: 'error' })];
}

function noEndpoint(service: ServicePort, index: ObjectIndex, isProvided: (s: ServicePort) => boolean): string | undefined {
  const name = `service ${service.namespace}/${service.name}`;
  const [found] = index.find('', 'Service', service.namespace, service.name);
  if (found === undefined) return isProvided(service) ? undefined : `nothing makes ${name}`;
  const spec = found.one.object.spec;
  const ports = list(at(spec, 'ports')).map((one) => Number(at(one, 'port')));
  if (!ports.includes(service.port)) return `${name} has port ${ports.join(', ') || 'none'} and not ${service.port}`;
  if (members(at(spec, 'selector')).length === 0 || backends(service, index).length > 0) return undefined;
  return isProvided(service) ? undefined : `${name} selects no pod that anything rendered makes`;
}
