import type { Diagnostic, RenderedObject, RenderedPackage } from '../../model/index.js';
import { sayObject } from '../order/names.js';
import { podTemplateOf } from '../order/pods.js';
import { at, compare, list } from '../order/read.js';
import { doesNotFit, exhausted, noRequests } from './errors.js';
import { pack, type Room } from './fit.js';
import { type Amount, nothing, plus, podAmount, quantity, times } from './quantities.js';
import type { NodeCapacity, Workload } from './workload.js';

/** What pods request against what machines offer. */
export interface Capacity {
  readonly nodes: readonly Room[];
  readonly requested: Amount & { readonly pods: number };
  readonly offered: Amount;
  readonly workloads: readonly Workload[];
  readonly withoutRequests: readonly Workload[];
  readonly problems: readonly Diagnostic[];
}

/** Puts the pods of the built-in kinds onto the planned machines. Pods that controllers make are not known here. */
export function capacityOf(packages: readonly RenderedPackage[], machines: readonly NodeCapacity[]): Capacity {
  const workloads = packages.flatMap((one) => one.objects.flatMap((object) => workloadOf(one, object) ?? []));
  const withoutRequests = workloads.filter(({ each }) => each.cpu === 0 && each.memoryBytes === 0);
  const packed = pack(workloads, machines);
  const offered = machines.reduce<Amount>(plus, nothing);
  const requested = packed.rooms.map(({ used }) => used).reduce(plus, nothing);
  const unplaced = packed.left.map(({ workload, missing }) => times(workload.each, missing)).reduce(plus, nothing);
  const wanted = plus(requested, unplaced);
  const pods = packed.rooms.reduce((sum, room) => sum + room.pods, 0) + packed.left.reduce((sum, one) => sum + one.missing, 0);
  const isOver = wanted.cpu > offered.cpu || wanted.memoryBytes > offered.memoryBytes;
  const problems = packed.left.map(({ workload, missing, alone }) =>
    alone === undefined
      ? exhausted(workload.name, workload.one.from, {
          missing,
          why: `all pods together request ${sayAmount(wanted)} of ${sayAmount(offered)}${workload.apart ? ', and these want a machine each' : ''}`,
          severity: isOver || workload.apart ? 'error' : 'warning',
        })
      : doesNotFit(workload.name, alone, workload.one.from),
  );
  return {
    nodes: packed.rooms,
    requested: { ...wanted, pods },
    offered,
    workloads,
    withoutRequests,
    problems: machines.length === 0 ? [] : [...problems, ...silent(withoutRequests)],
  };
}

/** As people say it: `1.5 cores and 2.0 GiB`. */
export const sayAmount = ({ cpu, memoryBytes }: Amount): string =>
  `${Number(cpu.toFixed(2))} cores and ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`;

function workloadOf(owner: RenderedPackage, one: RenderedObject): Workload | undefined {
  const { object } = one;
  const pods = podTemplateOf(object);
  const count = countOf(object.kind, object.spec);
  if (pods === undefined || count === undefined) return undefined;
  const name = sayObject(object, owner.namespace);
  const { spec } = pods;
  return { package: owner.name, name, kind: object.kind, one, spec, each: podAmount(spec), count, apart: isApart(spec) };
}

/** Pods that run at the same time; those of a CronJob come and go, and one of them must fit. */
function countOf(kind: string, spec: unknown): Workload['count'] | undefined {
  if (kind === 'DaemonSet') return 'each-machine';
  if (kind === 'Pod' || kind === 'CronJob') return 1;
  if (kind === 'Job') return quantity(at(spec, 'parallelism')) ?? 1;
  return ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].includes(kind)
    ? (quantity(at(spec, 'replicas')) ?? 1)
    : undefined;
}

function isApart(spec: unknown): boolean {
  const rules = list(at(spec, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'));
  return rules.some((rule) => at(rule, 'topologyKey') === 'kubernetes.io/hostname');
}

function silent(workloads: readonly Workload[]): readonly Diagnostic[] {
  const owners = [...new Set(workloads.map((one) => one.package))].sort(compare);
  return owners.flatMap((owner) => {
    const own = workloads.filter((one) => one.package === owner);
    const [first] = own;
    return first === undefined
      ? []
      : [
          noRequests(
            owner,
            own.map((one) => one.name),
            first.one.from,
          ),
        ];
  });
}
