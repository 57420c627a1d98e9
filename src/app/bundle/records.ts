import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FileInput, ImageInput } from '../../bundle/create.js';
import { ok, type Result } from '../../model/index.js';
import { quietReader, type Site } from '../site.js';
import type { Part } from './part.js';
import { fileInput } from './sets.js';

/** Records of which inputs each image was made from: with them an image that was brought counts as made. */
export async function imageRecords(site: Site, images: readonly ImageInput[]): Promise<Result<Part>> {
  const r = quietReader(site.host);
  const wanted = new Set(images.map(({ ref, manifest }) => `${ref}@sha256:${sha256(manifest)}`));
  const files: FileInput[] = [];
  for (const name of [...site.toolchain.images.keys()].sort()) {
    const folder = join('images', name);
    for (const file of (await r.list(join(site.paths.cache, folder))).filter((one) => one.endsWith('.json'))) {
      const path = join(folder, file);
      const text = await r.read(join(site.paths.cache, path));
      if (!text.ok) return text;
      if (!wanted.has(imageOf(text.value ?? ''))) continue;
      const input = await fileInput(site, join(site.paths.cache, path), path);
      if (!input.ok) return input;
      files.push(input.value);
    }
  }
  return ok({ sets: files.length === 0 ? [] : [{ kind: 'data', name: 'image-records', files }], missing: [] });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function imageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('ref' in value) || !('digest' in value)) return '';
    return `${String(value.ref)}@${String(value.digest)}`;
  } catch {
    return '';
  }
}
