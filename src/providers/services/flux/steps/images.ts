import type { Action, OciImage, ReadWorld, Result, Support } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { hasImage, pushImage } from '../../../../tools/oci/index.js';

/** Images that the registry is to serve. */
export interface ImagesWant {
  readonly support: Support;
  readonly images: Readonly<Record<string, OciImage>>;
}

/** Images that it serves. */
export interface ImagesThere {
  readonly refs: readonly string[];
}

const wanted = (want: ImagesWant): readonly OciImage[] => Object.values(want.images);

async function there(want: ImagesWant, r: ReadWorld): Promise<Result<ImagesThere>> {
  const refs: string[] = [];
  for (const image of wanted(want)) {
    const has = await hasImage(r, want.support.registry, image);
    if (!has.ok) return has;
    if (has.value) refs.push(`${image.ref}@${image.digest}`);
  }
  return ok({ refs });
}

/** The registry serves the packages' images: machines can pull them and nothing else. */
export const pushImages: Action<ImagesWant, ImagesThere> = {
  async observe(want, r) {
    const found = await there(want, r);
    return found.ok && found.value.refs.length === 0 ? ok(undefined) : found;
  },
  diff(want, got) {
    return wanted(want)
      .map((image) => `${image.ref}@${image.digest}`)
      .filter((ref) => !got?.refs.includes(ref))
      .map((to) => ({ what: 'image', to }));
  },
  async apply(want, got, w) {
    for (const image of wanted(want)) {
      if (got?.refs.includes(`${image.ref}@${image.digest}`)) continue;
      w.note(`sending ${image.ref}`);
      const sent = await pushImage(w, want.support.registry, image);
      if (!sent.ok) return sent;
    }
    return there(want, w);
  },
  async verify(_want, got) {
    return [{ claim: `The registry serves ${got.refs.length} images, pinned by digest`, verdict: 'pass' }];
  },
};
