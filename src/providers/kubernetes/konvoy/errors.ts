import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The machines do not make a cluster the pre-provisioned provider takes. */
export const notACluster = (troubles: readonly string[]): Failure =>
  failure('invalid', 'KONVOY-LAYOUT', `Konvoy cannot make a cluster of these machines: ${troubles.join('; ')}.`, {
    say: 'Correct the machines in the infrastructure layer, or the fields of this component.',
    command: 'strata validate',
  });

/** The program is too old for the flags it is called with. */
export const programTooOld = (has: string, least: string): Failure =>
  failure('invalid', 'KONVOY-PROGRAM', `nkp is ${has}; ${least} or newer is needed.`, {
    say: 'Put the program of the release you have a licence for first on PATH.',
    command: 'nkp version',
  });

/** A bundle is not where the definition says. */
export const bundleMissing = (path: string): Failure =>
  failure('invalid', 'KONVOY-BUNDLE', `There is no bundle ${path}.`, {
    say: 'Unpack the air-gapped bundle of the release there, or correct `airgap.bundles`.',
  });

/** nkp said it made the bootstrap cluster, but left no kubeconfig. */
export const noBootstrap = (path: string): Failure =>
  failure('corrupt', 'KONVOY-BOOTSTRAP', `nkp left no kubeconfig of the bootstrap cluster in ${path}.`, {
    say: 'Look whether the container engine runs and whether an older bootstrap cluster is in the way.',
    command: 'nkp delete bootstrap',
  });

/** Nobody manages the cluster: neither a bootstrap cluster nor itself. */
export const unmanaged = (name: string): Failure =>
  failure('not-ready', 'KONVOY-UNMANAGED', `Neither a bootstrap cluster nor ${name} itself answers.`, {
    say: 'Look whether the machines and the container engine run, then run again.',
    command: 'strata up',
  });

/** The machines of a standing cluster are others than the definition's. */
export const machinesChanged = (role: string, has: readonly string[], wanted: readonly string[]): Failure =>
  failure(
    'refused',
    'KONVOY-MACHINES-CHANGED',
    `The inventory of ${role} holds ${has.join(', ')}; the definition has ${wanted.join(', ')}.`,
    {
      say: 'Change inventory and replicas together with `nkp`, then the definition: a machine taken away here would be reset there.',
      command: 'nkp scale nodepool --help',
    },
  );

/** The cluster does not stand yet; it goes on by itself. */
export const notStanding = (name: string, lacks: readonly string[], minutes: number): Failure =>
  failure(
    'not-ready',
    'KONVOY-NOT-READY',
    `Cluster ${name} does not stand after ${minutes} min: ${lacks.slice(0, 4).join('; ')}`,
    {
      say: 'It goes on by itself: look at what it waits for, and run again to wait on.',
      command: `nkp describe cluster -c ${name}`,
    },
  );

/** Kubernetes goes up one minor version at a time. */
export const versionSkips = (from: string, to: string): Failure =>
  failure('refused', 'KONVOY-VERSION-SKEW', `The cluster is at ${from}; ${to} is more than one minor version away.`, {
    say: 'Go up one minor version at a time, with the nkp release that supports it.',
    command: 'strata plan',
  });

/** There is no way back to an older version. */
export const versionBack = (from: string, to: string): Failure =>
  failure('refused', 'KONVOY-VERSION-BACK', `The cluster is at ${from}; ${to} is older, and there is no way back.`, {
    say: 'Set `version` to what the cluster has, or newer.',
    command: 'strata plan',
  });

/** Cluster API has no kubeconfig for the cluster. */
export const kubeconfigMissing = (secret: string): Failure =>
  failure('not-ready', 'KONVOY-KUBECONFIG', `Secret ${secret} holds no kubeconfig yet.`, {
    say: 'It is made with the control plane: run again.',
    command: 'strata up',
  });

/** The nodes are fewer than the machines, or not ready. */
export const nodesLate = (ready: number, wanted: number): Failure =>
  failure('not-ready', 'KONVOY-NODES', `${ready} of ${wanted} nodes are Ready.`, {
    say: 'Look at the nodes that are not.',
    command: 'kubectl get nodes',
  });
