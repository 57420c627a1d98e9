import {
  type Given,
  isRef,
  type Kit,
  type Later,
  type Node,
  type Publishes,
  type Step,
  type Support,
} from '../../../model/index.js';
import { dnsAddress, type PlannedNode } from './nodes.js';
import type { KubeadmSpec } from './spec.js';
import { addon } from './steps/addon.js';
import { checkedRanges } from './steps/check.js';
import { servedImage } from './steps/image.js';
import { controlPlane } from './steps/init.js';
import { joined } from './steps/join.js';
import { clusterKeys } from './steps/keys.js';
import { preparedNode } from './steps/node.js';
import { proof } from './steps/proof.js';
import { readyCluster } from './steps/ready.js';

/** What a cluster is planned from. */
export interface ClusterPlan {
  readonly spec: KubeadmSpec;
  readonly infrastructure: Given<'kubernetes'>['infrastructure'];
  readonly kit: Kit;
  readonly nodes: readonly PlannedNode[];
  /** The control plane. */
  readonly first: PlannedNode;
}

/** Images that the control plane's pods are started from. */
const staticImages = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'pause'] as const;
/** Registry names every machine gets from the environment's registry. */
const mirrored = ['registry.k8s.io', 'docker.io', 'ghcr.io', 'quay.io', 'strata.local'] as const;

/** All steps of a cluster. */
export function planCluster(plan: ClusterPlan): { readonly steps: readonly Step[]; readonly publishes: Publishes<'kubernetes'> } {
  const { spec, infrastructure, kit, nodes } = plan;
  const images = new Map(
    [...staticImages, 'kube-proxy', 'coredns', 'local-path-provisioner', 'helper-busybox'].map((name) => [
      name,
      imageStep(plan, name),
    ]),
  );
  const served = (...names: readonly string[]) => names.flatMap((name) => images.get(name) ?? []);
  const check = checkStep(plan);
  const prepared = nodes.map((node) => nodeStep(plan, node, [check]));
  const keys = kit.step({
    id: 'keys',
    title: 'Key for encryption at rest',
    effect: 'local',
    inputs: { encryptionTemplate: text(kit, 'kubeadm/encryption.yaml') },
    action: clusterKeys,
  });
  const init = initStep(plan, keys, [...served(...staticImages), ...prepared.filter((_, i) => nodes[i] === plan.first)]);
  const joins = nodes.flatMap((node, i) =>
    node.role === 'worker' ? [joinStep(plan, node, init, [...served('pause'), ...prepared.slice(i, i + 1)])] : [],
  );
  const addons = addonSteps(plan, init, served);
  const ready = kit.step({
    id: 'ready',
    title: 'Nodes ready',
    effect: 'remote',
    inputs: { kubeconfig: init.out('kubeconfig'), version: spec.version, nodes: nodes.map(({ name }) => name).sort() },
    after: [...joins, addons.proxy, addons.dns],
    tools: ['kubectl'],
    action: readyCluster,
  });
  const proved = proofStep(plan, ready, addons, served('helper-busybox'));
  return {
    steps: [
      check,
      ...images.values(),
      ...prepared,
      keys,
      init,
      ...joins,
      addons.proxy,
      addons.dns,
      addons.storage,
      ready,
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

type InitStep = ReturnType<typeof initStep>;
type Deps = readonly { readonly id: Step['id'] }[];

const text = (kit: Kit, path: string): string => kit.text(kit.catalog(`kubernetes/${path}`));

function imageStep({ kit, infrastructure }: ClusterPlan, name: string) {
  return kit.step({
    id: `image/${name}`,
    title: `Image ${name} in the registry`,
    effect: 'local',
    inputs: { image: kit.image(name), registry: registryOf(infrastructure.support) },
    deadlineMs: 60_000,
    action: servedImage,
  });
}

/** The registry's address, from support data that may itself be still to come. */
const registryOf = (support: Later<Support>): Later<string> =>
  isRef(support)
    ? { $step: support.$step, $path: support.$path === '' ? 'registry' : `${support.$path}.registry` }
    : support.registry;

function checkStep({ spec, kit, nodes }: ClusterPlan) {
  return kit.step({
    id: 'check',
    title: 'Look at the address ranges',
    effect: 'none',
    inputs: { podSubnet: spec.podSubnet, serviceSubnet: spec.serviceSubnet, machines: nodes.map(({ address }) => address) },
    action: checkedRanges,
  });
}

function nodeStep({ spec, infrastructure, kit, nodes }: ClusterPlan, { name, node, index }: PlannedNode, after: Deps) {
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

function initStep(
  { spec, infrastructure, kit, nodes, first }: ClusterPlan,
  keys: { out(key: 'encryption'): Later<{ readonly $secret: string }> },
  after: Deps,
) {
  return kit.step({
    id: 'init',
    title: `Control plane on ${first.name}`,
    effect: 'remote',
    inputs: {
      node: first.node,
      name: first.name,
      address: first.address,
      apiServer: infrastructure.api,
      clusterName: `${kit.platform}-${kit.environment}`,
      version: spec.version,
      podSubnet: spec.podSubnet,
      serviceSubnet: spec.serviceSubnet,
      clusterDomain: spec.clusterDomain,
      apiServerImage: kit.image('kube-apiserver'),
      etcd: refOf(kit, 'etcd'),
      dns: refOf(kit, 'coredns'),
      cgroup: infrastructure.cgroup,
      encryption: spec.encryption,
      ...(spec.encryption ? { encryptionConfig: keys.out('encryption') } : {}),
      audit: spec.audit,
      alone: nodes.length === 1,
      featureGates: spec.featureGates,
      eviction: spec.eviction,
      templates: { init: text(kit, 'kubeadm/init.yaml'), auditPolicy: text(kit, 'kubeadm/audit-policy.yaml') },
    },
    after,
    deadlineMs: 300_000,
    tools: ['ssh', 'kubectl'],
    action: controlPlane,
  });
}

/** Reference of an image of the toolchain. */
const refOf = (kit: Kit, name: string): Later<string> => ({ $step: kit.image(name).$step, $path: 'ref' });

function joinStep({ infrastructure, kit }: ClusterPlan, { name, node }: PlannedNode, init: InitStep, after: Deps) {
  return kit.step({
    id: `join/${name}`,
    title: `Join ${name}`,
    effect: 'remote',
    inputs: {
      node,
      kubeconfig: init.out('kubeconfig'),
      apiServer: infrastructure.api,
      authority: init.out('authority'),
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

function addonSteps(plan: ClusterPlan, init: InitStep, served: (...names: readonly string[]) => Deps) {
  const { spec, infrastructure, kit, nodes } = plan;
  const step = (
    name: string,
    title: string,
    file: string,
    values: Later<Readonly<Record<string, string>>>,
    images: Readonly<Record<string, string>>,
  ) =>
    kit.step({
      id: `addon/${name}`,
      title,
      effect: 'remote',
      inputs: {
        name,
        kubeconfig: init.out('kubeconfig'),
        template: text(kit, `addons/${file}.yaml`),
        values,
        machines: { domain: infrastructure.domain, hosts: nodes.map((node) => ({ name: node.name, address: node.address })) },
        images: Object.fromEntries(Object.entries(images).map(([place, image]) => [place, kit.image(image)])),
      },
      after: served(...Object.values(images)),
      deadlineMs: 240_000,
      tools: ['kubectl'],
      action: addon,
    });
  return {
    proxy: step(
      'kube-proxy',
      'kube-proxy',
      'kube-proxy',
      { apiServer: infrastructure.api, podSubnet: spec.podSubnet, mode: spec.proxyMode },
      { image: 'kube-proxy' },
    ),
    dns: step(
      'coredns',
      'CoreDNS',
      'coredns',
      {
        dnsAddress: dnsAddress(spec.serviceSubnet),
        clusterDomain: spec.clusterDomain,
        replicas: String(Math.min(spec.dns.replicas, Math.max(1, nodes.length))),
        upstream: upstream(spec.dns.upstream),
      },
      { image: 'coredns' },
    ),
    storage: step(
      'local-path',
      'Volumes',
      'local-path',
      { storageClass: spec.storage.class, folder: spec.storage.folder },
      { image: 'local-path-provisioner', helperImage: 'helper-busybox' },
    ),
  };
}

/** Names outside: asked of a resolver, or known not to exist, so that nobody waits for an answer. */
const upstream = (resolvers: readonly string[]): string =>
  resolvers.length > 0 ? `forward . ${resolvers.join(' ')}` : ['template ANY ANY . {', '    rcode NXDOMAIN', '}'].join('\n');

function proofStep(
  { spec, kit, nodes, first }: ClusterPlan,
  ready: { readonly id: Step['id']; out(key: 'kubeconfig'): Later<{ readonly $secret: string }> },
  addons: ReturnType<typeof addonSteps>,
  after: Deps,
) {
  const workers = nodes.filter(({ role }) => role === 'worker');
  const server = workers[0] ?? first;
  const client = workers[1] ?? first;
  const controlPlane: Later<Node> = first.node;
  return kit.step({
    id: 'proof',
    title: 'Prove the cluster',
    effect: 'remote',
    inputs: {
      kubeconfig: ready.out('kubeconfig'),
      controlPlane,
      serverNode: server.name,
      clientNode: client.name,
      clusterDomain: spec.clusterDomain,
      image: kit.image('helper-busybox'),
      template: text(kit, 'probe.yaml'),
      encryption: spec.encryption,
      audit: spec.audit,
      subject: [
        ...nodes.map(({ name }) => name),
        addons.proxy.out('digest'),
        addons.dns.out('digest'),
        addons.storage.out('digest'),
      ],
    },
    after: [...after, addons.proxy, addons.dns, ready],
    deadlineMs: 240_000,
    tools: ['kubectl', 'ssh'],
    action: proof,
  });
}
