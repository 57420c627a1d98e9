import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The ClusterClass is not in the Supervisor. */
export const classMissing = (name: string, namespace: string, there: readonly string[]): Failure =>
  failure(
    'invalid',
    'TANZU-CLASS',
    `There is no ClusterClass ${name} in namespace ${namespace}; there are: ${there.join(', ') || 'none'}.`,
    { say: 'Name one that is there in `class` and `classNamespace`.', command: 'kubectl get clusterclass -A' },
  );

/** The Supervisor has no such Kubernetes release, or it is not compatible. */
export const releaseMissing = (version: string, why: string, nearest: string | undefined): Failure =>
  failure(
    'invalid',
    'TANZU-RELEASE',
    `The Supervisor cannot make clusters of ${version}: ${why}; the nearest it can is ${nearest ?? 'none'}.`,
    {
      say: 'Use a release that is there, or add the one you want to the content library.',
      command: 'kubectl get kubernetesreleases',
    },
  );

/** Kubernetes goes up one minor version at a time. */
export const versionSkips = (from: string, to: string, next: string): Failure =>
  failure(
    'refused',
    'TANZU-VERSION-SKEW',
    `The cluster is at ${from}; ${to} is more than one minor version away, ${next} comes between.`,
    { say: 'Go to a release of the minor version between first, then on.', command: 'strata plan' },
  );

/** There is no way back to an older version. */
export const versionBack = (from: string, to: string): Failure =>
  failure('refused', 'TANZU-VERSION-BACK', `The cluster is at ${from}; ${to} is older, and there is no way back.`, {
    say: 'Set `version` to what the cluster has, or newer.',
    command: 'strata plan',
  });

/** A cluster of that name is there and is not this environment's. */
export const clusterTaken = (name: string, namespace: string, owner: string): Failure =>
  failure('conflict', 'TANZU-TAKEN', `Cluster ${namespace}/${name} is there already and belongs to ${owner}.`, {
    say: 'Choose another `name`, or remove that cluster yourself.',
    command: `kubectl get cluster ${name} -n ${namespace} -o yaml`,
  });

/** The cluster does not stand yet; it goes on by itself. */
export const notStanding = (name: string, lacks: readonly string[], minutes: number): Failure =>
  failure(
    'not-ready',
    'TANZU-NOT-READY',
    `Cluster ${name} does not stand after ${minutes} min: ${lacks.slice(0, 4).join('; ')}`,
    {
      say: 'The Supervisor goes on by itself: look at what it waits for, and run again to wait on.',
      command: `kubectl describe cluster ${name}`,
    },
  );

/** Machines of the cluster are still there long after its removal was asked for. */
export const stillThere = (name: string, minutes: number): Failure =>
  failure('not-ready', 'TANZU-STILL-THERE', `Cluster ${name} is still being removed after ${minutes} min.`, {
    say: 'Look for volumes and load balancers that hold it; then run again.',
    command: `kubectl describe cluster ${name}`,
  });

/** Cluster API has no kubeconfig for the cluster. */
export const kubeconfigMissing = (secret: string): Failure =>
  failure('not-ready', 'TANZU-KUBECONFIG', `Secret ${secret} holds no kubeconfig yet.`, {
    say: 'It is made with the control plane: run again.',
    command: 'strata up',
  });

/** The nodes are fewer than the machines, or not ready. */
export const nodesLate = (ready: number, wanted: number): Failure =>
  failure('not-ready', 'TANZU-NODES', `${ready} of ${wanted} nodes are Ready.`, {
    say: 'Look at the nodes that are not.',
    command: 'kubectl get nodes',
  });
