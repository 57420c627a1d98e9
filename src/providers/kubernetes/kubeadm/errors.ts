import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The toolchain carries another version than the spec asks for. */
export const versionNotCarried = (wanted: string, image: string): Failure =>
  failure('invalid', 'KUBEADM-VERSION', `Kubernetes ${wanted} is asked for, but the toolchain carries ${image}.`, {
    say: 'Set `version` to the one the toolchain pins, or pin another one in toolchain/.',
    command: 'strata doctor',
  });

/** A range has no room for one /24 per machine. */
export const rangeTooSmall = (range: string, machines: number): Failure =>
  failure('invalid', 'KUBEADM-RANGE', `${range} has no /24 for each of ${machines} machines.`, {
    say: 'Use a larger range, e.g. 10.78.0.0/16.',
  });

/** Two ranges share addresses. */
export const rangesOverlap = (one: string, other: string): Failure =>
  failure('invalid', 'KUBEADM-OVERLAP', `${one} and ${other} share addresses.`, {
    say: 'Choose ranges for pods, Services and machines that have nothing in common.',
  });

/** A machine lacks kubeadm or carries another version. */
export const machineVersion = (machine: string, has: string, wanted: string): Failure =>
  failure(
    'invalid',
    'KUBEADM-MACHINE-VERSION',
    `${machine} carries kubeadm ${has || 'of no version'}, the cluster is to be ${wanted}.`,
    {
      say: 'Run again; if it stays, build the image anew: it must carry containerd, kubelet and kubeadm.',
      command: 'strata up',
    },
  );

/** The control plane came up without an authority that machines could pin. */
export const noAuthority = (machine: string): Failure =>
  failure('corrupt', 'KUBEADM-NO-AUTHORITY', `${machine} has no readable certificate authority in /etc/kubernetes/pki/ca.crt.`, {
    say: 'The control plane was damaged: take the environment down and bring it up again.',
    command: 'strata drill',
  });

/** The API server does not answer. */
export const apiSilent = (api: string, said: string): Failure =>
  failure('not-ready', 'KUBEADM-API', `The API server at ${api} does not answer: ${said}`, {
    say: 'Run again; it may still be starting.',
    command: 'strata up',
  });

/** The infrastructure layer does not say which machines there are before they are made. */
export const nodesUnknown = (): Failure =>
  failure(
    'bug',
    'KUBEADM-NODES-UNKNOWN',
    'The infrastructure provider does not publish names and roles of its machines at plan time.',
    {
      say: 'Report this to the author of the infrastructure provider.',
    },
  );

/** A number of control planes that etcd gains nothing from, or none. */
export const controlPlaneCount = (count: number): Failure =>
  failure(
    'invalid',
    'KUBEADM-CONTROL-PLANES',
    count === 0 ? 'No machine has the role control-plane.' : `${count} machines have the role control-plane; ${quorumReason}.`,
    { say: 'Set the number of control planes to 1, 3 or 5 in the infrastructure layer.' },
  );

/** Why the number of control planes is odd, and not large. */
export const quorumReason =
  'etcd needs a majority of its members, so an even number stands no more losses than the odd one below it, and more than five only slow every write down';

/** A control plane that is still older than a machine that wants to join. */
export const controlPlaneOlder = (machine: string, version: string, plane: string, has: string): Failure =>
  failure('not-ready', 'KUBEADM-PLANE-OLDER', `${machine} is of ${version} and waits: ${plane} still runs ${has}.`, {
    say: 'Run again: it comes once all control planes are upgraded, because kubelet and kube-proxy must not be newer than them.',
    command: 'strata up',
  });

/** No pod of etcd answers. */
export const noEtcd = (): Failure =>
  failure('not-ready', 'KUBEADM-NO-ETCD', 'No pod of etcd is Ready, so its members cannot be asked for.', {
    say: 'Look at the control planes, then run again.',
    command: 'strata status',
  });

/** The cluster has no control plane yet that others could join. */
export const noFounder = (machine: string): Failure =>
  failure('not-ready', 'KUBEADM-NO-FOUNDER', `${machine} finds no control plane to join.`, {
    say: 'Run again: the first control plane makes the cluster.',
    command: 'strata up',
  });

/** The API's address is in certificates and on every machine. */
export const endpointChanged = (has: string, wanted: string): Failure =>
  failure(
    'refused',
    'KUBEADM-ENDPOINT',
    `The cluster was made for the API at ${has}, wanted is ${wanted}; certificates and every machine carry the old address.`,
    {
      say: 'Put the old address (or number of control planes) back, or take the environment down and bring it up again.',
      command: 'strata drill',
    },
  );

/** A version the cluster cannot go to from where it is. */
export const versionSkew = (what: string, from: string, to: string, kind: 'downgrade' | 'skip'): Failure =>
  failure(
    'refused',
    'KUBEADM-VERSION-SKEW',
    kind === 'downgrade'
      ? `${what} runs Kubernetes ${from}, wanted is the older ${to}: what a newer API server stored, an older one may not read.`
      : `${what} runs Kubernetes ${from}, wanted is ${to}: kubeadm upgrades by one minor version at a time, because each converts what the one before it stored.`,
    kind === 'downgrade'
      ? {
          say: `Set \`version\` to ${from} or newer. To go back, restore a backup into a new environment.`,
          command: 'strata plan',
        }
      : { say: 'Set `version` to a release of the next minor version, run, and go on from there.', command: 'strata plan' },
  );

/** Pods that do not leave a machine. */
export const drainHeld = (machine: string, seconds: number, pods: readonly string[]): Failure =>
  failure('refused', 'KUBEADM-DRAIN', `${machine} is not empty after ${seconds} s: ${pods.join(', ')}.`, {
    say: 'Give these pods somewhere to go (another replica, a wider budget) or more time (`upgrade.drain`), then run again.',
    command: 'kubectl get poddisruptionbudgets -A',
  });

/** A machine whose upgrade failed, and what it is now. */
export const upgradeFailed = (machine: string, to: string, state: string, cause: Failure): Failure =>
  failure('tool-failed', 'KUBEADM-UPGRADE', `${machine} could not be upgraded to ${to}: ${cause.diagnostic.message} ${state}`, {
    say: 'Nothing after this machine was touched. Correct what it says, then run again: the upgrade goes on with this machine.',
    command: 'strata up',
  });

/** A control plane's API server does not come up with the new version. */
export const planeNotUp = (machine: string, version: string): Failure =>
  failure('timeout', 'KUBEADM-PLANE-NOT-UP', `The API server ${version} on ${machine} is not up after 120 s.`, {
    say: 'Read its log on the machine.',
    command: 'kubectl get pods -n kube-system -l component=kube-apiserver',
  });

/** kubelet does not come up with the new version. */
export const kubeletNotUp = (machine: string, version: string): Failure =>
  failure('timeout', 'KUBEADM-KUBELET', `kubelet ${version} on ${machine} is not Ready after 180 s.`, {
    say: 'Read its log on the machine: journalctl -u kubelet.',
    command: 'kubectl get nodes',
  });
