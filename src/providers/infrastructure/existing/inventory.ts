import { type MachineAccess, type PlannedMachine, secretRef } from '../../../model/index.js';
import type { ExistingSpec } from './spec.js';

/** One machine of the inventory, with what all of them share filled in. */
export interface Listed {
  readonly name: string;
  readonly role: PlannedMachine['role'];
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  /** `ssh-ed25519 AAAA…`; absent where nobody said it. */
  readonly hostKey?: string;
}

/** The machines of a spec; `knownHosts` is the text of that file. */
export function inventoryOf(spec: ExistingSpec, knownHosts: string): readonly Listed[] {
  const known = hostKeysIn(knownHosts);
  return spec.machines.map(({ name, address, role, user = spec.user, port = spec.port, cpus, memory, hostKey }) => {
    const names = port === 22 ? [address, name] : [`[${address}]:${port}`, `[${name}]:${port}`];
    const key = hostKey ?? names.map((one) => known.get(one)).find((one) => one !== undefined);
    return {
      name,
      role,
      address,
      user,
      port,
      ...(cpus !== undefined && { cpus }),
      ...(memory !== undefined && { memoryBytes: bytesOf(memory) }),
      ...(key !== undefined && { hostKey: key }),
    };
  });
}

/** Ed25519 keys of a known_hosts file by host; hashed names, markers and other kinds of keys are passed over. */
export function hostKeysIn(text: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [hosts = '', kind = '', key = ''] = line.trim().split(/\s+/);
    if (kind !== 'ssh-ed25519' || !/^[A-Za-z0-9+/]+=*$/.test(key) || /^[#@|]/.test(hosts)) continue;
    for (const host of hosts.split(',')) if (!keys.has(host)) keys.set(host, `${kind} ${key}`);
  }
  return keys;
}

/** Bytes in `512Mi` or `32Gi`. */
export const bytesOf = (size: string): number => Number.parseInt(size, 10) * (size.endsWith('Gi') ? 2 ** 30 : 2 ** 20);

/** Values that come more than once, each once. */
export const repeated = (values: readonly string[]): readonly string[] => [
  ...new Set(values.filter((value, at) => values.indexOf(value) !== at)),
];

/** How each machine is asked before anything was run; without a host key it is not. */
export const accessOf = (spec: ExistingSpec, knownHosts: string): readonly MachineAccess[] =>
  inventoryOf(spec, knownHosts).map(({ name, role, address, user, port, hostKey }) => ({
    name,
    role,
    address,
    ...(hostKey !== undefined && {
      ssh: { user, port, hostKey, key: 'file' in spec.key ? { file: spec.key.file } : secretRef(spec.key.secret) },
    }),
  }));
