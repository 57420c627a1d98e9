import { defineProvider } from '../../../model/index.js';
import { controlPlaneCount, nodesUnknown } from './errors.js';
import { plannedNodes } from './nodes.js';
import { planCluster } from './plan.js';
import { impossible } from './steps/impossible.js';
import { KubeadmSpec } from './spec.js';

/** A cluster made by upstream kubeadm over SSH, on machines that carry kubelet and containerd. */
export const kubeadm = defineProvider<'kubernetes', KubeadmSpec>({
  id: 'kubeadm',
  layer: 'kubernetes',
  spec: KubeadmSpec,
  facts: { title: 'Kubernetes by kubeadm', provides: ['kubernetes', 'storage', 'dns'], requires: ['machines'] },
  tools: [
    { tool: 'ssh', why: 'runs kubeadm on the machines' },
    { tool: 'kubectl', why: 'asks and changes the cluster' },
  ],
  plan(spec, given, kit) {
    const nodes = plannedNodes(given.infrastructure.nodes);
    const planes = nodes?.filter(({ role }) => role === 'control-plane') ?? [];
    const [first] = planes;
    const trouble =
      nodes === undefined
        ? nodesUnknown()
        : first === undefined || planes.length > 1
          ? controlPlaneCount(planes.length)
          : undefined;
    if (nodes === undefined || first === undefined || trouble !== undefined) {
      const step = kit.step({
        id: 'machines',
        title: 'Machines for the cluster',
        effect: 'none',
        inputs: {},
        action: impossible(trouble ?? nodesUnknown()),
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
    }
    return planCluster({ spec, infrastructure: given.infrastructure, kit, nodes, first });
  },
});
