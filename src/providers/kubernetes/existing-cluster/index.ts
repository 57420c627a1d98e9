import { defineProvider } from '../../../model/index.js';
import { ejectCluster } from './eject.js';
import { ExistingClusterSpec } from './spec.js';
import { cluster } from './steps/cluster.js';
import { kubeconfig } from './steps/kubeconfig.js';
import { support } from './steps/support.js';

/** A cluster that is there already: looked at through its API, never changed. */
export const existingCluster = defineProvider<'kubernetes', ExistingClusterSpec>({
  id: 'existing-cluster',
  layer: 'kubernetes',
  spec: ExistingClusterSpec,
  facts: { title: 'A cluster that exists already', provides: ['kubernetes', 'storage', 'dns'], reads: [] },
  tools: [{ tool: 'kubectl', why: 'asks the cluster' }],
  eject: (spec) => ejectCluster(spec),
  plan(spec, _given, kit) {
    const login = kit.step({
      id: 'kubeconfig',
      title: 'Kubeconfig of the cluster',
      effect: 'local',
      inputs: spec.kubeconfig,
      action: kubeconfig,
    });
    const seen = kit.step({
      id: 'cluster',
      title: 'Look at the cluster',
      effect: 'none',
      inputs: {
        kubeconfig: login.out('secret'),
        versions: spec.versions,
        ...(spec.storageClass !== undefined && { storageClass: spec.storageClass }),
      },
      deadlineMs: 10_000,
      tools: ['kubectl'],
      action: cluster,
    });
    const served = kit.step({
      id: 'support',
      title: 'Look at registry and git server',
      effect: 'none',
      inputs: spec.support,
      action: support,
    });
    return {
      steps: [login, seen, served],
      publishes: {
        kubeconfig: seen.out('kubeconfig'),
        version: seen.out('version'),
        storageClass: seen.out('storageClass'),
        support: { registry: served.out('registry'), git: served.out('git') },
      },
    };
  },
});
