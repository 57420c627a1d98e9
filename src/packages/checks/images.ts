import type { Diagnostic, KubeObject, RenderedPackage } from '../../model/index.js';
import { groupVersion, isBuiltIn, sayObject } from '../order/names.js';
import { containersOf, podTemplateOf } from '../order/pods.js';
import { at, list, members, text } from '../order/read.js';
import { imageLatest, imageNoDigest } from './errors.js';

/** Images that are not held fast by a digest. `isPinned` says of which ones the content is fixed by other means. */
export function imageFindings(
  packages: readonly RenderedPackage[],
  isPinned: (image: string) => boolean = () => false,
): readonly Diagnostic[] {
  return packages.flatMap((one) => {
    const seen = new Set<string>();
    return one.objects.flatMap(({ object, from }) =>
      imagesOf(object).flatMap((image) => {
        if (seen.has(image) || image.includes('@sha256:') || isPinned(image)) return [];
        seen.add(image);
        const tag = tagOf(image);
        const floats = tag === undefined || tag === 'latest';
        return [(floats ? imageLatest : imageNoDigest)(image, sayObject(object, one.namespace), from)];
      }),
    );
  });
}

/** Images an object names: those of its pods, and fields `image` of an object whose controller makes the pods. */
export function imagesOf(object: KubeObject): readonly string[] {
  const pods = podTemplateOf(object);
  if (pods !== undefined) {
    const containers = [...containersOf(pods.spec), ...list(at(pods.spec, 'ephemeralContainers'))];
    // A mesh's injector writes the image of a gateway: what stands here is never pulled.
    const isInjected = (image: string): boolean => image === 'auto' && pods.labels['sidecar.istio.io/inject'] === 'true';
    return [...new Set(containers.flatMap((one) => text(at(one, 'image')) ?? []))].filter((image) => !isInjected(image));
  }
  return isBuiltIn(groupVersion(object.apiVersion).group) ? [] : [...new Set(imagesIn(object.spec))];
}

function imagesIn(value: unknown): readonly string[] {
  const found: string[] = [];
  const open: unknown[] = [value];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    const inside: readonly (readonly [string, unknown])[] = Array.isArray(here) ? here.map((one) => ['', one]) : members(here);
    for (const [key, one] of inside) {
      if (typeof one === 'object' && one !== null) open.push(one);
      else if (key === 'image' && typeof one === 'string' && /^[a-z0-9][\w.-]*([/:][\w./:@-]+)$/i.test(one)) found.push(one);
    }
  }
  return found.reverse();
}

/** The tag of a reference: what follows the last colon behind the last slash. */
function tagOf(image: string): string | undefined {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon === -1 ? undefined : name.slice(colon + 1);
}
