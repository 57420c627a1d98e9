import type { Given, Kit, Publishes, Step } from '../../../model/index.js';
import { keptSecret } from '../../../tools/kept/index.js';
import { machineCount } from './manifest.js';
import type { TanzuSpec } from './spec.js';
import { clusterAccess } from './steps/access.js';
import { tanzuCluster } from './steps/cluster.js';
import { readyCluster } from './steps/ready.js';
import { supervisorFit } from './steps/supervisor.js';

/** All steps: the way to the Supervisor, what it must have, the cluster, its kubeconfig, a look at it. */
export function planTanzu(
  spec: TanzuSpec,
  { infrastructure }: Given<'kubernetes'>,
  kit: Kit,
): { readonly steps: readonly Step[]; readonly publishes: Publishes<'kubernetes'> } {
  const { supervisor: from, waitMinutes, ...rest } = spec;
  const owner = `${kit.platform}-${kit.environment}`;
  const name = spec.name ?? owner;
  const kubectl = { tools: ['kubectl'] };
  const login = kit.step({
    id: 'login',
    title: 'Way to the Supervisor',
    effect: 'local',
    inputs: { from, name: 'tanzu-supervisor', what: 'kubeconfig of the Supervisor' },
    action: keptSecret,
  });
  const supervisor = kit.step({
    id: 'supervisor',
    title: 'Look at the Supervisor',
    effect: 'none',
    inputs: {
      kubeconfig: login.out('secret'),
      class: spec.class,
      classNamespace: spec.classNamespace ?? spec.namespace,
      version: spec.version,
      idle: Array.isArray(infrastructure.nodes) ? infrastructure.nodes.length : 0,
    },
    ...kubectl,
    action: supervisorFit,
  });
  const template = kit.text(kit.catalog(`kubernetes/tanzu/cluster-${spec.api}.yaml`));
  const cluster = kit.step({
    id: 'cluster',
    title: `Cluster ${name}`,
    effect: 'remote',
    inputs: { kubeconfig: login.out('secret'), facts: { ...rest, name, owner, template }, waitMinutes },
    after: [supervisor],
    ...kubectl,
    action: tanzuCluster,
  });
  const access = kit.step({
    id: 'access',
    title: 'Kubeconfig of the cluster',
    effect: 'local',
    inputs: { supervisor: login.out('secret'), namespace: spec.namespace, name: cluster.out('name') },
    deadlineMs: 120_000,
    ...kubectl,
    action: clusterAccess,
  });
  const ready = kit.step({
    id: 'ready',
    title: 'Nodes ready',
    effect: 'remote',
    inputs: { kubeconfig: access.out('kubeconfig'), nodes: machineCount(spec), storageClass: spec.storageClass },
    deadlineMs: 600_000,
    ...kubectl,
    action: readyCluster,
  });
  return {
    steps: [login, supervisor, cluster, access, ready],
    publishes: {
      kubeconfig: ready.out('kubeconfig'),
      version: ready.out('version'),
      storageClass: spec.storageClass,
      support: infrastructure.support,
    },
  };
}
