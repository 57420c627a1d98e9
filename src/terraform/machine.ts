import type { Action, Claim, Node, ReadWorld, Result, SecretRef, SshHop } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { askMachine, parseFacts } from '../tools/ssh/index.js';
import { cgroupDiffers, machineSilent, notLinux } from './errors.js';
import type { NodeOutput } from './outputs.js';

/** A machine that Terraform made, as the module gives it out, and what is known of its keys. */
export interface MachineWant {
  readonly output: NodeOutput;
  readonly login: SecretRef;
  /** The machine's own public key. */
  readonly hostKey: string;
  readonly via?: SshHop;
  /** Control groups of the first control plane; absent for that one itself. */
  readonly cgroup?: 'v1' | 'v2';
}

/** The machine as found. */
export interface MachineGot {
  readonly node: Node;
  readonly cgroup: 'v1' | 'v2';
}

/** What a machine says of itself; POSIX shell, changes nothing. */
export const machineScript = `printf 'system=%s\\n' "$(uname -s)"
printf 'cgroup=%s\\n' "$(stat -fc %T /sys/fs/cgroup)"
`;

/** Waits until a new machine answers with the host key it was given, and looks what it is. */
export const machineAnswers: Action<MachineWant, MachineGot> = {
  observe: async (want, w) => {
    const looked = await look(want, w);
    // Not there yet is no failure of a plan.
    return looked.ok || looked.error.kind !== 'not-ready' ? looked : ok(undefined);
  },
  diff: ({ output }, got) => (got === undefined ? [{ what: output.name, to: 'answers' }] : []),
  apply: (want, _got, w) => look(want, w),
  async verify({ output }): Promise<readonly Claim[]> {
    return [{ claim: `${output.name} answers with the host key it was given`, verdict: 'pass' }];
  },
};

async function look(want: MachineWant, w: ReadWorld): Promise<Result<MachineGot>> {
  const { name, role, address, ssh } = want.output;
  const node: Node = {
    name,
    role,
    address,
    ssh: {
      user: ssh.user,
      port: ssh.port ?? 22,
      key: want.login,
      hostKey: want.hostKey,
      ...(want.via && { via: want.via }),
    },
  };
  const said = await askMachine(w, node, { what: 'looking at the machine', script: machineScript, deadlineMs: 20_000 });
  if (!said.ok) {
    const later = said.error.kind === 'network' || said.error.kind === 'timeout';
    return later ? err(machineSilent(name, address, said.error)) : said;
  }
  const facts = parseFacts(said.value);
  const system = facts.get('system') ?? '';
  if (system !== 'Linux') return err(notLinux(name, system));
  const cgroup = facts.get('cgroup') === 'cgroup2fs' ? 'v2' : 'v1';
  if (want.cgroup !== undefined && want.cgroup !== cgroup) return err(cgroupDiffers(name, cgroup, want.cgroup));
  return ok({ node, cgroup });
}
