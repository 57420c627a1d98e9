import { type Given, isRef, type Kit, type Publishes, type Step, type StepHandle, type StepId } from '../../../model/index.js';
import { bytesOf, type Layout, layoutOf } from './naming.js';
import type { NspawnSpec } from './spec.js';
import { balancer } from './steps/balancer.js';
import { keys } from './steps/keys.js';
import { limits } from './steps/limits.js';
import { machine } from './steps/machine.js';
import { network } from './steps/network.js';
import { preflight } from './steps/preflight.js';
import { git, registry, type SupportGot } from './steps/support.js';

/** Where API servers listen, and the load balancer in front of them. */
const apiPort = 6443;
/** Mebibytes that each further control plane takes. */
const perControlPlane = 1024;

/** The images that machines are made from: they need not wait for disk files of the same image. */
const rootsOf = (images: Given<'infrastructure'>['image']['images']): typeof images =>
  isRef(images) ? images : images.filter((image) => isRef(image) || image.format === 'rootfs');

/** All steps of machines on this host. */
export function planMachines(
  spec: NspawnSpec,
  given: Given<'infrastructure'>,
  kit: Kit,
): { readonly steps: readonly Step[]; readonly publishes: Publishes<'infrastructure'> } {
  const layout = layoutOf(spec);
  const base = foundations(spec, kit);
  const keyring = kit.step({
    id: 'keys',
    title: 'Keys of the environment',
    effect: 'local',
    inputs: { machines: layout.machines.map(({ name }) => name) },
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
        images: rootsOf(given.image.images),
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
  const api = balancerStep(layout, kit, base.ids);
  return {
    steps: [...base.steps, keyring, ...(api ? [api] : []), ...machines],
    publishes: {
      // Name, role and address are known now, so that later layers can plan one step per machine.
      nodes: layout.machines.map((planned, i) => ({
        ...planned,
        ssh: { $step: machines[i]?.id ?? keyring.id, $path: 'node.ssh' },
      })),
      api: api?.out('at') ?? `${layout.machines[0]?.address ?? ''}:${apiPort}`,
      support: { registry: base.registry.out('at'), git: base.git.out('at') },
      domain: spec.domain,
      cgroup: base.preflight.out('version'),
    },
  };
}

/** One control plane needs nothing in front of it. */
function balancerStep(
  { support, machines }: Layout,
  kit: Kit,
  after: readonly StepId[],
): StepHandle<unknown, SupportGot> | undefined {
  const planes = machines.filter(({ role }) => role === 'control-plane');
  if (planes.length < 2) return undefined;
  return kit.step({
    id: 'api',
    title: 'Load balancer of the API',
    effect: 'local',
    inputs: {
      address: support,
      port: apiPort,
      servers: planes.map(({ address }) => `${address}:${apiPort}`),
      program: kit.tool('tcp-balancer'),
    },
    after,
    tools: ['tcp-balancer'],
    action: balancer,
  });
}

/** What all machines rest on. */
function foundations(spec: NspawnSpec, kit: Kit) {
  const { host, support, prefix } = layoutOf(spec);
  const first = kit.step({
    id: 'preflight',
    title: 'Look at this host',
    effect: 'none',
    inputs: {
      subnet: spec.subnet,
      disk: spec.require.disk,
      memory: spec.require.memory + (spec.machines.controlPlanes - 1) * perControlPlane,
    },
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
