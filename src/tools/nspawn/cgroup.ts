import type { ReadWorld, Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { processesStay } from './errors.js';

/** What the kernel and the host's init offer for control groups. */
export interface CgroupFacts {
  readonly version: 'v1' | 'v2';
  /** Mount points of the v1 hierarchies; the one mount point of v2. */
  readonly roots: readonly string[];
  /** Who hands control groups out: systemd where it is the host's init, else we make our own. */
  readonly manager: 'systemd' | 'own';
}

/** Where a machine's processes are accounted. */
export interface CgroupPlace {
  readonly manager: CgroupFacts['manager'];
  readonly folders: readonly string[];
}

/** Reads the facts: `mountinfo` is the text of /proc/self/mountinfo, `booted` whether systemd runs the host. */
export function cgroupFacts(
  mounts: readonly { readonly point: string; readonly type: string }[],
  booted: boolean,
): CgroupFacts | undefined {
  const manager = booted ? 'systemd' : 'own';
  // A host with both (hybrid) keeps its controllers in v1, and systemd its processes in v2: a machine needs a place in all of them.
  const v1 = mounts
    .filter(({ type, point }) => /^cgroup2?$/.test(type) && point.startsWith('/sys/fs/cgroup/'))
    .map(({ point }) => point);
  if (v1.some((point) => /\/(?:[a-z_]+,)*memory(?:,|$)/.test(point))) return { version: 'v1', roots: [...v1].sort(), manager };
  const v2 = mounts.find(({ type, point }) => type === 'cgroup2' && point === '/sys/fs/cgroup');
  return v2 === undefined ? undefined : { version: 'v2', roots: [v2.point], manager };
}

/** The form systemd gives a name inside a unit name. */
const unitEscape = (name: string): string => name.replaceAll('-', '\\x2d');

/** Folders whose processes are exactly the machine's. */
export function placeOf({ roots, manager, version }: CgroupFacts, machine: string): CgroupPlace {
  if (manager === 'own') return { manager, folders: roots.map((root) => `${root}/${machine}`) };
  const scope = `machine.slice/machine-${unitEscape(machine)}.scope`;
  return { manager, folders: version === 'v2' ? [`/sys/fs/cgroup/${scope}`] : roots.map((root) => `${root}/${scope}`) };
}

/**
 * Moves itself into the given control groups, making them, then runs the command after `--`, again whenever it ends with
 * 133: that is how nspawn says that the machine wants to be booted anew.
 * Arguments: bytes of memory or `-`, microseconds of CPU per 100 ms or `-`, folders, `--`, command.
 * Without groups of its own, each machine's kubelet would take the pods of the others for leftovers.
 */
export const enterScript = `
set -u
memory=$1; quota=$2; shift 2
while [ "$1" != -- ]; do
  group=$1; parent=\${group%/*}; shift
  [ -e "$parent/cgroup.subtree_control" ] && for c in cpuset cpu io memory pids; do echo +$c > "$parent/cgroup.subtree_control" 2>/dev/null; done
  mkdir -p "$group" || exit 1
  [ -e "$group/cpuset.cpus" ] && [ -e "$parent/cpuset.mems" ] && [ -e "$group/cpuset.memory_migrate" ] && {
    cat "$parent/cpuset.cpus" > "$group/cpuset.cpus"
    cat "$parent/cpuset.mems" > "$group/cpuset.mems"
  }
  if [ "$memory" != - ]; then
    for f in memory.limit_in_bytes memory.max; do [ -e "$group/$f" ] && echo "$memory" > "$group/$f"; done
  fi
  if [ "$quota" != - ]; then
    [ -e "$group/cpu.cfs_quota_us" ] && echo 100000 > "$group/cpu.cfs_period_us" && echo "$quota" > "$group/cpu.cfs_quota_us"
    [ -e "$group/cpu.max" ] && echo "$quota 100000" > "$group/cpu.max"
  fi
  echo $$ > "$group/cgroup.procs" || exit 1
done
shift
while "$@"; code=$?; [ "$code" = 133 ]; do :; done
exit "$code"
`;

/** The kernel's own files in a control group, which are no groups. */
const kernelFile =
  /^(?:(?:cgroup|cpu|cpuacct|cpuset|memory|pids|io|blkio|devices|freezer|hugetlb|misc|rdma|net_cls|net_prio|perf_event|irq)\.|tasks$|notify_on_release$|release_agent$)/;

/** Process ids in a control group and all below it. */
export async function processesIn(w: ReadWorld, folder: string): Promise<readonly number[]> {
  const found: number[] = [];
  const queue = [folder];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if ((await w.stat(next))?.kind !== 'directory') continue;
    const read = await w.read(`${next}/cgroup.procs`);
    if (read.ok) found.push(...(read.value ?? '').split('\n').filter(Boolean).map(Number));
    for (const name of await w.list(next)) if (!kernelFile.test(name)) queue.push(`${next}/${name}`);
  }
  return found;
}

async function allProcesses(w: ReadWorld, { folders }: CgroupPlace): Promise<readonly number[]> {
  const found = await Promise.all(folders.map((folder) => processesIn(w, folder)));
  // 0 stands for a process of another pid namespace.
  return [...new Set(found.flat())].filter((pid) => pid > 0);
}

/** Kills what is left of a machine, e.g. after its nspawn was killed alone. Nothing left = success. */
export async function killRest(w: World, machine: string, place: CgroupPlace): Promise<Result<void>> {
  for (let round = 0; round < 50; round += 1) {
    const pids = await allProcesses(w, place);
    if (pids.length === 0) return ok(undefined);
    const killed = await w.change({ tool: 'kill', args: ['-9', ...pids.map(String)] });
    if (!killed.ok) return killed;
    await w.pause(100);
  }
  return err(processesStay(machine, await allProcesses(w, place)));
}

/** Removes a machine's own control groups; those of systemd go by themselves. */
export async function removeGroups(w: World, { manager, folders }: CgroupPlace): Promise<Result<void>> {
  if (manager === 'systemd') return ok(undefined);
  const present: string[] = [];
  for (const folder of folders) if ((await w.stat(folder)) !== undefined) present.push(folder);
  if (present.length === 0) return ok(undefined);
  // Children first; the kernel's own files in them need no deleting.
  const ran = await w.change({ tool: 'find', args: [...present, '-depth', '-type', 'd', '-exec', 'rmdir', '--', '{}', '+'] });
  return ran.ok ? ok(undefined) : ran;
}
