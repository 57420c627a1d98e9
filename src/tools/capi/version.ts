/** A Kubernetes version as far as it orders. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `v1.33.6+vmware.1-fips` and `v1.33.6---vmware.1-fips` are 1.33.6. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined || minor === undefined || patch === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** How far it is from one version to another: kubeadm, on which Cluster API builds, goes one minor version at a time and never back. */
export type VersionStep = 'same' | 'patch' | 'minor' | 'skips' | 'back' | 'unreadable';

/** Compares versions; builds of one version are patches of each other. https://kubernetes.io/releases/version-skew-policy/ */
export function versionStep(from: string, to: string): VersionStep {
  const [a, b] = [parseVersion(from), parseVersion(to)];
  if (a === undefined || b === undefined) return 'unreadable';
  if (a.major !== b.major) return a.major > b.major ? 'back' : 'skips';
  if (a.minor !== b.minor) return b.minor < a.minor ? 'back' : b.minor === a.minor + 1 ? 'minor' : 'skips';
  if (a.patch !== b.patch) return b.patch < a.patch ? 'back' : 'patch';
  return plain(from) === plain(to) ? 'same' : 'patch';
}

const plain = (version: string): string => version.replace('---', '+');

/** Whether two names mean one version: Kubernetes object names may hold no `+`, so a release is called `v1.33.6---vmware.1-fips`. */
export const sameVersion = (a: string, b: string): boolean => plain(a) === plain(b);

/** The minor version after this one, e.g. `1.34`. */
export const nextMinor = (version: string): string => {
  const parsed = parseVersion(version);
  return parsed === undefined ? '' : `${parsed.major}.${parsed.minor + 1}`;
};
