import { parse, stringify } from 'yaml';
import type { KnownImage, Result } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { fileMissing, kustomizationInvalid } from './errors.js';
import type { ImageUse, PackageValue, Patch } from './package-schema.js';
import type { PackagePlan } from './packages.js';

/** Label that every object of a package carries, and its pods. */
export const packageLabel = 'strata.dev/package';

/** All that a package is rendered from. */
export interface RenderSources {
  /** Toolchain images, by name. */
  readonly images: Readonly<Record<string, KnownImage>>;
  /** Texts of the package's own files, by name. */
  readonly own: ReadonlyMap<string, string>;
  /** Texts of the files it takes from elsewhere, by path. */
  readonly data: ReadonlyMap<string, string>;
}

/** File of the rendered tree that holds what a chart renders to. */
export const chartFile = 'chart.yaml';

/** Name in the rendered tree of a file that comes from elsewhere. */
export const dataFileName = (path: string): string => path.replaceAll('/', '-');

/**
 * Renders a package into a folder that kustomize builds by itself: its own files, the files it takes from elsewhere,
 * and its kustomization with image references, values and patches added. Keys are file names, sorted.
 */
export function renderPackage(plan: PackagePlan, sources: RenderSources): Result<ReadonlyMap<string, string>> {
  const text = sources.own.get('kustomization.yaml') ?? '';
  const base = readKustomization(plan.name, text);
  if (!base.ok) return base;
  const files = new Map<string, string>();
  for (const [name, body] of sources.own) if (name !== 'kustomization.yaml') files.set(name, body);
  for (const [path, body] of sources.data) files.set(dataFileName(path), body);
  const missing = base.value.resources.find((name) => !files.has(name));
  if (missing !== undefined) return err(fileMissing(plan.name, missing));
  files.set('kustomization.yaml', stringify(kustomization(plan, base.value, sources), { lineWidth: 0 }));
  return ok(new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
}

interface Kustomization {
  readonly [key: string]: unknown;
  readonly resources: readonly string[];
  readonly images: readonly unknown[];
  readonly patches: readonly unknown[];
}

function readKustomization(name: string, text: string): Result<Kustomization> {
  let read: unknown;
  try {
    read = parse(text);
  } catch (error) {
    return err(kustomizationInvalid(name, error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not YAML'));
  }
  if (!isRecord(read)) return err(kustomizationInvalid(name, 'it is missing or holds no mapping'));
  const { resources = [], images = [], patches = [] } = read;
  if (!isList(resources) || !isList(images) || !isList(patches))
    return err(kustomizationInvalid(name, 'resources, images and patches must be lists'));
  return ok({ ...read, resources: resources.map(String), images, patches });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Image names and patches with which a package and who chose it change what its files or its chart say. */
export interface Changes {
  readonly images: readonly object[];
  readonly patches: readonly Patch[];
}

/** The changes of a package; its own kustomization may hold more. */
export function changesOf(plan: PackagePlan, images: RenderSources['images']): Changes {
  const uses = plan.spec.images ?? [];
  const placed = uses.flatMap((use) => placement(use, images));
  return {
    images: uses.flatMap((use) => replacement(use, images)),
    patches: [...placed, ...valuePatches(plan), ...plan.patches],
  };
}

function kustomization(plan: PackagePlan, base: Kustomization, { images, own, data }: RenderSources): Record<string, unknown> {
  const made = changesOf(plan, images);
  const { resources, images: ownImages, patches, ...rest } = base;
  const allImages = [...ownImages, ...made.images];
  const allPatches = [...patches, ...made.patches];
  return {
    ...rest,
    resources: [...resources, ...(own.has(chartFile) ? [chartFile] : []), ...[...data.keys()].map(dataFileName)],
    labels: [{ pairs: { [packageLabel]: plan.name }, includeSelectors: false, includeTemplates: true }],
    ...(allImages.length > 0 ? { images: allImages } : {}),
    ...(allPatches.length > 0 ? { patches: allPatches } : {}),
  };
}

/** Splits `host/name:tag`. */
function split(ref: string): { readonly name: string; readonly tag: string } {
  const colon = ref.lastIndexOf(':');
  return { name: ref.slice(0, colon), tag: ref.slice(colon + 1) };
}

function replacement(use: ImageUse, images: RenderSources['images']): readonly object[] {
  if (!('replaces' in use)) return [];
  const image = images[use.image];
  if (image === undefined) return [];
  const { name, tag } = split(image.ref);
  return [{ name: use.replaces, newName: name, newTag: tag, ...(image.digest === undefined ? {} : { digest: image.digest }) }];
}

function placement(use: ImageUse, images: RenderSources['images']): readonly Patch[] {
  if (!('target' in use)) return [];
  const image = images[use.image];
  if (image === undefined) return [];
  const pinned = image.digest === undefined ? image.ref : `${image.ref}@${image.digest}`;
  return [setPatch(use, `${use.prefix ?? ''}${pinned}`)];
}

function valuePatches(plan: PackagePlan): readonly Patch[] {
  return Object.entries(plan.spec.values ?? {}).map(([name, setting]) => {
    const value = (plan.values[name] ?? setting.default) as PackageValue; // checked where the choice was read
    return setPatch(setting, setting.prefix === undefined ? value : `${setting.prefix}${value}`);
  });
}

/** A JSON 6902 patch that sets one path; an element of a list is replaced, a member is set whether it is there or not. */
function setPatch(at: Pick<Patch, 'target'> & { readonly path: string }, value: string | number | boolean): Patch {
  const op = /\/[0-9]+$/.test(at.path) ? 'replace' : 'add';
  return { target: at.target, patch: stringify([{ op, path: at.path, value }], { lineWidth: 0 }) };
}
