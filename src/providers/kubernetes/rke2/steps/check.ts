import type { Action, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { registryHolds } from '../../../../tools/registry/index.js';
import { imagesMissing, rangesShare, releaseDamaged, releaseFile, releaseUnknown, serverCount } from '../errors.js';
import { type ReleaseFiles, localPath } from '../install.js';
import { sharing } from '../nodes.js';

/** What can be seen before any machine is touched. */
export interface CheckWant {
  readonly version: string;
  /** Known releases by minor version. */
  readonly releases: Readonly<Record<string, readonly string[]>>;
  readonly servers: number;
  /** Of pods, Services, and machines. */
  readonly ranges: readonly string[];
  readonly files: ReleaseFiles;
}

/** What was seen. */
export interface CheckGot {
  /** In the list of releases; a newer patch release is not. */
  readonly known: boolean;
}

/** Looks at what the schema cannot. */
export const checked: Action<CheckWant, CheckGot> = {
  observe: check,
  diff: () => [],
  apply: async (want, _got, w) => check(want, w),
  verify: async (want, got) => [
    { claim: `RKE2 ${want.version} is one of the releases that are known`, verdict: got.known ? 'pass' : 'not-checked' },
  ],
};

async function check(want: CheckWant, w: ReadWorld): Promise<Result<CheckGot>> {
  const minor = /^v1\.\d+/.exec(want.version)?.[0] ?? '';
  const known = want.releases[minor];
  if (known === undefined) return err(releaseUnknown(want.version, Object.keys(want.releases)));
  if (want.servers % 2 === 0) return err(serverCount(want.servers));
  const both = sharing(want.ranges);
  if (both !== undefined) return err(rangesShare(...both));
  const missing = want.files.missing[0];
  if (missing !== undefined) return err(releaseFile(missing, want.files.folder));
  for (const { name, sha256 } of want.files.files) {
    const is = await w.digest(localPath(w, want.files.folder, name));
    if (is === undefined) return err(releaseFile(name, want.files.folder));
    if (is !== `sha256:${sha256}`) return err(releaseDamaged(name, is.slice('sha256:'.length), sha256));
  }
  return ok({ known: known.includes(want.version) });
}

/** RKE2's own images in the environment's registry. */
export interface RegistryWant {
  readonly registry: string;
  readonly version: string;
}

/** The registry holds the image everything else is unpacked from; a tag has no plus sign. */
export const heldImages: Action<RegistryWant, { readonly tag: string }> = {
  observe: held,
  diff: () => [],
  apply: async (want, _got, w) => held(want, w),
  verify: async (want, got) => [{ claim: `${want.registry} holds rancher/rke2-runtime:${got.tag}`, verdict: 'pass' }],
};

async function held({ registry, version }: RegistryWant, w: ReadWorld): Promise<Result<{ readonly tag: string }>> {
  const tag = version.replace('+', '-');
  const found = await registryHolds(w, registry, 'rancher/rke2-runtime', tag);
  if (!found.ok) return found;
  return found.value ? ok({ tag }) : err(imagesMissing(`rancher/rke2-runtime:${tag}`, registry));
}
