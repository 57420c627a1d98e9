import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, hostname, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** What this machine offers: looked at, never assumed. */
export interface MachineFacts {
  /** 0 = root. */
  readonly uid: number;
  /** `linux`, `darwin`… */
  readonly system: string;
  readonly kernel: string;
  readonly hostname: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** What programs can have without swapping. */
  readonly availableMemoryBytes: number;
  readonly cgroup: 'v1' | 'v2' | 'none';
  /** `ID` and `VERSION_ID` of os-release, e.g. `debian 12`. */
  readonly distribution: string;
  /** Free for this user where the path, or its nearest existing parent, lies. */
  readonly freeDiskBytes: number;
}

/** Looks at the machine; `path` says which disk matters. */
export async function machineFacts(path: string): Promise<MachineFacts> {
  return {
    uid: process.getuid?.() ?? -1,
    system: platform(),
    kernel: release(),
    hostname: hostname(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    availableMemoryBytes: await availableMemory(),
    cgroup: await cgroupVersion(),
    distribution: await distribution(),
    freeDiskBytes: await freeDisk(path),
  };
}

/** `/sys/fs/cgroup` has this many file systems' types: cgroup2 itself, or one of the older kind per controller. */
async function cgroupVersion(): Promise<MachineFacts['cgroup']> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const types = mounts.split('\n').map((line) => / - (\S+) /.exec(line)?.[1]);
  // A hybrid machine has both; controllers are then still on the older hierarchy.
  if (types.includes('cgroup')) return 'v1';
  return types.includes('cgroup2') ? 'v2' : 'none';
}

async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return `${value('ID')} ${value('VERSION_ID')}`.trim();
}

async function freeDisk(path: string): Promise<number> {
  const found = await statfs(path).catch(() => undefined);
  if (found) return found.bavail * found.bsize;
  return dirname(path) === path ? 0 : freeDisk(dirname(path));
}
