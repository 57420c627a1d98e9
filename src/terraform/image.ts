import { createHash } from 'node:crypto';
import type { Action, ImageFormat, ImageRef, Kit, StepHandle } from '../model/index.js';
import type { GivenImages } from './environment.js';
import { err, ok } from '../model/index.js';
import { noImage } from './errors.js';

/** Which machine image is meant. */
export interface ImageWant {
  readonly images: readonly ImageRef[];
  /** What the infrastructure can make machines of; the first that there is is taken. */
  readonly formats: readonly ImageFormat[];
  /** Name of the image; the only one of a format where absent. */
  readonly name?: string;
}

/** The image that machines are made of. */
export interface ImageGot {
  readonly name: string;
  readonly format: ImageFormat;
  /** The cloud's own id, or a path relative to the cache. */
  readonly location: string;
  readonly digest: string;
}

/** Chooses the image; changes nothing. */
export const chooseImage: Action<ImageWant, ImageGot> = {
  observe: async (want) => choose(want),
  diff: () => [],
  apply: async (want) => choose(want),
};

/** The step that chooses the image of one of these kinds. */
export const imageStep = (
  kit: Kit,
  images: GivenImages,
  { formats, name }: { readonly formats: readonly ImageFormat[]; readonly name?: string | undefined },
): StepHandle<ImageWant, ImageGot> =>
  kit.step<ImageWant, ImageGot>({
    id: 'image',
    title: 'Image of the machines',
    effect: 'none',
    inputs: { images, formats, ...(name !== undefined && { name }) },
    action: chooseImage,
  });

function choose({ images, formats, name }: ImageWant) {
  const fitting = formats.flatMap((format) =>
    images.filter((image) => image.format === format && (name === undefined || image.name === name)),
  );
  const [image] = fitting;
  if (image === undefined) {
    return err(
      noImage(
        formats,
        name,
        images.map((one) => `${one.name} (${one.format})`),
      ),
    );
  }
  return ok({ name: image.name, format: image.format, location: image.location, digest: image.digest });
}

/** A short text that changes with the image's content, for names. */
export const shortDigest = (digest: string): string => createHash('sha256').update(digest).digest('hex').slice(0, 12);
