import type { Publishes, Step } from '../../../model/index.js';
import type { PlannedNode } from './nodes.js';
import { addonSteps, proofStep } from './plan-addons.js';
import { checkStep, controlPlaneStep, imageStep, joinStep, nodeStep, programsStep, versionStep } from './plan-machines.js';
import { type ClusterPlan, type Deps, type Served, text } from './plan-parts.js';
import { clusterKeys } from './steps/keys.js';
import { readyCluster } from './steps/ready.js';

/** Images that the control plane's pods are started from. */
const staticImages = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'pause'] as const;
const allImages = [
  ...staticImages,
  'kube-proxy',
  'coredns',
  'local-path-provisioner',
  'helper-busybox',
  'kubernetes-node',
] as const;

/** All steps of a cluster. */
export function planCluster(plan: ClusterPlan): { readonly steps: readonly Step[]; readonly publishes: Publishes<'kubernetes'> } {
  const { spec, infrastructure, kit, nodes } = plan;
  const images = new Map<string, ReturnType<typeof imageStep>>(allImages.map((name) => [name, imageStep(plan, name)]));
  const served: Served = (...names) => names.flatMap((name) => images.get(name) ?? []);
  const check = checkStep(plan);
  const prepared = preparedSteps(plan, [check, ...served('kubernetes-node')], check);
  const keys = kit.step({
    id: 'keys',
    title: 'Key for encryption at rest',
    effect: 'local',
    inputs: { encryptionTemplate: text(kit, 'kubeadm/encryption.yaml') },
    action: clusterKeys,
  });
  const planes = controlPlanes(plan, keys, prepared, served);
  const workers = workerSteps(plan, planes, prepared, served);
  const addons = addonSteps(plan, {
    kubeconfig: planes.founded.out('kubeconfig'),
    planes: planes.last,
    served,
  });
  const ready = kit.step({
    id: 'ready',
    title: 'Nodes ready',
    effect: 'remote',
    inputs: { kubeconfig: planes.founded.out('kubeconfig'), version: spec.version, nodes: nodes.map(({ name }) => name).sort() },
    after: [...planes.steps, ...workers, addons.proxy, addons.dns],
    tools: ['kubectl'],
    action: readyCluster,
  });
  const proved = proofStep(plan, ready, addons, served('helper-busybox'));
  return {
    steps: [
      check,
      ...images.values(),
      ...prepared.values(),
      keys,
      ...planes.steps,
      ...workers,
      addons.proxy,
      addons.dns,
      addons.storage,
      ready,
      proved,
    ].flat(),
    publishes: {
      kubeconfig: ready.out('kubeconfig'),
      version: ready.out('version'),
      storageClass: spec.storage.class,
      support: infrastructure.support,
    },
  };
}

/** Steps of each machine, by its name. */
type Prepared = ReadonlyMap<string, readonly Step[]>;

function preparedSteps(plan: ClusterPlan, after: Deps, check: Deps[number]): Prepared {
  return new Map(
    plan.nodes.map((node) => {
      const programs = programsStep(plan, node, after);
      return [node.name, [programs, nodeStep(plan, node, [check, programs])]];
    }),
  );
}

const planesOf = ({ nodes }: ClusterPlan): readonly PlannedNode[] => nodes.filter(({ role }) => role === 'control-plane');

/** One control plane after the other: each changes the members of etcd, and etcd takes one change at a time. */
function controlPlanes(plan: ClusterPlan, keys: Parameters<typeof controlPlaneStep>[2], prepared: Prepared, served: Served) {
  const all = planesOf(plan);
  const ready = [...served(...staticImages), ...all.flatMap(({ name }) => prepared.get(name) ?? [])];
  // The first looks at the others before it makes a cluster, so all of them are there by then.
  const founded = controlPlaneStep(plan, plan.first, keys, ready);
  const founding = [founded, versionStep(plan, plan.first, 'first-control-plane', [founded])];
  const steps: Step[] = [...founding];
  let last: Deps = founding.slice(1);
  for (const node of all.filter(({ name }) => name !== plan.first.name)) {
    const plane = controlPlaneStep(plan, node, keys, [...ready, ...last]);
    const version = versionStep(plan, node, 'control-plane', [plane]);
    steps.push(plane, version);
    last = [version];
  }
  return { founded, steps, last };
}

/**
 * Workers join side by side and are upgraded one after the other, when all control planes run the version asked for: kubelet
 * must not be newer than any API server it may meet. A step that waited for that by itself would not end where one fails.
 */
function workerSteps(
  plan: ClusterPlan,
  planes: ReturnType<typeof controlPlanes>,
  prepared: Prepared,
  served: Served,
): readonly Step[] {
  let before = planes.last;
  return plan.nodes
    .filter(({ role }) => role === 'worker')
    .flatMap((node) => {
      const join = joinStep(plan, node, planes.founded, [...served('pause'), ...planes.last, ...(prepared.get(node.name) ?? [])]);
      const version = versionStep(plan, node, 'worker', [...before, join]);
      before = [version];
      return [join, version];
    });
}
