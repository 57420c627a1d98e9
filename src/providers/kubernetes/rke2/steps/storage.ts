import { createHash } from 'node:crypto';
import type { Action, Claim, OciImage, ReadWorld, Result, World } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { render } from '../../../../tools/kubeadm/index.js';
import { applyManifest, eventually, getManifest, isReady, stateOf, waitFor } from '../../../../tools/kubectl/index.js';
import { hasImage, pushImage } from '../../../../tools/oci/index.js';
import { kubeconfig } from '../member-look.js';

/** The provisioner of the catalog, with its images in the environment's registry. */
export interface StorageWant {
  readonly template: string;
  readonly class: string;
  readonly folder: string;
  readonly registry: string;
  readonly image: OciImage;
  readonly helperImage: OciImage;
}

/** Volumes as the cluster tells. */
export interface StorageGot {
  readonly class: string;
  /** Of the manifest that was applied; empty where objects are missing or others'. */
  readonly digest: string;
  /** What is not there or not ready. */
  readonly late: readonly string[];
}

const label = 'strata.dev/manifest';

/** RKE2 brings no StorageClass: this one makes volumes of folders on the machines. */
export const storage: Action<StorageWant, StorageGot> = {
  observe: async (want, w) => ((await w.holds(kubeconfig)) ? look(want, w) : ok(undefined)),
  diff(want, got) {
    const wanted = manifestOf(want);
    if (got === undefined || !wanted.ok) return [{ what: `StorageClass ${want.class}` }];
    return [
      ...(got.digest === wanted.value.digest ? [] : [{ what: 'manifest', to: wanted.value.digest }]),
      ...got.late.map((what) => ({ what })),
    ];
  },
  async apply(want, _got, w) {
    const made = await apply(want, w);
    return made.ok ? look(want, w) : made;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const up = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && seen.value.late.length === 0;
    });
    return [{ claim: `volumes are made by StorageClass ${want.class}, the default`, verdict: up ? 'pass' : 'fail' }];
  },
};

async function apply(want: StorageWant, w: World): Promise<Result<unknown>> {
  for (const image of [want.image, want.helperImage]) {
    const pushed = await pushImage(w, want.registry, image);
    if (!pushed.ok) return pushed;
  }
  const manifest = manifestOf(want);
  if (!manifest.ok) return manifest;
  const { text, objects } = manifest.value;
  const applied = await applyManifest(w, kubeconfig, text);
  if (!applied.ok) return applied;
  return waitFor(w, 'volumes', () => getManifest(w, kubeconfig, text), objects, { deadlineMs: 180_000, everyMs: 500 });
}

/** The manifest, every object marked with the digest of the whole. */
function manifestOf(want: StorageWant): Result<{ readonly text: string; readonly digest: string; readonly objects: number }> {
  const ref = ({ ref, digest }: OciImage): string => `${ref}@${digest}`;
  const rendered = render(want.template, {
    storageClass: want.class,
    folder: want.folder,
    image: ref(want.image),
    helperImage: ref(want.helperImage),
  });
  if (!rendered.ok) return rendered;
  const digest = createHash('sha256').update(rendered.value).digest('hex').slice(0, 32);
  const mark = (document: string): string =>
    /^ {2}annotations:$/m.test(document)
      ? document.replace(/^ {2}annotations:$/m, `  annotations:\n    ${label}: "${digest}"`)
      : document.replace(/^metadata:$/m, `metadata:\n  annotations: { ${label}: "${digest}" }`);
  const text = rendered.value.split(/^---$/m).map(mark).join('---');
  return ok({ text, digest, objects: rendered.value.match(/^kind:/gm)?.length ?? 0 });
}

async function look(want: StorageWant, w: ReadWorld): Promise<Result<StorageGot>> {
  const manifest = manifestOf(want);
  if (!manifest.ok) return manifest;
  const { text, digest, objects } = manifest.value;
  const found = await getManifest(w, kubeconfig, text);
  if (!found.ok) return found;
  const unserved: string[] = [];
  for (const image of [want.image, want.helperImage]) {
    const served = await hasImage(w, want.registry, image);
    if (!served.ok) return served;
    if (!served.value) unserved.push(`image ${image.ref}`);
  }
  const same = found.value.length === objects && found.value.every(({ metadata }) => metadata.annotations?.[label] === digest);
  const late = found.value.filter((object) => !isReady(object)).map(stateOf);
  return ok({ class: want.class, digest: same ? digest : '', late: [...late, ...unserved] });
}
