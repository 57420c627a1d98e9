import { at, compare, list, members } from '../order/read.js';
import { type Amount, nothing, plus } from './quantities.js';
import type { NodeCapacity, Workload } from './workload.js';

/** A machine with what was put on it. */
export interface Room extends NodeCapacity {
  readonly used: Amount;
  /** Part of `used` that its DaemonSets take. */
  readonly daemons: Amount;
  readonly pods: number;
}

/** Pods without a place. */
export interface Left {
  readonly workload: Workload;
  readonly missing: number;
  /** Why not one of them would fit on an empty machine; absent where it would. */
  readonly alone?: string;
}

interface Shelf {
  readonly machine: NodeCapacity;
  used: Amount;
  daemons: Amount;
  pods: number;
  readonly holds: Set<Workload>;
}

/** DaemonSets first, then the largest pods first, each onto the machine that has most left. */
export function pack(
  workloads: readonly Workload[],
  machines: readonly NodeCapacity[],
): { readonly rooms: readonly Room[]; readonly left: readonly Left[] } {
  const shelves = machines.map((machine): Shelf => ({ machine, used: nothing, daemons: nothing, pods: 0, holds: new Set() }));
  const left: Left[] = [];
  for (const workload of workloads.filter((one) => one.count === 'each-machine')) putEverywhere(workload, shelves, left);
  const total = machines.reduce<Amount>(plus, nothing);
  const share = ({ each }: Workload): number =>
    Math.max(each.cpu / (total.cpu || 1), each.memoryBytes / (total.memoryBytes || 1));
  const others = workloads.filter((one) => one.count !== 'each-machine');
  others.sort((a, b) => share(b) - share(a) || compare(a.name, b.name));
  for (const workload of others) putSomewhere(workload, shelves, left);
  const rooms = shelves.map(({ machine, used, daemons, pods }) => ({ ...machine, used, daemons, pods }));
  return { rooms, left };
}

function putEverywhere(workload: Workload, shelves: readonly Shelf[], left: Left[]): void {
  const wanted = shelves.filter(({ machine }) => mayRun(workload, machine));
  const full = wanted.filter((shelf) => !hasRoom(shelf, workload.each));
  for (const shelf of wanted) {
    if (full.includes(shelf)) continue;
    put(shelf, workload);
    shelf.daemons = plus(shelf.daemons, workload.each);
  }
  const [first] = full;
  if (first === undefined) return;
  const { machine } = first;
  const why = `it must run on ${machine.name}, which has ${machine.cpu} cores and ${gib(machine.memoryBytes)} GiB, and asks for ${workload.each.cpu} cores and ${gib(workload.each.memoryBytes)} GiB beside the other DaemonSets`;
  left.push({ workload, missing: full.length, alone: why });
}

function putSomewhere(workload: Workload, shelves: readonly Shelf[], left: Left[]): void {
  const allowed = shelves.filter(({ machine }) => mayRun(workload, machine));
  const wanted = typeof workload.count === 'number' ? workload.count : 0;
  let missing = wanted;
  while (missing > 0) {
    const free = allowed.filter((shelf) => hasRoom(shelf, workload.each) && !(workload.apart && shelf.holds.has(workload)));
    const [best] = free.sort((a, b) => spare(b) - spare(a) || compare(a.machine.name, b.machine.name));
    if (best === undefined) break;
    put(best, workload);
    missing -= 1;
  }
  if (missing === 0) return;
  const alone = whyNever(workload, allowed);
  left.push({ workload, missing, ...(alone !== undefined && { alone }) });
}

function put(shelf: Shelf, workload: Workload): void {
  shelf.used = plus(shelf.used, workload.each);
  shelf.pods += 1;
  shelf.holds.add(workload);
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);

/** Smallest share that is left of processor and memory. */
const spare = ({ machine, used }: Shelf): number =>
  Math.min(1 - used.cpu / (machine.cpu || 1), 1 - used.memoryBytes / (machine.memoryBytes || 1));

/** Sums of decimal fractions are not exact in binary: a millionth of a core is no reason to refuse. */
const slack = 1e-6;

const hasRoom = ({ machine, used, pods }: Shelf, each: Amount): boolean =>
  used.cpu + each.cpu <= machine.cpu + slack &&
  used.memoryBytes + each.memoryBytes <= machine.memoryBytes &&
  pods < (machine.pods ?? 110);

/** Why a pod would not even fit where nothing but DaemonSets runs. */
function whyNever({ each }: Workload, allowed: readonly Shelf[]): string | undefined {
  if (allowed.length === 0) return 'its node selector and tolerations leave none of the planned machines';
  const fits = ({ machine, daemons }: Shelf): boolean =>
    daemons.cpu + each.cpu <= machine.cpu + slack && daemons.memoryBytes + each.memoryBytes <= machine.memoryBytes;
  if (allowed.some(fits)) return undefined;
  const cpu = Math.max(...allowed.map(({ machine, daemons }) => machine.cpu - daemons.cpu));
  const memory = Math.max(...allowed.map(({ machine, daemons }) => machine.memoryBytes - daemons.memoryBytes));
  const lacks = [
    ...(each.cpu > cpu + slack
      ? [`one asks for ${each.cpu} cores where at most ${Number(cpu.toFixed(2))} are left beside DaemonSets`]
      : []),
    ...(each.memoryBytes > memory
      ? [`one asks for ${gib(each.memoryBytes)} GiB where at most ${gib(memory)} GiB are left beside DaemonSets`]
      : []),
  ];
  return lacks.join(' and ') || `no machine has both ${each.cpu} cores and ${gib(each.memoryBytes)} GiB left beside DaemonSets`;
}

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';

/** Whether the machine's role and name let the pod run there; labels that a plan does not tell are taken as given. */
function mayRun({ spec }: Workload, machine: NodeCapacity): boolean {
  const isControl = machine.role === 'control-plane';
  if (isControl && !list(at(spec, 'tolerations')).some(toleratesControlPlane)) return false;
  return members(at(spec, 'nodeSelector')).every(([key, value]) => {
    if (key === controlPlaneLabel) return isControl;
    if (key === 'kubernetes.io/hostname') return value === machine.name;
    return key !== 'kubernetes.io/os' || value === 'linux';
  });
}

function toleratesControlPlane(toleration: unknown): boolean {
  const key = at(toleration, 'key');
  const effect = at(toleration, 'effect');
  const isKey = key === controlPlaneLabel || ((key === undefined || key === '') && at(toleration, 'operator') === 'Exists');
  return isKey && (effect === undefined || effect === '' || effect === 'NoSchedule');
}
