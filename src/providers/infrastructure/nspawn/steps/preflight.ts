import type { Action, Failure, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { mountsOf, overlaps, parseCidr, routesOf } from '../../../../tools/network/index.js';
import { type CgroupFacts, cgroupFacts } from '../../../../tools/nspawn/index.js';
import { diskShort, memoryShort, noCgroups, notLinux, notRoot, programMissing, subnetTaken } from '../errors.js';
import { hostNames } from '../naming.js';

/** What this host must offer. */
export interface PreflightWant {
  readonly subnet: string;
  /** Mebibytes. */
  readonly memory: number;
  /** Mebibytes. */
  readonly disk: number;
}

/** Programs of util-linux, procps and findutils that every distribution has, but a container may lack. */
const programs = ['nsenter', 'unshare', 'mount', 'umount', 'kill', 'find', 'sysctl', 'df'];

/** Looks whether machines can be made here, and what the kernel offers. */
export const preflight: Action<PreflightWant, CgroupFacts> = {
  observe: check,
  diff: () => [],
  apply: async (want, _got, w) => check(want, w),
};

async function check(want: PreflightWant, w: ReadWorld): Promise<Result<CgroupFacts>> {
  const kernel = await w.read('/proc/sys/kernel/ostype');
  if (!kernel.ok || kernel.value?.trim() !== 'Linux') return err(notLinux());
  for (const program of programs) if ((await w.locate(program)) === undefined) return err(programMissing(program));
  const trouble = (await rootTrouble(w)) ?? (await networkTrouble(want, w)) ?? (await resourceTrouble(want, w));
  if (trouble !== undefined) return err(trouble);
  const mounts = await mountsOf(w);
  if (!mounts.ok) return mounts;
  const facts = cgroupFacts(mounts.value, (await w.stat('/run/systemd/system'))?.kind === 'directory');
  return facts === undefined ? err(noCgroups()) : ok(facts);
}

async function rootTrouble(w: ReadWorld): Promise<Failure | undefined> {
  const status = await w.read('/proc/self/status');
  if (!status.ok) return status.error;
  const effective = /^Uid:\s+\d+\s+(\d+)/m.exec(status.value ?? '')?.[1];
  return effective === '0' ? undefined : notRoot();
}

async function networkTrouble({ subnet }: PreflightWant, w: ReadWorld): Promise<Failure | undefined> {
  const routes = await routesOf(w);
  if (!routes.ok) return routes.error;
  const own = hostNames(w.paths.state).link;
  const range = parseCidr(subnet);
  for (const { destination, device } of routes.value) {
    const other = parseCidr(destination);
    if (device !== own && range && other && overlaps(range, other)) return subnetTaken(subnet, destination, device);
  }
  return undefined;
}

/** Asked only before anything stands: later on, the machines themselves are what uses memory and disk. */
async function resourceTrouble({ memory, disk }: PreflightWant, w: ReadWorld): Promise<Failure | undefined> {
  if ((await w.list(`${w.paths.state}/machines`)).length > 0) return undefined;
  const info = await w.read('/proc/meminfo');
  if (!info.ok) return info.error;
  const available = Math.floor(Number(/^MemAvailable:\s+(\d+) kB/m.exec(info.value ?? '')?.[1] ?? 0) / 1024);
  if (available < memory) return memoryShort(available, memory);
  const folder = (await w.stat(w.paths.state)) === undefined ? w.paths.project : w.paths.state;
  const free = await w.query({ tool: 'df', args: ['--output=avail', '-BM', folder] });
  if (!free.ok) return free.error;
  const left = Number(/(\d+)M/.exec(free.value.stdout)?.[1] ?? 0);
  return free.value.code === 0 && left < disk ? diskShort(folder, left, disk) : undefined;
}
