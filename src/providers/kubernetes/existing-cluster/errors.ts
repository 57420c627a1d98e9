import { type ErrorPage, type Failure, failure } from '../../../model/index.js';

/** No kubeconfig where the definition says. */
export const kubeconfigMissing = (where: string): Failure =>
  failure('invalid', 'EXISTING-CLUSTER-KUBECONFIG-MISSING', `There is no kubeconfig at ${where}.`, {
    say: 'Write the path of the kubeconfig, or keep it under the name that is written.',
    command: 'kubectl config view --raw --flatten --minify > cluster.kubeconfig',
  });

/** Others on this machine may read the kubeconfig. */
export const kubeconfigOpen = (file: string, mode: number): Failure =>
  failure(
    'refused',
    'EXISTING-CLUSTER-KUBECONFIG-OPEN',
    `The kubeconfig ${file} may be read by others (mode ${mode.toString(8).padStart(4, '0')}).`,
    {
      say: 'Take the rights of group and others away; if others could read it, have new credentials made.',
      command: `chmod 600 ${file}`,
    },
  );

/** The kubeconfig names files beside it, which would not be where it is kept. */
export const notSelfContained = (file: string, part: string): Failure =>
  failure('invalid', 'EXISTING-CLUSTER-NOT-SELF-CONTAINED', `The kubeconfig ${file} has its ${part} in another file.`, {
    say: 'Write a kubeconfig that holds everything itself.',
    command: 'kubectl config view --raw --flatten --minify > cluster.kubeconfig',
  });

/** The client certificate in the kubeconfig is past its time. */
export const certificateExpired = (file: string, until: string): Failure =>
  failure('refused', 'EXISTING-CLUSTER-EXPIRED', `The client certificate in ${file} was good until ${until}.`, {
    say: 'Have a new kubeconfig made by whoever runs the cluster.',
  });

/** Nothing answers at the server of the kubeconfig. */
export const unreachable = (said: string): Failure =>
  failure('network', 'EXISTING-CLUSTER-UNREACHABLE', `The API server does not answer: ${said}`, {
    say: 'Look whether the address in the kubeconfig is right and this machine has a way to it.',
    command: 'kubectl cluster-info',
  });

/** The server does not know the credentials, or no longer. */
export const credentialsRefused = (said: string): Failure =>
  failure('refused', 'EXISTING-CLUSTER-CREDENTIALS', `The API server does not take the credentials: ${said}`, {
    say: 'They expired, were taken back, or belong to another cluster: have a new kubeconfig made.',
    command: 'kubectl auth whoami',
  });

/** The server's certificate is not of the authority in the kubeconfig. */
export const authorityDiffers = (said: string): Failure =>
  failure('refused', 'EXISTING-CLUSTER-AUTHORITY', `The API server is not the one the kubeconfig trusts: ${said}`, {
    say: 'Compare the certificate authority in the kubeconfig with the one of the cluster.',
  });

/** The credentials are good, but may not do what later layers do. */
export const forbidden = (missing: readonly string[]): Failure =>
  failure('refused', 'EXISTING-CLUSTER-FORBIDDEN', `The credentials may not: ${missing.join(', ')}.`, {
    say: 'Have these rights granted, for example with the cluster role cluster-admin.',
    command: 'kubectl auth can-i --list',
  });

/** The cluster is older or newer than what is taken. */
export const versionOutside = (version: string, oldest: string, newest: string): Failure =>
  failure('refused', 'EXISTING-CLUSTER-VERSION', `The cluster is ${version}; ${oldest} to ${newest} are taken.`, {
    say: 'Upgrade the cluster, or widen `versions` where you know that the packages run on it.',
  });

/** No machine of the cluster takes pods, or some are not well. */
export const nodesNotReady = (late: readonly string[], all: number): Failure =>
  failure(
    'not-ready',
    'EXISTING-CLUSTER-NODES',
    all === 0 ? 'The cluster has no node.' : `${late.length} of ${all} nodes are not Ready: ${late.slice(0, 5).join(', ')}.`,
    { say: 'Look at the nodes and run again once they are Ready.', command: 'kubectl get nodes' },
  );

/** Nothing makes the volumes that packages ask for. */
export const noStorageClass = (asked: string | undefined, has: readonly string[]): Failure =>
  failure(
    'refused',
    'EXISTING-CLUSTER-STORAGE',
    `${asked === undefined ? 'The cluster has no default StorageClass' : `The cluster has no StorageClass ${asked}`}; it has ${has.length === 0 ? 'none' : has.join(', ')}.`,
    { say: 'Name one as `storageClass`, or mark one as the default.', command: 'kubectl get storageclass' },
  );

/** The registry that later layers fill and the cluster pulls from does not answer. */
export const registrySilent = (registry: string): Failure =>
  failure('network', 'EXISTING-CLUSTER-REGISTRY', `No registry answers at http://${registry}/v2/.`, {
    say: 'Start it, or correct `support.registry`.',
  });

export const pages: readonly ErrorPage[] = [
  {
    code: 'EXISTING-CLUSTER-FORBIDDEN',
    title: 'The credentials of a cluster may not do what later layers do',
    explanation:
      'Before anything is delivered, the API server is asked with SelfSubjectAccessReview for each right that services and applications need: namespaces, workloads, secrets, kinds, roles, webhooks. Asking stores nothing. A delivery that stops in the middle for want of a right is worse than one that does not begin.',
    remedy: 'Have the rights that the message names granted, or use the kubeconfig of an administrator.',
  },
  {
    code: 'EXISTING-CLUSTER-VERSION',
    title: 'A cluster is outside of the versions that are taken',
    explanation:
      'kubectl is supported with servers one minor version older or newer than itself, and packages are checked against these versions. `versions` says which are taken.',
    remedy: 'Upgrade the cluster, or widen `versions` in the environment where you know that the packages run on it.',
    example: 'with:\n  versions: { oldest: v1.35, newest: v1.37 }',
  },
];
