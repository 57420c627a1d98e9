import { defineProvider, type Provider } from '../../../model/index.js';
import { ejectKubeadm } from './eject.js';
import { controlPlaneCount, nodesUnknown, quorumReason, versionNotCarried } from './errors.js';
import { plannedNodes } from './nodes.js';
import { planCluster } from './plan.js';
import { KubeadmSpec } from './spec.js';
import { impossible } from './steps/impossible.js';
import { carriedMinors, suffixOf } from './versions.js';

/** A cluster made by upstream kubeadm over SSH, on machines that carry kubelet and containerd. */
export const kubeadm: Provider<'kubernetes', KubeadmSpec> = defineProvider<'kubernetes', KubeadmSpec>({
  id: 'kubeadm',
  layer: 'kubernetes',
  spec: KubeadmSpec,
  facts: { title: 'Kubernetes by kubeadm', provides: ['kubernetes', 'storage', 'dns'], requires: ['machines'] },
  tools: [
    { tool: 'ssh', why: 'runs kubeadm on the machines' },
    { tool: 'kubectl', why: 'asks and changes the cluster' },
  ],
  offers: ({ version }) => ({ 'kubernetes.version': [version] }),
  needs: () => [
    {
      key: 'image.os',
      oneOf: ['debian-12', 'ubuntu-22.04', 'ubuntu-24.04', 'rhel-9', 'rocky-9', 'alma-9'],
      because: 'kubelet needs systemd and containerd, and the pod network is written for networkd and nftables',
    },
    { key: 'infrastructure.controlPlanes', oneOf: ['1', '3', '5'], because: quorumReason },
  ],
  plan(spec, given, kit) {
    const nodes = plannedNodes(given.infrastructure.nodes);
    const planes = nodes?.filter(({ role }) => role === 'control-plane') ?? [];
    const [first] = planes;
    if (nodes !== undefined && first !== undefined && [1, 3, 5].includes(planes.length) && suffixOf(spec.version) !== undefined)
      return planCluster({ spec, infrastructure: given.infrastructure, kit, nodes, first });
    const counted = planes.length === 1 || planes.length === 3 || planes.length === 5;
    const carried = `those of ${carriedMinors.map((minor) => `1.${minor}`).join(' and ')}`;
    const trouble =
      nodes === undefined
        ? nodesUnknown()
        : counted
          ? versionNotCarried(spec.version, carried)
          : controlPlaneCount(planes.length);
    const step = kit.step({
      id: 'machines',
      title: 'Machines for the cluster',
      effect: 'none',
      inputs: {},
      action: impossible(trouble),
    });
    return {
      steps: [step],
      publishes: {
        kubeconfig: step.out('kubeconfig'),
        version: spec.version,
        storageClass: spec.storage.class,
        support: given.infrastructure.support,
      },
    };
  },
  eject: (spec, given, kit) => ejectKubeadm(spec, kubeadm.plan(spec, given, kit).steps, kit),
});
