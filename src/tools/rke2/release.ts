/** A release of RKE2: the version of Kubernetes, and the n-th packing of it. */
export interface Release {
  readonly minor: number;
  readonly patch: number;
  readonly packing: number;
}

/** Reads `v1.36.3+rke2r1`; `undefined` for anything else. */
export function parseRelease(text: string): Release | undefined {
  const found = /^v1\.(\d+)\.(\d+)\+rke2r(\d+)$/.exec(text);
  if (found === null) return undefined;
  const [minor = 0, patch = 0, packing = 0] = found.slice(1).map(Number);
  return { minor, patch, packing };
}

/** Below, at or above zero as `a` is older than, the same as, or newer than `b`. */
export const compareReleases = (a: Release, b: Release): number =>
  a.minor - b.minor || a.patch - b.patch || a.packing - b.packing;

/**
 * Whether a running release may become another one: newer, and by one minor version at most. RKE2 itself does not look:
 * https://docs.rke2.io/upgrades/manual#release-channels
 */
export function mayBecome(from: string, to: string): 'same' | 'upgrade' | 'older' | 'too-far' {
  const [a, b] = [parseRelease(from), parseRelease(to)];
  if (a === undefined || b === undefined) return from === to ? 'same' : 'too-far';
  const newer = compareReleases(b, a);
  if (newer === 0) return 'same';
  if (newer < 0) return 'older';
  return b.minor - a.minor <= 1 ? 'upgrade' : 'too-far';
}
