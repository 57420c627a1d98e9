import { type ErrorPage, type Failure, failure } from '../../../model/index.js';

/** A minor version that is not in the list of releases. */
export const releaseUnknown = (release: string, minors: readonly string[]): Failure =>
  failure('invalid', 'RKE2-RELEASE', `RKE2 ${release} is of no minor version that is supported here: ${minors.join(', ')}.`, {
    say: 'Choose a release of one of them.',
  });

/** etcd needs more than half of its members. */
export const serverCount = (count: number): Failure =>
  failure('invalid', 'RKE2-SERVERS', `${count} machines have the role control-plane; etcd wants an odd number.`, {
    say: 'Set the number of control planes to 1, 3 or 5 in the infrastructure layer.',
  });

/** The infrastructure layer does not say which machines there are before they are made. */
export const machinesUnknown = (): Failure =>
  failure(
    'bug',
    'RKE2-MACHINES-UNKNOWN',
    'The infrastructure provider does not publish names and roles of its machines at plan time.',
    {
      say: 'Report this to the author of the infrastructure provider.',
    },
  );

/** Two ranges share addresses. */
export const rangesShare = (one: string, other: string): Failure =>
  failure('invalid', 'RKE2-RANGES', `${one} and ${other} share addresses.`, {
    say: 'Choose ranges for pods, Services and machines that have nothing in common.',
  });

/** A key of config.yaml that RKE2 does not have, or a value it does not take. RKE2 itself would pass over the key. */
export const configRefused = (role: string, problems: readonly string[]): Failure =>
  failure('invalid', 'RKE2-CONFIG', `config.yaml of the ${role}s is not one of RKE2: ${problems.join('; ')}.`, {
    say: 'Correct `flags`; the flags are listed at https://docs.rke2.io/reference/server_config.',
  });

/** A key that this provider sets itself, or that would put a secret into the definition. */
export const flagOwned = (role: string, keys: readonly string[]): Failure =>
  failure('invalid', 'RKE2-FLAG-OWNED', `\`${role}s.flags\` may not hold ${keys.join(', ')}.`, {
    say: 'Use the setting of this component, or leave it out: secrets are made and kept by Strata.',
  });

/** The folder of the release lacks a file, or the list of sums lacks its line. */
export const releaseFile = (file: string, folder: string): Failure =>
  failure('invalid', 'RKE2-RELEASE-FILE', `${folder} has no ${file}, or sha256sum-amd64.txt does not list it.`, {
    say: 'Download the release once, with its list of sums, and put both beside platform.yaml.',
  });

/** A file of the release is another one than its list of sums says. */
export const releaseDamaged = (file: string, is: string, wanted: string): Failure =>
  failure('corrupt', 'RKE2-RELEASE-DAMAGED', `${file} has the sum ${is}, its list says ${wanted}.`, {
    say: 'Download it again.',
  });

/** The machine image carries no RKE2, or another release. */
export const notBaked = (machine: string, has: string, wanted: string): Failure =>
  failure(
    'invalid',
    'RKE2-NOT-BAKED',
    `${machine} carries ${has === '' ? 'no RKE2' : `RKE2 ${has}`}; the cluster is to be ${wanted}.`,
    {
      say: 'Build the machine image with that release, or set `install.method` to tarball.',
    },
  );

/** The machine image carries RKE2, but not its images, and there is no way to fetch them. */
export const noArchive = (machine: string, folder: string): Failure =>
  failure('invalid', 'RKE2-NO-ARCHIVE', `${machine} has no archive of RKE2's images in ${folder}.`, {
    say: 'Put rke2-images.linux-amd64.tar.zst there when the machine image is built, or set `images` to registry.',
  });

/** SELinux of the machine and of containerd do not go together. */
export const selinuxDiffers = (machine: string, is: string, wanted: string): Failure =>
  failure('invalid', 'RKE2-SELINUX', `SELinux of ${machine} is ${is}, but \`selinux\` is ${wanted}.`, {
    say: 'Set `selinux` to what the machines do; with it the package rke2-selinux must be in the machine image.',
  });

/** Something else manages the packet filter. */
export const firewalldRuns = (machine: string): Failure =>
  failure('invalid', 'RKE2-FIREWALLD', `firewalld runs on ${machine}; it takes away the rules of pods.`, {
    say: 'Disable it in the machine image.',
    command: 'systemctl disable --now firewalld',
  });

/** A release that a running one may not become. */
export const skew = (machine: string, from: string, to: string, why: 'older' | 'too-far'): Failure =>
  failure(
    'refused',
    'RKE2-SKEW',
    `${machine} runs ${from}; it may not become ${to}, which is ${why === 'older' ? 'older' : 'more than one minor version ahead'}.`,
    why === 'older'
      ? { say: 'Go on with a newer release; a way back is a restored snapshot of etcd.' }
      : { say: 'Upgrade one minor version after the other.' },
  );

/** The first server has lost its data while others still hold the cluster. */
export const firstServerLost = (machine: string, others: readonly string[]): Failure =>
  failure(
    'refused',
    'RKE2-FIRST-SERVER-LOST',
    `${machine} has no data of the cluster, but ${others.join(', ')} ${others.length === 1 ? 'runs' : 'run'} it: it would begin a second one.`,
    { say: `Put one of them first in the infrastructure layer, so that ${machine} joins it.` },
  );

/** A machine did not become a node in time. */
export const notMember = (machine: string, state: string): Failure =>
  failure('not-ready', 'RKE2-NOT-READY', `${machine} is no Ready node: ${state}.`, {
    say: 'Look at the service on the machine.',
    command: 'journalctl -u rke2-server -u rke2-agent -n 50',
  });

/** Pods did not leave a machine in time. */
export const drainStuck = (machine: string, said: string): Failure =>
  failure('timeout', 'RKE2-DRAIN', `${machine} could not be emptied and stays closed: ${said}`, {
    say: 'A PodDisruptionBudget or a pod without an owner holds it; make room, or raise `drainSeconds`.',
    command: 'kubectl get poddisruptionbudgets -A',
  });

/** The kubeconfig on the first server is not of the form RKE2 writes. */
export const kubeconfigStrange = (machine: string): Failure =>
  failure(
    'corrupt',
    'RKE2-KUBECONFIG',
    `${machine} has no kubeconfig for https://127.0.0.1:6443 in /etc/rancher/rke2/rke2.yaml.`,
    {
      say: 'Look whether RKE2 runs there and who changed the file.',
    },
  );

/** The registry that RKE2's own images are to come from does not hold them. */
export const imagesMissing = (image: string, registry: string): Failure =>
  failure('invalid', 'RKE2-IMAGES', `${registry} does not hold ${image}.`, {
    say: 'Push the images of the release into the registry, or set `images` to archive.',
  });

export const pages: readonly ErrorPage[] = [
  {
    code: 'RKE2-SKEW',
    title: 'A release of RKE2 may not become another one',
    explanation:
      'Kubernetes is upgraded one minor version at a time, and never backwards. RKE2 does not look itself: its documentation says that nothing in the upgrade process protects against an unsupported change. So each machine is asked what it runs before anything is touched.',
    remedy: 'Set `version` to a release of the next minor version, bring the platform up, and go on from there.',
    example: 'with:\n  version: v1.36.3+rke2r1   # the machines run v1.35.7+rke2r1',
  },
  {
    code: 'RKE2-CONFIG',
    title: 'config.yaml holds something RKE2 does not know',
    explanation:
      'RKE2 passes over keys of config.yaml it does not know, with one line in its log. A setting with a typing error would silently not be made. The file is therefore compared with all flags of `rke2 server` and `rke2 agent` before it is written.',
    remedy: 'Correct the key or the value that the message names.',
    example: 'servers:\n  flags: { etcd-expose-metric: true }   # etcd-expose-metrics',
  },
];
