import { type Given, type Kit, type Publishes, type Step, registryOf } from '../../../model/index.js';
import type { KonvoySpec } from './spec.js';
import { clusterAccess } from './steps/access.js';
import { bootstrapCluster } from './steps/bootstrap.js';
import { fitMachines } from './steps/check.js';
import { konvoyCluster } from './steps/cluster.js';
import { selfManaged } from './steps/pivot.js';
import { pushedBundle } from './steps/push.js';
import { readyCluster } from './steps/ready.js';
import { clusterVersion } from './steps/version.js';

type Infrastructure = Given<'kubernetes'>['infrastructure'];

/** All steps: the machines, images, the bootstrap cluster, the cluster, its own management, its version, a look at it. */
export function planKonvoy(
  spec: KonvoySpec,
  { infrastructure }: Given<'kubernetes'>,
  kit: Kit,
): { readonly steps: readonly Step[]; readonly publishes: Publishes<'kubernetes'> } {
  const name = spec.name ?? `${kit.platform}-${kit.environment}`;
  const { nodes, api } = infrastructure;
  const endpoint = { api, ...(spec.virtualInterface !== undefined && { virtualInterface: spec.virtualInterface }) };
  const check = kit.step({
    id: 'check',
    title: 'Look at the machines',
    effect: 'none',
    inputs: { nodes, ...endpoint },
    tools: ['nkp'],
    action: fitMachines,
  });
  const pushes = pushSteps(spec, infrastructure, kit, check);
  const bootstrap = kit.step({
    id: 'bootstrap',
    title: 'Bootstrap cluster',
    effect: 'local',
    inputs: { name, ...(spec.airgap?.bootstrapImage !== undefined && { image: spec.airgap.bootstrapImage }) },
    after: [check, ...pushes],
    tools: ['nkp', 'kubectl'],
    action: bootstrapCluster,
  });
  const cluster = kit.step({
    id: 'cluster',
    title: `Cluster ${name}`,
    effect: 'remote',
    inputs: {
      facts: { name, nodes, template: kit.text(kit.catalog('kubernetes/konvoy/inventory.yaml')) },
      create: createInputs(spec, infrastructure),
      ...endpoint,
      waitMinutes: spec.waitMinutes,
    },
    after: [bootstrap],
    tools: ['nkp', 'kubectl'],
    action: konvoyCluster,
  });
  const rest = ownSteps(spec, infrastructure, kit, { name, cluster });
  return {
    steps: [check, ...pushes, bootstrap, cluster, ...rest],
    publishes: {
      kubeconfig: rest[3].out('kubeconfig'),
      version: rest[3].out('version'),
      storageClass: spec.storageClass,
      support: infrastructure.support,
    },
  };
}

interface Standing {
  readonly name: string;
  readonly cluster: { readonly id: Step['id'] };
}

/** What is done once the cluster answers itself. */
function ownSteps(spec: KonvoySpec, { nodes }: Infrastructure, kit: Kit, { name, cluster }: Standing) {
  const tools = ['nkp', 'kubectl'];
  const access = kit.step({
    id: 'access',
    title: 'Kubeconfig of the cluster',
    effect: 'local',
    inputs: { name },
    after: [cluster],
    deadlineMs: 120_000,
    tools: ['kubectl'],
    action: clusterAccess,
  });
  const pivot = kit.step({
    id: 'pivot',
    title: 'The cluster manages itself',
    effect: 'remote',
    inputs: { name, kubeconfig: access.out('kubeconfig') },
    tools,
    action: selfManaged,
  });
  const version = kit.step({
    id: 'version',
    title: `Kubernetes ${spec.version}`,
    effect: 'remote',
    inputs: { name, kubeconfig: pivot.out('kubeconfig'), version: spec.version },
    tools,
    action: clusterVersion,
  });
  const ready = kit.step({
    id: 'ready',
    title: 'Nodes ready',
    effect: 'remote',
    inputs: { kubeconfig: version.out('kubeconfig'), nodes, storageClass: spec.storageClass },
    deadlineMs: 600_000,
    tools: ['kubectl'],
    action: readyCluster,
  });
  return [access, pivot, version, ready] as const;
}

function pushSteps({ airgap }: KonvoySpec, infrastructure: Infrastructure, kit: Kit, check: { readonly id: Step['id'] }) {
  const { bundles = [], registry, authority } = airgap ?? {};
  return bundles.map((bundle, at) =>
    kit.step({
      id: `bundle/${bundle.split('/').at(-1) ?? at}`,
      title: `Images of ${bundle.split('/').at(-1) ?? bundle}`,
      effect: 'local',
      inputs: {
        bundle,
        registry: registry ?? registryOf(infrastructure.support),
        ...(authority !== undefined && { authority }),
      },
      after: [check],
      tools: ['nkp'],
      action: pushedBundle,
    }),
  );
}

function createInputs(spec: KonvoySpec, { support }: Infrastructure) {
  const { version, podSubnet, serviceSubnet, airgap, overrides } = spec;
  // Always: images of later layers lie in the environment's registry, and nowhere else.
  const mirror = {
    url: airgap?.registry ?? registryOf(support),
    ...(airgap?.authority !== undefined && { authority: airgap.authority }),
  };
  return {
    version,
    podSubnet,
    serviceSubnet,
    mirror,
    ...(overrides !== undefined && { overrides }),
  };
}
