import type { Given, Kit, Later, Node, Publishes, Ref, SecretRef, SshHop, Step, StepHandle, Support } from '../model/index.js';
import { machineKeys, type MachineKeysGot, type MachineKeysWant } from './keys.js';
import { type MachineGot, type MachineWant, machineAnswers } from './machine.js';
import type { ModuleGot, ModuleWant } from './module.js';
import { type PlannedModule, planModule } from './plan.js';

/** A machine of the cluster whose address is chosen before it is made. */
export type PlannedNode = Pick<Node, 'name' | 'role' | 'address'>;

/** Everything of one environment whose machines a Terraform module makes. */
export interface PlannedEnvironment extends Omit<PlannedModule, 'machines' | 'variables' | 'secrets'> {
  readonly nodes: readonly PlannedNode[];
  /** Machines beside the cluster's that get a host key as well, e.g. `bastion`. */
  readonly others?: readonly string[];
  /** Arguments of the module beside `host_keys`, which may rest on the public halves of keys. */
  readonly variables: (keys: StepHandle<MachineKeysWant, MachineKeysGot>) => Later<Readonly<Record<string, unknown>>>;
  /** Name of the machine in `others` that SSH goes through. */
  readonly bastion?: string;
  /** `host:port`, where it is known beforehand; the module's own where absent. */
  readonly api?: string;
  readonly support: Later<Support>;
  readonly domain: string;
  /** How long a new machine may take until it answers. */
  readonly bootMs?: number;
}

/** Keys, the module, and a step for each machine that waits for it; and what the layer publishes. */
export function planEnvironment(planned: PlannedEnvironment): {
  readonly steps: readonly Step[];
  readonly publishes: Publishes<'infrastructure'>;
} {
  const { kit, nodes, others = [], variables, support, domain } = planned;
  const keys = kit.step<MachineKeysWant, MachineKeysGot>({
    id: 'keys',
    title: 'Keys of the machines',
    effect: 'local',
    inputs: { machines: [...nodes.map(({ name }) => name), ...others] },
    tools: ['ssh-keygen'],
    action: machineKeys,
  });
  const { steps, module } = planModule({
    ...planned,
    variables: variables(keys),
    secrets: { host_keys: keys.out('bundle') },
    machines: nodes.map(({ name }) => name),
  });
  const via = planned.bastion === undefined ? undefined : hop(planned.bastion, module, keys);
  const first = nodes.find(({ role }) => role === 'control-plane') ?? nodes[0];
  const head = first && machineStep({ ...planned, node: first, module, keys, via });
  const machines = nodes.map((node) =>
    node === first && head ? head : machineStep({ ...planned, node, module, keys, via, cgroup: head?.out('cgroup') }),
  );
  return {
    steps: [keys, ...steps, ...machines],
    publishes: {
      // Name, role and address are known now, so that later layers can plan one step per machine.
      nodes: nodes.map((node, at) => ({ ...node, ssh: { $step: machines[at]?.id ?? module.id, $path: 'node.ssh' } })),
      api: planned.api ?? module.out('api'),
      support,
      domain,
      cgroup: { $step: head?.id ?? module.id, $path: 'cgroup' },
    },
  };
}

interface OneMachine {
  readonly kit: Kit;
  readonly node: PlannedNode;
  readonly module: StepHandle<ModuleWant, ModuleGot>;
  readonly keys: StepHandle<MachineKeysWant, MachineKeysGot>;
  readonly via: Later<SshHop> | undefined;
  readonly cgroup?: Ref<'v1' | 'v2'> | undefined;
  readonly bootMs?: number;
}

function machineStep({
  kit,
  node,
  module,
  keys,
  via,
  cgroup,
  bootMs = 600_000,
}: OneMachine): StepHandle<MachineWant, MachineGot> {
  const { name } = node;
  return kit.step<MachineWant, MachineGot>({
    id: `machine/${name}`,
    title: `Machine ${name} answers`,
    effect: 'none',
    inputs: {
      output: { $step: module.id, $path: `nodes.${name}` },
      login: loginKey(keys),
      hostKey: { $step: keys.id, $path: `hosts.${name}.public` },
      ...(via && { via }),
      ...(cgroup && { cgroup }),
    },
    tools: ['ssh'],
    deadlineMs: bootMs,
    action: machineAnswers,
  });
}

/** The private key that opens the machines. */
const loginKey = (keys: StepHandle<MachineKeysWant, MachineKeysGot>): Ref<SecretRef> => ({
  $step: keys.id,
  $path: 'login.secret',
});

/** The public half of the key that opens the machines, for a module's variable. */
export const loginPublic = (keys: StepHandle<MachineKeysWant, MachineKeysGot>): Ref<string> => ({
  $step: keys.id,
  $path: 'login.public',
});

function hop(
  name: string,
  module: StepHandle<ModuleWant, ModuleGot>,
  keys: StepHandle<MachineKeysWant, MachineKeysGot>,
): Later<SshHop> {
  return {
    address: { $step: module.id, $path: 'bastion.address' },
    user: { $step: module.id, $path: 'bastion.user' },
    port: 22,
    key: loginKey(keys),
    hostKey: { $step: keys.id, $path: `hosts.${name}.public` },
  };
}

/** Images as given: known now or later. */
export type GivenImages = Given<'infrastructure'>['image']['images'];
