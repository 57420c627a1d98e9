import { parse } from 'yaml';
import { type Given, type Kit, type Later, type Publishes, type Step, registryOf } from '../../../model/index.js';
import { flagsIn, type MemberFacts } from './config.js';
import { releaseFiles, type ReleaseFiles } from './install.js';
import type { PlannedMachine } from './nodes.js';
import type { Rke2Spec } from './spec.js';
import { checked, heldImages } from './steps/check.js';
import { preparedMachine } from './steps/machine.js';
import { member } from './steps/member.js';
import { proof } from './steps/proof.js';
import { readyCluster } from './steps/ready.js';
import { storage } from './steps/storage.js';
import { tokens } from './steps/tokens.js';
import { upgradedAgent } from './steps/upgrade.js';

/** What a cluster is planned from. */
export interface ClusterPlan {
  readonly spec: Rke2Spec;
  readonly infrastructure: Given<'kubernetes'>['infrastructure'];
  readonly kit: Kit;
  readonly servers: readonly PlannedMachine[];
  readonly agents: readonly PlannedMachine[];
}

type Deps = readonly { readonly id: Step['id'] }[];

/** All steps: servers one after the other, agents beside each other, upgrades of agents one after the other. */
export function planCluster(plan: ClusterPlan): { readonly steps: readonly Step[]; readonly publishes: Publishes<'kubernetes'> } {
  const { spec, infrastructure, kit, servers, agents } = plan;
  const release = releaseFiles(spec, kit);
  const check = checkStep(plan, release);
  const images = spec.images === 'registry' ? [imagesStep(plan)] : [];
  const prepared = new Map([...servers, ...agents].map((machine) => [machine.name, machineStep(plan, machine, [check])]));
  const passwords = kit.step({ id: 'tokens', title: 'Passwords of the cluster', effect: 'local', inputs: {}, action: tokens });
  const parts = { plan, release, passwords: { server: passwords.out('server'), agent: passwords.out('agent') } };
  const own = ({ name }: PlannedMachine): Deps => [...images, ...[prepared.get(name)].flatMap((step) => step ?? [])];
  const serverSteps: ReturnType<typeof memberStep>[] = [];
  for (const machine of servers) serverSteps.push(memberStep(parts, machine, [...own(machine), ...serverSteps.slice(-1)]));
  const agentSteps = agents.map((machine) => memberStep(parts, machine, [...own(machine), ...serverSteps.slice(-1)]));
  const upgrades: ReturnType<typeof upgradeStep>[] = [];
  for (const machine of agents) upgrades.push(upgradeStep(parts, machine, [...agentSteps, ...upgrades.slice(-1)]));
  const ready = kit.step({
    id: 'ready',
    title: 'Nodes ready',
    effect: 'remote',
    inputs: { version: spec.version, nodes: [...servers, ...agents].map(({ name }) => name).sort() },
    after: [...serverSteps, ...upgrades],
    tools: ['kubectl'],
    action: readyCluster,
  });
  const volumes = spec.storage.provisioner === 'none' ? [] : [storageStep(plan, [ready])];
  const proved = proofStep(plan, [ready, ...volumes]);
  return {
    steps: [
      check,
      ...images,
      ...prepared.values(),
      passwords,
      ...serverSteps,
      ...agentSteps,
      ...upgrades,
      ready,
      ...volumes,
      proved,
    ],
    publishes: {
      kubeconfig: ready.out('kubeconfig'),
      version: ready.out('version'),
      storageClass: spec.storage.class,
      support: infrastructure.support,
    },
  };
}

const text = (kit: Kit, path: string): string => kit.text(kit.catalog(`kubernetes/${path}`));

function checkStep({ spec, kit, servers, agents }: ClusterPlan, files: ReleaseFiles) {
  return kit.step({
    id: 'check',
    title: 'Look at release and address ranges',
    effect: 'none',
    inputs: {
      version: spec.version,
      releases: (parse(text(kit, 'rke2/releases.yaml')) ?? {}) as Readonly<Record<string, readonly string[]>>, // our own file
      servers: servers.length,
      ranges: [spec.podSubnet, spec.serviceSubnet, ...[...servers, ...agents].map(({ address }) => address)],
      files,
    },
    action: checked,
  });
}

function imagesStep({ spec, kit, infrastructure }: ClusterPlan) {
  return kit.step({
    id: 'images',
    title: 'Images of RKE2 in the registry',
    effect: 'none',
    inputs: { registry: registryOf(infrastructure.support), version: spec.version },
    action: heldImages,
  });
}

function machineStep({ spec, kit }: ClusterPlan, { name, role, node }: PlannedMachine, after: Deps) {
  return kit.step({
    id: `machine/${name}`,
    title: `Prepare ${name}`,
    effect: 'remote',
    inputs: {
      node,
      role: role === 'control-plane' ? 'server' : 'agent',
      profile: spec.profile,
      selinux: spec.selinux,
      templates: {
        sysctl: text(kit, 'rke2/cis-sysctl.conf'),
        networkManager: text(kit, 'rke2/network-manager.conf'),
        fapolicyd: text(kit, 'rke2/fapolicyd.rules'),
      },
    },
    after,
    tools: ['ssh'],
    action: preparedMachine,
  });
}

interface MemberParts {
  readonly plan: ClusterPlan;
  readonly release: ReleaseFiles;
  readonly passwords: {
    readonly server: Later<{ readonly $secret: string }>;
    readonly agent: Later<{ readonly $secret: string }>;
  };
}

function memberInputs({ plan, release, passwords }: MemberParts, machine: PlannedMachine) {
  const { spec } = plan;
  return {
    node: machine.node,
    facts: factsOf(plan, machine),
    version: spec.version,
    release,
    tokens: passwords,
    drainSeconds: spec.drainSeconds,
  };
}

/** What a member's files are made from; addresses may still be to come. */
export function factsOf(
  { spec, infrastructure, kit, servers, agents }: ClusterPlan,
  machine: PlannedMachine,
): Later<MemberFacts> {
  const { install: _, version: __, storage: ___, drainSeconds: ____, registration, ...settings } = spec;
  const [first] = servers;
  const role = machine.role === 'control-plane' ? 'server' : 'agent';
  return {
    name: machine.name,
    address: machine.address,
    role,
    ...(machine !== first && { registration: registration ?? first?.address ?? '' }),
    api: infrastructure.api,
    servers: servers.map(({ name, address }) => ({ name, address })),
    agents: agents.length > 0,
    registry: registryOf(infrastructure.support),
    settings,
    flags: flagsIn(text(kit, 'rke2/config.schema.json'))[role],
    templates: {
      auditPolicy: text(kit, 'kubeadm/audit-policy.yaml'),
      podSecurity: text(kit, 'rke2/pod-security.yaml'),
    },
  };
}

function memberStep(parts: MemberParts, machine: PlannedMachine, after: Deps) {
  const role = machine.role === 'control-plane' ? 'server' : 'agent';
  return parts.plan.kit.step({
    id: `${role}/${machine.name}`,
    title: `${role === 'server' ? 'Server' : 'Agent'} on ${machine.name}`,
    effect: 'remote',
    inputs: memberInputs(parts, machine),
    after,
    deadlineMs: 900_000,
    tools: ['ssh', 'scp', 'kubectl'],
    action: member,
  });
}

function upgradeStep(parts: MemberParts, machine: PlannedMachine, after: Deps) {
  return parts.plan.kit.step({
    id: `upgrade/${machine.name}`,
    title: `Release of ${machine.name}`,
    effect: 'remote',
    inputs: memberInputs(parts, machine),
    after,
    deadlineMs: 900_000,
    tools: ['ssh', 'scp', 'kubectl'],
    action: upgradedAgent,
  });
}

function storageStep({ spec, kit, infrastructure }: ClusterPlan, after: Deps) {
  return kit.step({
    id: 'storage',
    title: 'Volumes',
    effect: 'remote',
    inputs: {
      template: text(kit, 'addons/local-path.yaml'),
      class: spec.storage.class,
      folder: spec.storage.folder,
      registry: registryOf(infrastructure.support),
      image: kit.image('local-path-provisioner'),
      helperImage: kit.image('helper-busybox'),
    },
    after,
    deadlineMs: 240_000,
    tools: ['kubectl'],
    action: storage,
  });
}

function proofStep({ spec, kit, servers }: ClusterPlan, after: Deps) {
  return kit.step({
    id: 'proof',
    title: 'Prove the cluster',
    effect: 'remote',
    inputs: {
      servers: servers.map(({ node }) => node),
      profile: spec.profile,
      audit: spec.audit,
      enforce: spec.podSecurity.enforce,
      version: spec.version,
    },
    after,
    deadlineMs: 120_000,
    tools: ['kubectl', 'ssh'],
    action: proof,
  });
}
