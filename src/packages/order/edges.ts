import type { RenderedPackage } from '../../model/index.js';
import type { ObjectIndex, Placed } from './index-objects.js';
import { type Edge, endOf, type Need, type Reason, sayPlace } from './model.js';
import { needsOf } from './needs.js';
import { compare } from './read.js';
import type { Supplier, Supply } from './supply.js';
import { covers, targetsOf, type Webhook } from './webhooks.js';

/** Needs that are met, as edges, and those that are not. */
export interface Met {
  readonly edges: readonly Edge[];
  readonly missing: readonly Need[];
}

/** Finds who makes what every object needs; what nobody makes is missing. */
export function meetNeeds(index: ObjectIndex, supply: Supply, given: ReadonlySet<string>): Met {
  const edges = new Map<string, Edge>();
  const missing: Need[] = [];
  const known = new Map<string, Supplier | undefined>();
  for (const need of index.placed.filter((one) => !given.has(one.owner.name)).flatMap(needsOf)) {
    const { owner, version } = need.by;
    const key = `${owner.name}\0${need.reason}\0${need.firm}\0${need.group}/${need.kind}/${need.namespace ?? ''}/${need.name}/${version}`;
    const supplier = known.has(key) ? known.get(key) : supply(need);
    known.set(key, supplier);
    if (supplier === undefined && need.firm) missing.push(need);
    if (supplier?.owner === undefined || supplier.owner === owner.name || given.has(supplier.owner)) continue;
    if (!edges.has(key)) edges.set(key, edgeFor(need, supplier, supplier.owner));
  }
  return { edges: [...edges.values()], missing };
}

const verbs: Readonly<Record<Exclude<Reason, 'webhook' | 'declared'>, string>> = {
  kind: 'is of the kind defined by',
  namespace: 'is put into',
  secret: 'needs',
  'config-map': 'needs',
  account: 'runs as',
  service: 'sends to',
  'storage-class': 'stores in',
  'priority-class': 'has the priority',
  'runtime-class': 'runs in',
  'ingress-class': 'is served by',
  'gateway-class': 'is served by',
  issuer: 'is signed by',
  role: 'grants',
};

function edgeFor(need: Need, supplier: Supplier, before: string): Edge {
  const consumer = endOf(need.by);
  const producer = supplier.end;
  return {
    before,
    after: need.by.owner.name,
    reason: need.reason,
    why: `${consumer.object} (${sayPlace(consumer.at)}) ${verbs[need.reason]} ${producer.object} (${sayPlace(producer.at)})`,
    producer,
    consumer,
    firm: need.firm,
  };
}

/** What a webhook that fails closed covers is refused until it answers; so its package had better be ready first. */
export function webhookEdges(webhooks: readonly Webhook[], index: ObjectIndex, given: ReadonlySet<string>): readonly Edge[] {
  const closed = webhooks.filter((one) => one.closed && !given.has(one.placed.owner.name));
  if (closed.length === 0) return [];
  const edges = new Map<string, Edge>();
  for (const placed of index.placed) {
    if (given.has(placed.owner.name)) continue;
    const targets = targetsOf(placed, index);
    for (const webhook of closed) {
      const before = webhook.placed.owner.name;
      const key = `${placed.owner.name}\0${before}\0${webhook.placed.key}`;
      if (before === placed.owner.name || edges.has(key)) continue;
      if (targets.some((target) => covers(webhook, target))) edges.set(key, webhookEdge(webhook, placed));
    }
  }
  return [...edges.values()];
}

function webhookEdge(webhook: Webhook, placed: Placed): Edge {
  const consumer = endOf(placed);
  const producer = endOf(webhook.placed);
  return {
    before: webhook.placed.owner.name,
    after: placed.owner.name,
    reason: 'webhook',
    why: `${consumer.object} (${sayPlace(consumer.at)}) is refused while nobody answers webhook ${webhook.name} (${sayPlace(producer.at)})`,
    producer,
    consumer,
    firm: false,
  };
}

/** What the packages themselves say they come after. */
export function declaredEdges(packages: readonly RenderedPackage[]): readonly Edge[] {
  const byName = new Map(packages.map((one) => [one.name, one]));
  return packages.flatMap((one) => {
    const offering = one.requires.flatMap((capability) =>
      packages.filter((other) => other !== one && other.provides.includes(capability)).map((other) => other.name),
    );
    return [...new Set([...one.after, ...offering])].flatMap((name) => {
      const other = byName.get(name);
      return other === undefined || other === one ? [] : [declaredEdge(other, one)];
    });
  });
}

const declaredEdge = (other: RenderedPackage, one: RenderedPackage): Edge => ({
  before: other.name,
  after: one.name,
  reason: 'declared',
  why: `package ${one.name} (${sayPlace(one.file)}) declares that it requires ${other.name}`,
  producer: { object: `package ${other.name}`, at: other.file },
  consumer: { object: `package ${one.name}`, at: one.file },
  firm: true,
});

/** Sorted, and each pair of ends once. */
export function uniqueEdges(edges: readonly Edge[]): readonly Edge[] {
  const known = new Map<string, Edge>();
  for (const edge of edges) {
    const key = `${edge.before}\0${edge.after}\0${edge.reason}\0${edge.why}`;
    if (!known.has(key)) known.set(key, edge);
  }
  return [...known].sort(([a], [b]) => compare(a, b)).map(([, edge]) => edge);
}
