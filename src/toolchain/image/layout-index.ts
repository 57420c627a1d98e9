import { join } from 'node:path';
import type { Digest, OciImage, ReadWorld } from '../../model/index.js';
import { layoutDir } from '../../tools/oci/index.js';

/** Images the layout's index names; an unreadable index names none, and is written anew. */
export async function parseIndex(r: ReadWorld): Promise<readonly (OciImage & { readonly size: number })[]> {
  const text = await r.read(join(layoutDir(r.paths.cache), 'index.json'));
  if (!text.ok || text.value === undefined) return [];
  try {
    return entriesOf(JSON.parse(text.value));
  } catch {
    return [];
  }
}

function entriesOf(index: unknown): readonly (OciImage & { readonly size: number })[] {
  if (typeof index !== 'object' || index === null || !('manifests' in index) || !Array.isArray(index.manifests)) return [];
  const manifests: readonly unknown[] = index.manifests;
  return manifests.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || !('digest' in entry) || !('size' in entry) || !('annotations' in entry))
      return [];
    const { digest, size, annotations } = entry;
    if (typeof digest !== 'string' || typeof size !== 'number' || typeof annotations !== 'object' || annotations === null)
      return [];
    const ref: unknown = Reflect.get(annotations, 'org.opencontainers.image.ref.name');
    return typeof ref === 'string' ? [{ ref, digest: digest as Digest, size }] : [];
  });
}
