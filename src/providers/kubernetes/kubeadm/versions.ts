/** Kubernetes v1.x.y; `undefined` where a text is no such version. */
export interface KubernetesVersion {
  readonly minor: number;
  readonly patch: number;
}

/** Reads `v1.37.2`. */
export function parseVersion(text: string): KubernetesVersion | undefined {
  const [, minor, patch] = /^v1\.(\d+)\.(\d+)$/.exec(text) ?? [];
  return minor === undefined ? undefined : { minor: Number(minor), patch: Number(patch) };
}

/** Minor versions the toolchain pins; names of programs and images of all but the first end in it. */
export const carriedMinors = [37, 36] as const;

/** Ending of a version's names in the toolchain; `undefined` where it pins none of that minor version. */
export function suffixOf(version: string): string | undefined {
  const minor = parseVersion(version)?.minor;
  if (!carriedMinors.some((one) => one === minor)) return undefined;
  return minor === carriedMinors[0] ? '' : `-1.${minor}`;
}

/** Why a cluster cannot go from one version to another: what it would be; `undefined` where it can. */
export function skew(from: string, to: string): 'downgrade' | 'skip' | undefined {
  const [a, b] = [parseVersion(from), parseVersion(to)];
  if (a === undefined || b === undefined) return undefined;
  if (b.minor < a.minor || (b.minor === a.minor && b.patch < a.patch)) return 'downgrade';
  return b.minor - a.minor > 1 ? 'skip' : undefined;
}

/** Whether the first is older than the second. */
export function isOlder(one: string, other: string): boolean {
  const [a, b] = [parseVersion(one), parseVersion(other)];
  return a !== undefined && b !== undefined && (a.minor < b.minor || (a.minor === b.minor && a.patch < b.patch));
}
