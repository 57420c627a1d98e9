import type { Kit, Ref, StepHandle } from '../../../model/index.js';
import { defineProvider } from '../../../model/index.js';
import { ejectInventory } from './eject.js';
import { accessOf, bytesOf, inventoryOf, type Listed } from './inventory.js';
import { ExistingSpec } from './spec.js';
import { inventory } from './steps/inventory.js';
import { type KeyGot, type KeyWant, key } from './steps/key.js';
import { type MachineGot, type MachineWant, machine } from './steps/machine.js';
import { git, registry } from './steps/support.js';

/** Machines that are there already: looked at over SSH, never changed. */
export const existing = defineProvider<'infrastructure', ExistingSpec>({
  id: 'existing',
  layer: 'infrastructure',
  spec: ExistingSpec,
  facts: { title: 'Machines that exist already', provides: ['machines'], reads: [] },
  tools: [
    { tool: 'ssh', why: 'reaches the machines' },
    { tool: 'git', why: 'serves repositories to the machines' },
    { tool: 'docker-registry', why: 'serves images to the machines' },
  ],
  offers: ({ machines }) => ({
    'infrastructure.kind': ['existing'],
    'infrastructure.controlPlanes': [String(machines.filter(({ role }) => role === 'control-plane').length)],
  }),
  eject: (spec, _given, kit) => ejectInventory(spec, kit),
  access: (spec, kit) => accessOf(spec, kit.text(kit.project(spec.knownHosts))),
  machines: ({ machines }) =>
    machines.map(({ name, role, cpus, memory }) => ({
      name,
      role,
      ...(cpus !== undefined && { cpus }),
      ...(memory !== undefined && { memoryBytes: bytesOf(memory) }),
    })),
  plan(spec, _given, kit) {
    const listed = inventoryOf(spec, kit.text(kit.project(spec.knownHosts)));
    const list = kit.step({
      id: 'inventory',
      title: 'Check the inventory',
      effect: 'none',
      inputs: { machines: listed, knownHosts: spec.knownHosts },
      action: inventory,
    });
    const login = kit.step({
      id: 'key',
      title: 'Key of the machines',
      effect: 'local',
      inputs: spec.key,
      after: [list],
      action: key,
    });
    // Listed twice is refused by the first step; the plan itself must still be one.
    const once = listed.filter(({ name }, at) => listed.findIndex((one) => one.name === name) === at);
    const first = once.find(({ role }) => role === 'control-plane') ?? once[0];
    // kubelet is set up for one kind of control groups: all others are compared with the first.
    const head = first && machineStep({ one: first, login, kit });
    const machines = once.map((one) => (one === first && head) || machineStep({ one, login, kit, cgroup: head?.out('cgroup') }));
    const { registry: store, git: repositories } = supportSteps(spec, kit);
    return {
      steps: [list, login, store, repositories, ...machines],
      publishes: {
        // Name, role and address are known now, so that later layers can plan one step per machine.
        nodes: once.map(({ name, role, address }, at) => ({
          name,
          role,
          address,
          ssh: { $step: machines[at]?.id ?? list.id, $path: 'node.ssh' },
        })),
        api: spec.api ?? `${first?.address ?? ''}:6443`,
        support: { registry: store.out('at'), git: repositories.out('at') },
        domain: spec.domain,
        cgroup: { $step: head?.id ?? list.id, $path: 'cgroup' },
      },
    };
  },
});

interface OneMachine {
  readonly one: Listed;
  readonly login: StepHandle<KeyWant, KeyGot>;
  readonly kit: Kit;
  readonly cgroup?: Ref<'v1' | 'v2'> | undefined;
}

function machineStep({ one, login, kit, cgroup }: OneMachine): StepHandle<MachineWant, MachineGot> {
  return kit.step({
    id: `machine/${one.name}`,
    title: `Machine ${one.name}`,
    effect: 'none',
    inputs: { ...one, ...(cgroup && { cgroup }), login: login.out('secret') },
    tools: ['ssh'],
    action: machine,
  });
}

function supportSteps({ support }: ExistingSpec, kit: Kit) {
  const { address, registryPort, gitPort } = support;
  return {
    registry: kit.step({
      id: 'registry',
      title: 'Image registry',
      effect: 'local',
      inputs: { address, port: registryPort },
      tools: ['docker-registry'],
      action: registry,
    }),
    git: kit.step({
      id: 'git',
      title: 'Git server',
      effect: 'local',
      inputs: { address, port: gitPort },
      tools: ['git'],
      action: git,
    }),
  };
}
