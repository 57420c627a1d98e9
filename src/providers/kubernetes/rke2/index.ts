import { defineProvider } from '../../../model/index.js';
import { ejectRke2 } from './eject.js';
import { machinesUnknown, serverCount } from './errors.js';
import { plannedMachines } from './nodes.js';
import { pairs } from './pairs.js';
import { planCluster } from './plan.js';
import { Rke2Spec } from './spec.js';
import { impossible } from './steps/impossible.js';

/** A cluster of RKE2 over SSH, hardened by its CIS profile, without a way to the outside. */
export const rke2 = defineProvider<'kubernetes', Rke2Spec>({
  id: 'rke2',
  layer: 'kubernetes',
  spec: Rke2Spec,
  facts: {
    title: 'Kubernetes by RKE2',
    provides: ['kubernetes', 'storage', 'dns'],
    requires: ['machines'],
    reads: ['infrastructure'],
  },
  tools: [
    { tool: 'ssh', why: 'installs and asks RKE2 on the machines' },
    { tool: 'scp', why: 'copies the release to the machines' },
    { tool: 'kubectl', why: 'asks and changes the cluster' },
  ],
  offers: ({ version }) => ({ 'kubernetes.version': [version.replace(/\+.*/, '')] }),
  needs: () => pairs,
  eject: (spec, given, kit) => ejectRke2(spec, given.infrastructure, kit),
  plan(spec, given, kit) {
    const machines = plannedMachines(given.infrastructure.nodes);
    const servers = machines?.filter(({ role }) => role === 'control-plane') ?? [];
    if (machines !== undefined && servers.length > 0) {
      const agents = machines.filter(({ role }) => role === 'worker');
      return planCluster({ spec, infrastructure: given.infrastructure, kit, servers, agents });
    }
    const action = impossible(machines === undefined ? machinesUnknown() : serverCount(0));
    const step = kit.step({ id: 'machines', title: 'Machines for the cluster', effect: 'none', inputs: {}, action });
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
});
