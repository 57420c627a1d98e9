import type { Action, OciImage } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { hasImage, pushImage } from '../../../../tools/oci/index.js';

/** An image the machines will pull. */
export interface ImageWant {
  readonly image: OciImage;
  /** `host:port`. */
  readonly registry: string;
}

/** The image as the registry serves it. */
export interface ImageGot extends OciImage {
  readonly served: boolean;
}

/** Sends an image from the cache to the environment's registry. */
export const servedImage: Action<ImageWant, ImageGot> = {
  async observe({ image, registry }, w) {
    const served = await hasImage(w, registry, image);
    return served.ok ? ok({ ...image, served: served.value }) : served;
  },
  diff: ({ image, registry }, got) => (got?.served ? [] : [{ what: 'served', to: `${registry}/${image.ref}` }]),
  async apply({ image, registry }, _got, w) {
    const pushed = await pushImage(w, registry, image);
    return pushed.ok ? ok({ ...image, served: true }) : pushed;
  },
};
