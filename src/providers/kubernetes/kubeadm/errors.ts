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
      say: 'Build the image with the same version as `version` of this component.',
      command: 'strata plan',
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

/** No machine for the control plane, or more than this provider handles. */
export const controlPlaneCount = (count: number): Failure =>
  failure(
    'invalid',
    'KUBEADM-CONTROL-PLANES',
    `${count} machines have the role control-plane; this provider makes clusters with exactly one.`,
    {
      say: 'Set the number of control planes to 1 in the infrastructure layer.',
    },
  );
