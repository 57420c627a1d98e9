import { type Given, type Kit, type Later, type Publishes, type Step, type Support, registryOf } from '../../../model/index.js';
import { keptSecret } from '../../../tools/kept/index.js';
import type { ClusterFacts } from './documents.js';
import { machinesUnknown } from './errors.js';
import { type PlannedMachine, plannedMachines } from './nodes.js';
import { channelOf } from './release.js';
import type { OpenshiftSpec } from './spec.js';
import { bootedMachines } from './steps/boot.js';
import { fitCluster, impossible } from './steps/check.js';
import { installed } from './steps/install.js';
import { bootMedia } from './steps/media.js';
import { registryMirrors } from './steps/mirrors.js';
import { readyCluster } from './steps/ready.js';
import { clusterRelease } from './steps/version.js';

type Infrastructure = Given<'kubernetes'>['infrastructure'];
interface Planned {
  readonly steps: readonly Step[];
  readonly publishes: Publishes<'kubernetes'>;
}

/** All steps: what the installer would refuse, the boot medium, the machines, the milestones, the release, the operators. */
export function planOpenshift(spec: OpenshiftSpec, { infrastructure }: Given<'kubernetes'>, kit: Kit): Planned {
  const machines = plannedMachines(infrastructure.nodes);
  if (machines === undefined) return withoutMachines(spec, infrastructure, kit);
  const facts = factsOf(spec, infrastructure, machines, kit);
  const check = kit.step({ id: 'check', title: 'Look at the layout', effect: 'none', inputs: { facts }, action: fitCluster });
  const secret = (id: string, what: string, from: OpenshiftSpec['pullSecret']) =>
    kit.step({
      id,
      title: `Keep the ${what}`,
      effect: 'local',
      inputs: { from, name: `openshift-${id}`, what },
      action: keptSecret,
    });
  const [pull, ssh] = [secret('pull-secret', 'pull secret', spec.pullSecret), secret('ssh-key', 'public key', spec.sshKey)];
  const media = kit.step({
    id: 'media',
    title: 'Boot medium',
    effect: 'local',
    inputs: { facts, version: spec.version, pullSecret: pull.out('secret'), sshKey: ssh.out('secret') },
    after: [check],
    tools: ['openshift-install'],
    action: bootMedia,
  });
  const first = machines.find(({ role }) => role === 'control-plane') ?? machines[0];
  const boot = kit.step({
    id: 'boot',
    title: 'Machines booted from the medium',
    effect: 'none',
    inputs: {
      iso: media.out('iso'),
      kubeconfig: media.out('kubeconfig'),
      machines: [first, ...machines.filter((one) => one !== first)].flatMap((one) => (one === undefined ? [] : [one.name])),
      address: first?.address ?? '',
      minutes: spec.bootMinutes,
    },
    tools: ['kubectl'],
    action: bootedMachines,
  });
  const rest = clusterSteps(spec, kit, {
    kubeconfig: media.out('kubeconfig'),
    after: boot,
    nodes: machines.length,
    support: infrastructure.support,
  });
  return {
    steps: [check, pull, ssh, media, boot, ...rest],
    publishes: published(spec, infrastructure, rest[4]),
  };
}

interface Made {
  readonly kubeconfig: Later<{ readonly $secret: string }>;
  readonly after: { readonly id: Step['id'] };
  readonly nodes: number;
  readonly support: Later<Support>;
}

function clusterSteps(spec: OpenshiftSpec, kit: Kit, { kubeconfig, after, nodes, support }: Made) {
  const milestone = (id: string, title: string, name: 'bootstrap-complete' | 'install-complete', before: Made['after']) =>
    kit.step({
      id,
      title,
      effect: 'remote',
      inputs: { kubeconfig, milestone: name },
      after: [before],
      tools: ['openshift-install', 'kubectl'],
      action: installed,
    });
  const bootstrap = milestone('bootstrap', 'Control plane', 'bootstrap-complete', after);
  const install = milestone('install', 'Installation', 'install-complete', bootstrap);
  const version = kit.step({
    id: 'version',
    title: `OpenShift ${spec.version}`,
    effect: 'remote',
    inputs: {
      kubeconfig: install.out('kubeconfig'),
      version: spec.version,
      channel: channelOf(spec.channel, spec.version),
      ...(spec.updateImage !== undefined && { image: spec.updateImage }),
    },
    tools: ['kubectl'],
    action: clusterRelease,
  });
  const mirrors = kit.step({
    id: 'mirrors',
    title: 'Images from the registry',
    effect: 'remote',
    inputs: {
      kubeconfig: version.out('kubeconfig'),
      registry: registryOf(support),
      template: kit.text(kit.catalog('kubernetes/openshift/mirrors.yaml')),
    },
    tools: ['kubectl'],
    action: registryMirrors,
  });
  const ready = kit.step({
    id: 'ready',
    title: 'Operators and nodes ready',
    effect: 'remote',
    inputs: { kubeconfig: mirrors.out('kubeconfig'), nodes, storageClass: spec.storageClass },
    tools: ['kubectl'],
    action: readyCluster,
  });
  return [bootstrap, install, version, mirrors, ready] as const;
}

function factsOf(
  spec: OpenshiftSpec,
  infrastructure: Infrastructure,
  machines: readonly PlannedMachine[],
  kit: Kit,
): Later<ClusterFacts> {
  const { platform, machineNetwork, podSubnet, hostPrefix, serviceSubnet, architecture, hosts, mirrors, fips, ntp } = spec;
  const text = (file: string): string => kit.text(kit.catalog(`kubernetes/openshift/${file}`));
  return {
    ...{ platform, machineNetwork, podSubnet, hostPrefix, serviceSubnet, architecture, hosts, mirrors, fips, ntp },
    name: spec.name ?? kit.environment,
    baseDomain: spec.baseDomain ?? infrastructure.domain,
    machines,
    api: infrastructure.api,
    ...(spec.apiVip !== undefined && { apiVip: spec.apiVip }),
    ...(spec.ingressVip !== undefined && { ingressVip: spec.ingressVip }),
    ...(spec.proxy !== undefined && { proxy: spec.proxy }),
    trustBundle: spec.trustBundle === undefined ? '' : kit.text(kit.project(spec.trustBundle)),
    templates: { install: text('install-config.yaml'), agent: text('agent-config.yaml') },
  };
}

interface Published {
  out(key: 'kubeconfig'): Later<{ readonly $secret: string }>;
  out(key: 'version'): Later<string>;
}

const published = (spec: OpenshiftSpec, infrastructure: Infrastructure, ready: Published): Publishes<'kubernetes'> => ({
  kubeconfig: ready.out('kubeconfig'),
  version: ready.out('version'),
  storageClass: spec.storageClass,
  support: infrastructure.support,
});

function withoutMachines(spec: OpenshiftSpec, infrastructure: Infrastructure, kit: Kit): Planned {
  const step = kit.step({
    id: 'machines',
    title: 'Machines for the cluster',
    effect: 'none',
    inputs: {},
    action: impossible(machinesUnknown()),
  });
  return { steps: [step], publishes: published(spec, infrastructure, step) };
}
