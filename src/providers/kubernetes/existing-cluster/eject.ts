import type { Ejection } from '../../../model/index.js';
import type { ExistingClusterSpec } from './spec.js';

/** kubectl alone: the cluster is somebody else's. */
export function ejectCluster({ storageClass, support }: ExistingClusterSpec): Ejection {
  const kubectl = 'kubectl --kubeconfig "$(KUBECONFIG)"';
  const look = [
    `${kubectl} get --raw /version`,
    `${kubectl} auth can-i '*' '*' --all-namespaces`,
    `${kubectl} wait --for=condition=Ready nodes --all --timeout=60s`,
    `${kubectl} get storageclass ${storageClass ?? ''}`.trim(),
  ];
  return {
    files: [],
    variables: [{ name: 'KUBECONFIG', why: 'kubeconfig of the cluster' }],
    programs: ['kubectl'],
    check: look,
    apply: look,
    destroy: [],
    leftOut: [
      'Its version is shown, not compared with the ones that are taken.',
      `That a registry answers at ${support.registry} and the cluster reads from ${support.git} is taken for granted.`,
    ],
  };
}
