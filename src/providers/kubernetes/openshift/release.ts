/** A version of OpenShift. */
interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Reads `4.20.8`. */
export function parseRelease(text: string): Release | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined || minor === undefined || patch === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/**
 * How far it is from one release to another. The control plane goes one minor version at a time; from one EUS release
 * (an even minor) to the next, workers may be paused meanwhile, so that they restart once.
 * https://docs.redhat.com/en/documentation/openshift_container_platform (Updating clusters, Control Plane Only updates)
 */
export type ReleaseStep = 'same' | 'patch' | 'minor' | 'eus' | 'skips' | 'back' | 'unreadable';

/** Compares releases. */
export function releaseStep(from: string, to: string): ReleaseStep {
  const [a, b] = [parseRelease(from), parseRelease(to)];
  if (a === undefined || b === undefined || a.major !== b.major) return 'unreadable';
  if (b.minor < a.minor || (b.minor === a.minor && b.patch < a.patch)) return 'back';
  if (b.minor === a.minor) return b.patch === a.patch ? 'same' : 'patch';
  if (b.minor === a.minor + 1) return 'minor';
  return b.minor === a.minor + 2 && a.minor % 2 === 0 ? 'eus' : 'skips';
}

/** Channel of a version, e.g. `stable-4.20`. */
export function channelOf(channel: string, version: string): string {
  const release = parseRelease(version);
  return `${channel}-${release?.major ?? 0}.${release?.minor ?? 0}`;
}

/** Since 4.3, OpenShift 4.N carries Kubernetes 1.(N + 13). */
export function kubernetesOf(version: string): string {
  const release = parseRelease(version);
  return `v1.${(release?.minor ?? 0) + 13}`;
}
