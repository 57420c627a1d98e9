import type { Ejection, Kit } from '../../../model/index.js';
import { clusterText } from './manifest.js';
import type { TanzuSpec } from './spec.js';

/** The Cluster object, and kubectl: the Supervisor does the rest in any case. */
export function ejectTanzu(spec: TanzuSpec, kit: Kit): Ejection {
  const owner = `${kit.platform}-${kit.environment}`;
  const name = spec.name ?? owner;
  const template = kit.text(kit.catalog(`kubernetes/tanzu/cluster-${spec.api}.yaml`));
  const made = clusterText({ ...spec, name, owner, template });
  const supervisor = 'kubectl --kubeconfig "$(SUPERVISOR_KUBECONFIG)"';
  const object = `clusters.${spec.api}.cluster.x-k8s.io/${name}`;
  const stands = spec.api === 'v1beta1' ? 'ControlPlaneReady' : 'ControlPlaneAvailable';
  return {
    files: [{ path: 'cluster.yaml', text: made.ok ? made.value : `# ${made.error.diagnostic.message}\n` }],
    variables: [{ name: 'SUPERVISOR_KUBECONFIG', why: 'kubeconfig of the Supervisor' }],
    programs: ['kubectl', 'base64'],
    check: [`${supervisor} apply --server-side --dry-run=server -f cluster.yaml`],
    apply: [
      `${supervisor} apply --server-side -f cluster.yaml`,
      `${supervisor} wait --for=condition=${stands} -n ${spec.namespace} --timeout=${spec.waitMinutes}m ${object}`,
      `umask 077; ${supervisor} get secret ${name}-kubeconfig -n ${spec.namespace} -o 'jsonpath={.data.value}' | base64 -d > kubeconfig`,
    ],
    destroy: [`${supervisor} delete --ignore-not-found -f cluster.yaml`],
    leftOut: [
      'Nothing refuses a `version` that skips a minor version or goes back, nor a class or release the Supervisor does not have.',
      'The nodes are not waited for, only the control plane.',
    ],
  };
}
