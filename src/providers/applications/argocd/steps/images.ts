import type { Action, OciImage, ReadWorld, Result, Support } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { hasImage, pushImage } from '../../../../tools/oci/index.js';

/** Images to be served, and by whom. */
export interface ImagesWanted {
  readonly support: Support;
  readonly images: readonly OciImage[];
}

/** Images the registry serves, each as `ref@digest`. */
export interface ImagesServed {
  readonly served: readonly string[];
}

const nameOf = (image: OciImage): string => `${image.ref}@${image.digest}`;

async function served(want: ImagesWanted, r: ReadWorld): Promise<Result<readonly string[]>> {
  const found: string[] = [];
  for (const image of want.images) {
    const there = await hasImage(r, want.support.registry, image);
    if (!there.ok) return there;
    if (there.value) found.push(nameOf(image));
  }
  return ok(found);
}

/** Puts the images of Argo CD and of the applications where the machines fetch them. */
export const serveImages: Action<ImagesWanted, ImagesServed> = {
  async observe(want, r) {
    const found = await served(want, r);
    // A registry that does not answer serves nothing: applying will say why.
    if (!found.ok) return found.error.kind === 'network' ? ok(undefined) : found;
    return ok(found.value.length === 0 && want.images.length > 0 ? undefined : { served: found.value });
  },

  diff(want, got) {
    const there = new Set(got?.served);
    return want.images.filter((image) => !there.has(nameOf(image))).map((image) => ({ what: image.ref, to: image.digest }));
  },

  async apply(want, got, w) {
    const there = new Set(got?.served);
    for (const image of want.images.filter((candidate) => !there.has(nameOf(candidate)))) {
      const pushed = await pushImage(w, want.support.registry, image);
      if (!pushed.ok) return pushed;
    }
    return ok({ served: want.images.map(nameOf) });
  },

  async verify(want, _got, r) {
    const found = await served(want, r);
    const there = new Set(found.ok ? found.value : []);
    return want.images.map((image) => ({
      claim: `The registry serves ${nameOf(image)}`,
      verdict: there.has(nameOf(image)) ? ('pass' as const) : ('fail' as const),
    }));
  },
};
