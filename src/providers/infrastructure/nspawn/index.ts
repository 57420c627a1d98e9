import type { Kit, StepId } from '../../../model/index.js';
import { defineProvider } from '../../../model/index.js';
import { bytesOf, layoutOf } from './naming.js';
import { NspawnSpec } from './spec.js';
import { keys } from './steps/keys.js';
import { limits } from './steps/limits.js';
import { machine } from './steps/machine.js';
import { network } from './steps/network.js';
import { preflight } from './steps/preflight.js';
import { git, registry } from './steps/support.js';

const system = 'part of every distribution; a container may lack it';
const tools = [
  { tool: 'systemd-nspawn', why: 'boots the machines' },
  { tool: 'ip', why: "makes the machines' network" },
  { tool: 'ssh', why: 'reaches the machines' },
  { tool: 'ssh-keygen', why: 'makes the keys of the environment' },
  { tool: 'git', why: 'serves repositories to the machines' },
  { tool: 'docker-registry', why: 'serves images to the machines' },
  ...['nsenter', 'unshare', 'mount', 'umount', 'kill', 'find', 'sysctl', 'df'].map((tool) => ({ tool, why: system })),
] as const;

/** Machines on this host: systemd-nspawn on copy-on-write roots, a network of their own, a registry and a git server. */
export const nspawn = defineProvider<'infrastructure', NspawnSpec>({
  id: 'nspawn',
  layer: 'infrastructure',
  spec: NspawnSpec,
  facts: { title: 'Machines on this host', provides: ['machines'], machine: { system: 'linux', root: true } },
  tools,
  machines: (spec) =>
    layoutOf(spec).machines.map(({ name, role }) => ({
      name,
      role,
      ...(spec.machines.cpus !== undefined && { cpus: spec.machines.cpus }),
      ...(spec.machines.memory !== undefined && { memoryBytes: bytesOf(spec.machines.memory) }),
    })),
  plan(spec, given, kit) {
    const layout = layoutOf(spec);
    const base = foundations(spec, kit);
    const names = layout.machines.map(({ name }) => name);
    const keyring = kit.step({
      id: 'keys',
      title: 'Keys of the environment',
      effect: 'local',
      inputs: { machines: names },
      tools: ['ssh-keygen'],
      action: keys,
    });
    const machines = layout.machines.map((planned) =>
      kit.step({
        id: `machine/${planned.name}`,
        title: `Machine ${planned.name}`,
        effect: 'local',
        inputs: {
          ...planned,
          prefix: layout.prefix,
          gateway: layout.host,
          domain: spec.domain,
          peers: layout.machines,
          user: spec.user,
          seed: `${kit.platform}/${kit.environment}`,
          images: given.image.images,
          ...(spec.image === undefined ? {} : { imageName: spec.image }),
          login: { $step: keyring.id, $path: 'login' },
          host: { $step: keyring.id, $path: `hosts.${planned.name}` },
          cgroup: base.preflight.out(),
          ...(spec.machines.memory === undefined ? {} : { memoryBytes: bytesOf(spec.machines.memory) }),
          ...(spec.machines.cpus === undefined ? {} : { cpus: spec.machines.cpus }),
          dataFolders: spec.dataFolders,
        },
        after: base.ids,
        tools: ['systemd-nspawn', 'ssh'],
        action: machine,
      }),
    );
    const first = layout.machines[0];
    return {
      steps: [...base.steps, keyring, ...machines],
      publishes: {
        // Name, role and address are known now, so that later layers can plan one step per machine.
        nodes: layout.machines.map((planned, i) => ({
          ...planned,
          ssh: { $step: machines[i]?.id ?? keyring.id, $path: 'node.ssh' },
        })),
        api: `${first?.address ?? ''}:6443`,
        support: { registry: base.registry.out('at'), git: base.git.out('at') },
        domain: spec.domain,
        cgroup: base.preflight.out('version'),
      },
    };
  },
});

/** What all machines rest on. */
function foundations(spec: NspawnSpec, kit: Kit) {
  const { host, support, prefix } = layoutOf(spec);
  const first = kit.step({
    id: 'preflight',
    title: 'Look at this host',
    effect: 'none',
    inputs: { subnet: spec.subnet, ...spec.require },
    tools: ['ip'],
    action: preflight,
  });
  const after = [first.id];
  const shared = kit.step({
    id: 'limits',
    title: 'Kernel limits of this host',
    effect: 'local',
    inputs: { inotifyInstances: 1024 },
    after,
    action: limits,
  });
  const net = kit.step({
    id: 'network',
    title: 'Network of the machines',
    effect: 'local',
    inputs: { host, support, prefix },
    after,
    tools: ['ip'],
    action: network,
  });
  const store = kit.step({
    id: 'registry',
    title: 'Image registry',
    effect: 'local',
    inputs: { address: support, port: 5000 },
    after: [net.id],
    tools: ['docker-registry'],
    action: registry,
  });
  const repositories = kit.step({
    id: 'git',
    title: 'Git server',
    effect: 'local',
    inputs: { address: support, port: 9418 },
    after: [net.id],
    tools: ['git'],
    action: git,
  });
  const ids: readonly StepId[] = [net.id, shared.id];
  return { preflight: first, registry: store, git: repositories, ids, steps: [first, shared, net, store, repositories] };
}
