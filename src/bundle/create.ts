import type { KeyObject } from 'node:crypto';
import { err, ok, type Result } from '../model/index.js';
import { type Bill, type Group, imagePurl } from './bill/bill.js';
import { type Component, distinct } from './bill/component.js';
import { cyclonedx } from './bill/cyclonedx.js';
import { spdx } from './bill/spdx.js';
import { badPath, missingItems, stopped } from './errors.js';
import { type Kind, media, notes, pathFault } from './format.js';
import type { Origin } from './provenance.js';
import { renderIndex, seal } from './seal.js';
import type { Content, Store } from './store.js';
import type { About, Item, ItemFile, Part } from './types.js';
import type { LeftOut } from './verify.js';

/** A file to be carried, under a path of its item. */
export interface FileInput {
  readonly path: string;
  readonly executable?: boolean;
  readonly from: Content | { readonly text: string };
  /** What the file is known to be, e.g. a package. */
  readonly is?: Component | undefined;
}

/** Files that belong together. */
export interface SetInput {
  readonly kind: Exclude<Kind, 'image' | 'sbom' | 'left-out'>;
  readonly name: string;
  readonly version?: string;
  readonly files: readonly FileInput[];
}

/** An image to be carried as it is. */
export interface ImageInput {
  readonly ref: string;
  readonly architecture?: string;
  readonly manifest: string;
  readonly mediaType: string;
  readonly config: Content;
  readonly layers: readonly Content[];
  /** What went into it that its layers do not tell. */
  readonly known: readonly Component[];
}

/** A bundle to be made. */
export interface Making {
  readonly store: Store;
  readonly about: About;
  readonly origin: Origin;
  readonly images: readonly ImageInput[];
  readonly sets: readonly SetInput[];
  /** Content the destination has; it is named, and not carried. */
  readonly against?: LeftOut | undefined;
  readonly key?: KeyObject | undefined;
  readonly allowMissing: 'yes' | 'no';
  readonly told: (item: string) => void;
  /** Looked at between items: what is being copied is finished first. */
  readonly stop?: AbortSignal;
}

/** An item with its place in the index, and what was found in it. */
interface Placed {
  readonly part: Part;
  readonly item: Item;
  readonly group: Group;
}

/** Fills the layout: images, files, bills of materials, index, signature, provenance. Returns the bundle's items and root. */
export async function makeBundle(making: Making): Promise<Result<{ readonly root: Part; readonly items: readonly Item[] }>> {
  const { about, store } = making;
  if (about.missing.length > 0 && making.allowMissing === 'no') return err(missingItems(about.missing));
  const content = await placeContent(making);
  if (!content.ok) return content;
  const placed = content.value;
  const bills = await placeBills(making, placed);
  if (!bills.ok) return bills;
  const left = await placeLeftOut(making);
  if (!left.ok) return left;
  const parts = [...placed, ...bills.value, ...left.value];
  const root = await store.text(media.index, renderIndex(about, parts));
  if (!root.ok) return root;
  const items = parts.map(({ item }) => item);
  const closed = await seal(making, root.value, parts);
  return closed.ok ? ok({ root: { ...root.value, artifactType: media.bundle }, items }) : closed;
}

async function placeContent(making: Making): Promise<Result<readonly Placed[]>> {
  const works = [
    ...making.images.map((image) => ({ name: image.ref, place: () => placeImage(making, image) })),
    ...making.sets.map((set) => ({ name: `${set.kind} ${set.name}`, place: () => placeSet(making, set) })),
  ];
  const placed: Placed[] = [];
  for (const { name, place } of works) {
    if (making.stop?.aborted === true) return err(stopped());
    making.told(name);
    const one = await place();
    if (!one.ok) return one;
    placed.push(one.value);
  }
  return ok(placed);
}

/** Content that the destination has is named only. */
async function put(making: Making, content: Content): Promise<Result<readonly Component[]>> {
  if (making.against?.blobs.some(({ digest }) => digest === content.digest) === true) return ok([]);
  return making.store.add(content);
}

async function placeImage(making: Making, image: ImageInput): Promise<Result<Placed>> {
  const found: Component[] = [...image.known];
  for (const content of [image.config, ...image.layers]) {
    const seen = await put(making, content);
    if (!seen.ok) return seen;
    found.push(...seen.value);
  }
  const manifest = await making.store.text(image.mediaType, image.manifest);
  if (!manifest.ok) return manifest;
  const { digest, size } = manifest.value;
  const files = image.layers.map(
    (layer, i): ItemFile => ({ path: `layer ${i + 1}`, digest: layer.digest, size: layer.size, executable: false }),
  );
  const annotations = { [notes.kind]: 'image', [notes.name]: image.ref, [notes.ref]: image.ref };
  const platform = image.architecture === undefined ? {} : { platform: { architecture: image.architecture, os: 'linux' } };
  return ok({
    part: { mediaType: image.mediaType, digest, size, annotations, ...platform },
    item: { kind: 'image', name: image.ref, digest, manifestSize: size, mediaType: image.mediaType, files, config: image.config },
    group: { name: image.ref, type: 'container', digest, purl: imagePurl(image.ref, digest), components: distinct(found) },
  });
}

async function placeSet(making: Making, set: SetInput): Promise<Result<Placed>> {
  const found: Component[] = [];
  const files: (Part & { readonly path: string })[] = [];
  for (const file of [...set.files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const fault = pathFault(file.path);
    if (fault !== undefined) return err(badPath(`${set.kind} ${set.name}`, file.path, fault));
    const part = await placeFile(making, file);
    if (!part.ok) return part;
    found.push(...part.value.found, ...(file.is === undefined ? [] : [file.is]));
    const mode = file.executable === true ? { [notes.mode]: '0755' } : {};
    files.push({ ...part.value.part, path: file.path, annotations: { [notes.title]: file.path, ...mode } });
  }
  const type = set.kind === 'tool' ? 'application' : 'data';
  return placeFiles(making, set.kind, set.name, files, {
    name: `${set.kind}/${set.name}`,
    ...(set.version === undefined ? {} : { version: set.version }),
    type,
    components: distinct(found),
  });
}

async function placeFile(
  making: Making,
  { from }: FileInput,
): Promise<Result<{ readonly part: Part; readonly found: readonly Component[] }>> {
  if ('text' in from) {
    const part = await making.store.text(media.file, from.text);
    return part.ok ? ok({ part: part.value, found: [] }) : part;
  }
  const found = await put(making, from);
  if (!found.ok) return found;
  return ok({ part: { mediaType: media.file, digest: from.digest, size: from.size }, found: found.value });
}

async function placeFiles(
  { store }: Making,
  kind: Kind,
  name: string,
  files: readonly (Part & { readonly path: string })[],
  group: Omit<Group, 'digest'>,
  subject?: Part,
): Promise<Result<Placed>> {
  const config = await store.text(media.empty, '{}');
  if (!config.ok) return config;
  const manifest = await store.text(
    media.manifest,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: media.manifest,
      artifactType: `application/vnd.strata.${kind}.v1`,
      config: config.value,
      layers: files.map(({ mediaType, digest, size, annotations }) => ({ mediaType, digest, size, annotations })),
      ...(subject === undefined ? {} : { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
    }),
  );
  if (!manifest.ok) return manifest;
  const { digest, size } = manifest.value;
  return ok({
    part: { ...manifest.value, annotations: { [notes.kind]: kind, [notes.name]: name } },
    item: {
      kind,
      name,
      digest,
      manifestSize: size,
      mediaType: media.manifest,
      config: config.value,
      files: files.map((file) => ({ path: file.path, digest: file.digest, size: file.size, executable: false })),
      ...(subject === undefined ? {} : { subject: subject.digest }),
    },
    group: { ...group, digest },
  });
}

async function placeBills(making: Making, placed: readonly Placed[]): Promise<Result<readonly Placed[]>> {
  const { about } = making;
  const { created, strata } = about;
  const bills: Placed[] = [];
  for (const { part, item, group } of placed.filter(({ item }) => item.kind === 'image')) {
    const one = await placeBill(making, item.name, { about: group, groups: [], created, strata }, part);
    if (!one.ok) return one;
    bills.push(one.value);
  }
  const whole: Group = {
    name: `${about.platform}-${about.environment}`,
    version: about.release,
    type: 'application',
    components: [],
  };
  const all = await placeBill(making, 'bundle', { about: whole, groups: placed.map(({ group }) => group), created, strata });
  return all.ok ? ok([...bills, all.value]) : all;
}

async function placeBill(making: Making, name: string, bill: Bill, subject?: Part): Promise<Result<Placed>> {
  const [first, second] = [
    await making.store.text(media.cyclonedx, cyclonedx(bill)),
    await making.store.text(media.spdx, spdx(bill)),
  ];
  if (!first.ok) return first;
  if (!second.ok) return second;
  const titled = (part: Part, path: string) => ({ ...part, path, annotations: { [notes.title]: path } });
  const files = [titled(first.value, 'bom.cdx.json'), titled(second.value, 'bom.spdx.json')];
  return placeFiles(making, 'sbom', name, files, { name: `sbom/${name}`, type: 'data', components: [] }, subject);
}

async function placeLeftOut(making: Making): Promise<Result<readonly Placed[]>> {
  if (making.against === undefined) return ok([]);
  const text = await making.store.text(media.file, JSON.stringify(making.against));
  if (!text.ok) return text;
  const file = { ...text.value, path: 'left-out.json', annotations: { [notes.title]: 'left-out.json' } };
  const one = await placeFiles(making, 'left-out', 'base', [file], { name: 'left-out', type: 'data', components: [] });
  return one.ok ? ok([one.value]) : one;
}
