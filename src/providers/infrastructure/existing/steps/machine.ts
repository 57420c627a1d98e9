import type { Action, Claim, Node, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { askMachine, parseFacts } from '../../../../tools/ssh/index.js';
import { cgroupDiffers, notLinux, tooSmall, unreadable } from '../errors.js';
import type { Listed } from '../inventory.js';

/** One machine as the inventory says. */
export interface MachineWant extends Listed {
  readonly login: SecretRef;
  /** Control groups of the first control plane; absent for that one itself. */
  readonly cgroup?: 'v1' | 'v2';
}

/** The machine as found. */
export interface MachineGot {
  readonly node: Node;
  readonly cgroup: 'v1' | 'v2';
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** What a machine says of itself; POSIX shell, changes nothing. */
export const factsScript = `printf 'system=%s\\n' "$(uname -s)"
printf 'cpus=%s\\n' "$(getconf _NPROCESSORS_ONLN)"
printf 'memoryKi=%s\\n' "$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo)"
printf 'cgroup=%s\\n' "$(stat -fc %T /sys/fs/cgroup)"
`;

/** A kernel and its firmware keep some of the memory that is built in: MemTotal of 32Gi is about 31.2Gi. */
const keptByKernel = 1 / 16;

/** Looks at a machine over SSH: it answers with the key that is known, is Linux, and has what is counted on. */
export const machine: Action<MachineWant, MachineGot> = {
  observe: look,
  diff: () => [],
  apply: async (want, _got, w) => look(want, w),
  async verify(want, got): Promise<readonly Claim[]> {
    const size = `${got.cpus} processors and ${Math.round(got.memoryBytes / 2 ** 20)}Mi of memory`;
    return [{ claim: `${want.name} answers with its known host key and has ${size}`, verdict: 'pass' }];
  },
};

async function look(want: MachineWant, w: ReadWorld): Promise<Result<MachineGot>> {
  const node = nodeOf(want);
  const said = await askMachine(w, node, { what: 'looking at the machine', script: factsScript, deadlineMs: 20_000 });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  const system = facts.get('system') ?? '';
  if (system !== 'Linux') return err(notLinux(want.name, system));
  const cpus = Number(facts.get('cpus'));
  const memoryBytes = Number(facts.get('memoryKi')) * 1024;
  if (!(cpus > 0) || !(memoryBytes > 0)) return err(unreadable(want.name, said.value));
  const lacks = lacking(want, { cpus, memoryBytes });
  if (lacks.length > 0) return err(tooSmall(want.name, lacks));
  const cgroup = facts.get('cgroup') === 'cgroup2fs' ? 'v2' : 'v1';
  if (want.cgroup !== undefined && want.cgroup !== cgroup) return err(cgroupDiffers(want.name, cgroup, want.cgroup));
  return ok({ node, cgroup, cpus, memoryBytes });
}

/** What it has less of than the inventory says. */
function lacking(want: Listed, has: { readonly cpus: number; readonly memoryBytes: number }): readonly string[] {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)}Mi`;
  return [
    ...(want.cpus !== undefined && has.cpus < want.cpus ? [`${has.cpus} processors of ${want.cpus}`] : []),
    ...(want.memoryBytes !== undefined && has.memoryBytes < want.memoryBytes * (1 - keptByKernel)
      ? [`${mebibytes(has.memoryBytes)} of memory of ${mebibytes(want.memoryBytes)}`]
      : []),
  ];
}

/** The inventory step has refused machines without a host key before this one runs. */
const nodeOf = ({ name, role, address, user, port, login, hostKey = '' }: MachineWant): Node => ({
  name,
  role,
  address,
  ssh: { user, port, key: login, hostKey },
});
