import type { Placed } from './index-objects.js';
import type { Need } from './model.js';
import { isBuiltIn, ownNamespaces } from './names.js';
import { podReferences } from './pods.js';
import { at, list, members, text } from './read.js';

type Wanted = Omit<Need, 'by' | 'firm'> & { readonly firm?: false };

/** Everything one object cannot do without, as far as its kind tells. */
export function needsOf(placed: Placed): readonly Need[] {
  const all = [...kindNeeds(placed), ...namespaceNeeds(placed), ...podNeeds(placed), ...ownNeeds(placed)];
  return all.map((want) => ({ by: placed, firm: true, ...want }));
}

const kindNeeds = ({ group, kind }: Placed): readonly Wanted[] =>
  isBuiltIn(group) ? [] : [{ reason: 'kind', group, kind, namespace: undefined, name: '' }];

function namespaceNeeds({ namespace }: Placed): readonly Wanted[] {
  if (namespace === undefined || ownNamespaces.has(namespace)) return [];
  return [{ reason: 'namespace', group: '', kind: 'Namespace', namespace: undefined, name: namespace }];
}

function podNeeds({ pods, namespace }: Placed): readonly Wanted[] {
  if (pods === undefined) return [];
  const { spec } = pods;
  const wanted: Wanted[] = podReferences(spec).map(({ kind, name }) => ({
    reason: kind === 'Secret' ? 'secret' : 'config-map',
    group: '',
    kind,
    namespace,
    name,
  }));
  // A pod starts from an image that needs no login as well, so this one is no firm need.
  wanted.push(...namesIn(at(spec, 'imagePullSecrets')).map((name) => pullSecret(namespace, name)));
  const account = text(at(spec, 'serviceAccountName')) ?? text(at(spec, 'serviceAccount'));
  if (account !== undefined && account !== 'default')
    wanted.push({ reason: 'account', group: '', kind: 'ServiceAccount', namespace, name: account });
  const priority = text(at(spec, 'priorityClassName'));
  if (priority !== undefined && !priority.startsWith('system-'))
    wanted.push(clusterNeed('priority-class', 'scheduling.k8s.io', 'PriorityClass', priority));
  const runtime = text(at(spec, 'runtimeClassName'));
  if (runtime !== undefined) wanted.push(clusterNeed('runtime-class', 'node.k8s.io', 'RuntimeClass', runtime));
  for (const volume of list(at(spec, 'volumes'))) {
    const claim = at(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
    if (claim !== undefined) wanted.push(claimNeed(claim));
  }
  return wanted;
}

const namesIn = (value: unknown): readonly string[] => list(value).flatMap((one) => text(at(one, 'name')) ?? []);

const pullSecret = (namespace: string | undefined, name: string): Wanted => ({
  reason: 'secret',
  group: '',
  kind: 'Secret',
  namespace,
  name,
});

const clusterNeed = (reason: Need['reason'], group: string, kind: string, name: string): Wanted => ({
  reason,
  group,
  kind,
  namespace: undefined,
  name,
});

/** A claim without a class takes the default one, told by an empty name; the class '' means none at all. */
function claimNeed(claim: unknown): Wanted {
  const name = at(claim, 'storageClassName');
  return clusterNeed('storage-class', 'storage.k8s.io', 'StorageClass', typeof name === 'string' ? name || '-' : '');
}

/** What objects of a kind need besides their pods. */
const byKind: Readonly<Record<string, (placed: Placed) => readonly Wanted[]>> = {
  '/ServiceAccount': ({ one, namespace }) => namesIn(one.object.imagePullSecrets).map((name) => pullSecret(namespace, name)),
  '/PersistentVolumeClaim': ({ one }) => [claimNeed(one.object.spec)],
  'apps/StatefulSet': ({ one }) =>
    list(at(one.object, 'spec', 'volumeClaimTemplates')).map((claim) => claimNeed(at(claim, 'spec'))),
  'apiregistration.k8s.io/APIService': ({ one }) => serviceNeeds(at(one.object, 'spec', 'service')),
  'apiextensions.k8s.io/CustomResourceDefinition': ({ one }) =>
    serviceNeeds(at(one.object, 'spec', 'conversion', 'webhook', 'clientConfig', 'service')).map(rather),
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookServices,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookServices,
  'networking.k8s.io/Ingress': ingressNeeds,
  'gateway.networking.k8s.io/Gateway': ({ one }) => {
    const name = text(at(one.object, 'spec', 'gatewayClassName'));
    return name === undefined
      ? []
      : [{ ...clusterNeed('gateway-class', 'gateway.networking.k8s.io', 'GatewayClass', name), firm: false }];
  },
  'cert-manager.io/Certificate': issuerNeeds,
  'rbac.authorization.k8s.io/RoleBinding': roleNeeds,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleNeeds,
};

/** A webhook or a kind is taken while its service is still missing: charts ship kinds before what serves them. */
const rather = (want: Wanted): Wanted => ({ ...want, firm: false });

function ownNeeds(placed: Placed): readonly Wanted[] {
  const own = byKind[`${placed.group}/${placed.kind}`]?.(placed) ?? [];
  return isBuiltIn(placed.group) ? own : [...own, ...classesIn(placed.one.object.spec)];
}

function serviceNeeds(service: unknown): readonly Wanted[] {
  const name = text(at(service, 'name'));
  const namespace = text(at(service, 'namespace'));
  if (name === undefined || namespace === undefined) return [];
  return [{ reason: 'service', group: '', kind: 'Service', namespace, name }];
}

function webhookServices({ one }: Placed): readonly Wanted[] {
  return list(one.object.webhooks).flatMap((hook) => serviceNeeds(at(hook, 'clientConfig', 'service')).map(rather));
}

function ingressNeeds({ one, namespace }: Placed): readonly Wanted[] {
  const spec = one.object.spec;
  const wanted: Wanted[] = [];
  const ingressClass = text(at(spec, 'ingressClassName'));
  if (ingressClass !== undefined)
    wanted.push({ ...clusterNeed('ingress-class', 'networking.k8s.io', 'IngressClass', ingressClass), firm: false });
  const paths = list(at(spec, 'rules')).flatMap((rule) => list(at(rule, 'http', 'paths')).map((path) => at(path, 'backend')));
  for (const backend of [at(spec, 'defaultBackend'), ...paths]) {
    const name = text(at(backend, 'service', 'name'));
    if (name !== undefined) wanted.push({ reason: 'service', group: '', kind: 'Service', namespace, name, firm: false });
  }
  return wanted;
}

function issuerNeeds({ one, namespace }: Placed): readonly Wanted[] {
  const issuer = at(one.object, 'spec', 'issuerRef');
  const name = text(at(issuer, 'name'));
  if (name === undefined) return [];
  const kind = text(at(issuer, 'kind')) ?? 'Issuer';
  const group = text(at(issuer, 'group')) ?? 'cert-manager.io';
  return [{ reason: 'issuer', group, kind, namespace: kind.startsWith('Cluster') ? undefined : namespace, name }];
}

/** A binding may be made before its role, but grants nothing until then. */
function roleNeeds({ one, namespace }: Placed): readonly Wanted[] {
  const role = one.object.roleRef;
  const name = text(at(role, 'name'));
  const kind = text(at(role, 'kind')) ?? 'Role';
  if (name === undefined) return [];
  const group = 'rbac.authorization.k8s.io';
  return [{ reason: 'role', group, kind, namespace: kind === 'ClusterRole' ? undefined : namespace, name, firm: false }];
}

/** Storage classes named anywhere in an object whose controller makes the claims. */
function classesIn(value: unknown): readonly Wanted[] {
  const found: Wanted[] = [];
  // Values come from YAML, so they are trees; the queue keeps deep ones off the stack.
  const open: unknown[] = [value];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    const inside: readonly (readonly [string, unknown])[] = Array.isArray(here) ? here.map((one) => ['', one]) : members(here);
    for (const [key, one] of inside) {
      if (typeof one === 'object' && one !== null) open.push(one);
      else if (key === 'storageClassName' && text(one) !== undefined) found.push(claimNeed({ storageClassName: one }));
    }
  }
  return found;
}
