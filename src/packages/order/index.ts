import type { Diagnostic, RenderedPackage } from '../../model/index.js';
import { ownedTwice } from './errors.js';
import { linksOf, ringProblems, settleEdges, sortNames } from './graph.js';
import { indexObjects, type ObjectIndex } from './index-objects.js';
import { missingProblems, versionProblems } from './missing.js';
import { declaredEdges, meetNeeds, uniqueEdges, webhookEdges } from './edges.js';
import { type Edge, endOf } from './model.js';
import { sayObject } from './names.js';
import { compare } from './read.js';
import { type Supplier, type Supply, supplyOf } from './supply.js';
import { webhookProblems, webhooksIn } from './webhooks.js';

export type { Edge, EdgeEnd, Reason } from './model.js';

/** What is known besides the packages whose order is asked for. */
export interface OrderOptions {
  /** What is there before any of them: the delivering controller with its kinds. */
  readonly given?: readonly RenderedPackage[];
  /**
   * What the cluster has by itself, in the words of `provides`: `storage-class/fast`, `crd/GROUP/KIND`,
   * `secret/NAMESPACE/NAME`; a star at the end stands for any rest. Given, it counts as all its storage classes.
   */
  readonly provided?: readonly string[];
  /** Packages that could be chosen, by the `group/Kind` they define. */
  readonly offers?: ReadonlyMap<string, string>;
}

/** The order that the objects of packages impose. */
export interface Order {
  /** For every package, those that must be ready before it, sorted. */
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** The packages, each after all that it waits for; those in a cycle come last. */
  readonly sequence: readonly string[];
  readonly edges: readonly Edge[];
  readonly problems: readonly Diagnostic[];
}

/** Computes the order of packages from what their objects make and need. Does not depend on the order they are given in. */
export function analyseOrder(packages: readonly RenderedPackage[], options: OrderOptions = {}): Order {
  const { given = [], provided = [], offers = new Map() } = options;
  const names = packages.map((one) => one.name).sort(compare);
  const givenNames = new Set(given.map((one) => one.name).filter((name) => !names.includes(name)));
  const index = indexObjects([...packages, ...given.filter((one) => givenNames.has(one.name))]);
  const supply = supplyOf(index, [...packages, ...given], provided);
  const met = meetNeeds(index, supply, givenNames);
  const webhooks = webhooksIn(index);
  const found = [...met.edges, ...webhookEdges(webhooks, index, givenNames), ...declaredEdges(packages)];
  const edges = settleEdges(uniqueEdges(found));
  const links = linksOf(edges);
  const sorted = sortNames(names, links);
  const isProvided = (service: { readonly namespace: string; readonly name: string }): boolean =>
    supplyOfService(service, index, supply) !== undefined;
  const problems = [
    ...twice(index),
    ...missingProblems(met.missing, { index, offers, classesKnown: options.provided === undefined ? 'some' : 'all' }),
    ...versionProblems(index),
    ...webhookProblems(webhooks, index, isProvided),
    ...ringProblems(
      names,
      edges.filter((edge) => edge.firm),
    ),
  ];
  return {
    after: Object.fromEntries(names.map((name) => [name, [...(links.get(name) ?? [])].sort(compare)])),
    sequence: [...sorted, ...names.filter((name) => !sorted.includes(name))],
    edges,
    problems,
  };
}

/** The packages in the order in which they can be removed: whoever needs another goes first. */
export const removalOrder = (order: Pick<Order, 'sequence'>): readonly string[] => [...order.sequence].reverse();

function twice(index: ObjectIndex): readonly Diagnostic[] {
  return [...index.byKey.values()].flatMap((all) => {
    const [first] = all;
    const other = all.find((one) => one.owner !== first?.owner);
    if (first === undefined || other === undefined) return [];
    const owners = [...new Set(all.map((one) => one.owner.name))];
    return [ownedTwice(sayObject(first.one.object, first.namespace), endOf(first), endOf(other), owners)];
  });
}

function supplyOfService(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  index: ObjectIndex,
  supply: Supply,
): Supplier | undefined {
  const [by] = index.placed;
  if (by === undefined) return undefined;
  const supplier = supply({ by, reason: 'service', group: '', kind: 'Service', namespace, name, firm: true });
  return supplier !== undefined && index.find('', 'Service', namespace, name).length === 0 ? supplier : undefined;
}
