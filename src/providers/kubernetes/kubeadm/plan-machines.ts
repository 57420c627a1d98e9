import type { Later, SecretRef } from '../../../model/index.js';
import { registryOf } from '../../../model/index.js';
import type { MachinePart } from '../../../tools/kubeadm/index.js';
import type { PlannedNode } from './nodes.js';
import { type ClusterPlan, type Deps, pinOf, refOf, text } from './plan-parts.js';
import { checkedCluster } from './steps/check.js';
import { controlPlane } from './steps/control-plane.js';
import { servedImage } from './steps/image.js';
import { joined } from './steps/join.js';
import { preparedNode } from './steps/node.js';
import { versionedPrograms } from './steps/programs.js';
import { machineVersioned } from './steps/version.js';

/** Registry names every machine gets from the environment's registry. */
const mirrored = ['registry.k8s.io', 'docker.io', 'ghcr.io', 'quay.io', 'strata.local'] as const;

/** An image in the environment's registry. */
export function imageStep({ spec, kit, infrastructure }: ClusterPlan, name: string) {
  return kit.step({
    id: `image/${name}`,
    title: `Image ${name} in the registry`,
    effect: 'local',
    inputs: { image: kit.image(pinOf(spec, name)), registry: registryOf(infrastructure.support) },
    deadlineMs: 60_000,
    action: servedImage,
  });
}

/** Whether what is asked for fits together, and what is there. */
export function checkStep({ spec, kit, nodes }: ClusterPlan) {
  return kit.step({
    id: 'check',
    title: 'Look at address ranges and versions',
    effect: 'none',
    inputs: {
      podSubnet: spec.podSubnet,
      serviceSubnet: spec.serviceSubnet,
      machines: nodes.map(({ address }) => address),
      version: spec.version,
    },
    tools: ['kubectl'],
    action: checkedCluster,
  });
}

/** Programs of the cluster's version, for machines whose image carries another one. */
export function programsStep({ spec, infrastructure, kit }: ClusterPlan, { name, node }: PlannedNode, after: Deps) {
  return kit.step({
    id: `programs/${name}`,
    title: `Programs of ${spec.version} on ${name}`,
    effect: 'remote',
    inputs: {
      node,
      version: spec.version,
      image: kit.image(pinOf(spec, 'kubernetes-node')),
      registry: registryOf(infrastructure.support),
    },
    after,
    tools: ['ssh'],
    action: versionedPrograms,
  });
}

/** A machine ready for kubeadm. */
export function nodeStep({ spec, infrastructure, kit, nodes }: ClusterPlan, { name, node, index }: PlannedNode, after: Deps) {
  return kit.step({
    id: `node/${name}`,
    title: `Prepare ${name}`,
    effect: 'remote',
    inputs: {
      node,
      index,
      peers: nodes.map((peer) => ({ name: peer.name, address: peer.address })),
      podSubnet: spec.podSubnet,
      registry: registryOf(infrastructure.support),
      mirrored,
      version: spec.version,
      pause: kit.image('pause'),
      templates: {
        cni: text(kit, 'node/cni.conflist'),
        hosts: text(kit, 'node/hosts.toml'),
        routes: text(kit, 'node/pod-routes.conf'),
        masquerade: text(kit, 'node/pod-masquerade.nft'),
        unit: text(kit, 'node/pod-network.service'),
      },
    },
    after,
    tools: ['ssh'],
    action: preparedNode,
  });
}

/** The control plane on one machine. */
export function controlPlaneStep(
  plan: ClusterPlan,
  { name, node, address }: PlannedNode,
  keys: { out(key: 'encryption'): Later<SecretRef> },
  after: Deps,
) {
  const { spec, infrastructure, kit, nodes, first } = plan;
  return kit.step({
    id: `control-plane/${name}`,
    title: `Control plane on ${name}`,
    effect: 'remote',
    inputs: {
      node,
      name,
      address,
      peers: nodes.filter((peer) => peer.role === 'control-plane' && peer.name !== name).map((peer) => peer.node),
      founding: name === first.name,
      apiServer: infrastructure.api,
      clusterName: `${kit.platform}-${kit.environment}`,
      version: spec.version,
      podSubnet: spec.podSubnet,
      serviceSubnet: spec.serviceSubnet,
      clusterDomain: spec.clusterDomain,
      apiServerImage: kit.image(pinOf(spec, 'kube-apiserver')),
      etcd: refOf(kit, 'etcd'),
      dns: refOf(kit, 'coredns'),
      cgroup: infrastructure.cgroup,
      encryption: spec.encryption,
      ...(spec.encryption ? { encryptionConfig: keys.out('encryption') } : {}),
      audit: spec.audit,
      alone: nodes.every(({ role }) => role === 'control-plane'),
      featureGates: spec.featureGates,
      eviction: spec.eviction,
      templates: { init: text(kit, 'kubeadm/init.yaml'), auditPolicy: text(kit, 'kubeadm/audit-policy.yaml') },
      joining: {
        join: text(kit, 'kubeadm/join-control-plane.yaml'),
        discovery: text(kit, 'kubeadm/discovery.yaml'),
        token: text(kit, 'kubeadm/bootstrap-token.yaml'),
        uploadCertificates: text(kit, 'kubeadm/upload-certificates.yaml'),
      },
    },
    after,
    deadlineMs: 300_000,
    tools: ['ssh', 'kubectl'],
    action: controlPlane,
  });
}

/** A worker. */
export function joinStep(
  { infrastructure, kit }: ClusterPlan,
  { name, node }: PlannedNode,
  founded: ReturnType<typeof controlPlaneStep>,
  after: Deps,
) {
  return kit.step({
    id: `join/${name}`,
    title: `Join ${name}`,
    effect: 'remote',
    inputs: {
      node,
      kubeconfig: founded.out('kubeconfig'),
      apiServer: infrastructure.api,
      authority: founded.out('authority'),
      cgroup: infrastructure.cgroup,
      templates: {
        join: text(kit, 'kubeadm/join.yaml'),
        discovery: text(kit, 'kubeadm/discovery.yaml'),
        token: text(kit, 'kubeadm/bootstrap-token.yaml'),
      },
    },
    after,
    deadlineMs: 240_000,
    tools: ['ssh', 'kubectl'],
    action: joined,
  });
}

/**
 * The version one machine runs. It refers to no step of the cluster, only waits for them: so a plan can look at each machine,
 * and says what an upgrade would change there.
 */
export function versionStep(
  { spec, infrastructure, kit }: ClusterPlan,
  { name, node }: PlannedNode,
  part: MachinePart,
  after: Deps,
) {
  return kit.step({
    id: `version/${name}`,
    title: `Kubernetes ${spec.version} on ${name}`,
    effect: 'remote',
    inputs: {
      node,
      part,
      version: spec.version,
      drainMs: spec.upgrade.drain * 1000,
      cgroup: infrastructure.cgroup,
      template: text(kit, 'kubeadm/upgrade.yaml'),
    },
    after,
    tools: ['ssh', 'kubectl'],
    action: machineVersioned,
  });
}
