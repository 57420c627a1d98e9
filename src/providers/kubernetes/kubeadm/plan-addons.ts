import type { Later, SecretRef, Step } from '../../../model/index.js';
import { dnsAddress } from './nodes.js';
import { type ClusterPlan, type Deps, pinOf, type Served, text } from './plan-parts.js';
import { addon } from './steps/addon.js';
import { proof } from './steps/proof.js';

/** What addons are applied with, and after what. */
export interface AddonBase {
  readonly kubeconfig: Later<SecretRef>;
  /** All control planes run the version asked for: kube-proxy must not be newer than any of them. */
  readonly planes: Deps;
  readonly served: Served;
}

/** What every cluster gets: Services, names, volumes. */
export function addonSteps(plan: ClusterPlan, { kubeconfig, planes, served }: AddonBase) {
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
        kubeconfig,
        template: text(kit, `addons/${file}.yaml`),
        values,
        machines: { domain: infrastructure.domain, hosts: nodes.map((node) => ({ name: node.name, address: node.address })) },
        images: Object.fromEntries(Object.entries(images).map(([place, image]) => [place, kit.image(pinOf(spec, image))])),
      },
      after: [...planes, ...served(...Object.values(images))],
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

/** What is proved of the cluster as it stands. */
export function proofStep(
  { spec, kit, nodes, first }: ClusterPlan,
  ready: { readonly id: Step['id']; out(key: 'kubeconfig'): Later<SecretRef> },
  addons: ReturnType<typeof addonSteps>,
  after: Deps,
) {
  const workers = nodes.filter(({ role }) => role === 'worker');
  const server = workers[0] ?? first;
  const client = workers[1] ?? first;
  return kit.step({
    id: 'proof',
    title: 'Prove the cluster',
    effect: 'remote',
    inputs: {
      kubeconfig: ready.out('kubeconfig'),
      controlPlanes: [first, ...nodes.filter(({ role, name }) => role === 'control-plane' && name !== first.name)].map(
        ({ node }) => node,
      ),
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
