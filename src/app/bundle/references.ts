import type { KubeObject, RenderedObject } from '../../model/index.js';

/** An image that an object names. */
export interface Reference {
  readonly image: string;
  /** Where: kind, name, and file. */
  readonly by: string;
}

/** A reference with a host that has a dot or a port, a path, and a tag or digest. */
const full = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?\/[a-z0-9._/-]+(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$/;

/** Every image that objects name: of containers, in fields of operators' kinds, and behind flags that name one. */
export function referencesIn(objects: readonly RenderedObject[]): readonly Reference[] {
  const found = new Map<string, Reference>();
  for (const { object, from } of objects) {
    const by = `${object.kind} ${object.metadata.name} in ${from.file}`;
    // A definition of a kind describes fields named image; it uses none.
    if (object.kind === 'CustomResourceDefinition') continue;
    for (const image of imagesIn(object)) if (!found.has(image)) found.set(image, { image, by });
  }
  return [...found.values()];
}

function imagesIn(object: KubeObject): readonly string[] {
  const images: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') images.push(...namedBy(key, value));
    else if (Array.isArray(value)) for (const member of value) visit(member, key);
    else if (typeof value === 'object' && value !== null) for (const [name, member] of Object.entries(value)) visit(member, name);
  };
  visit(object, '');
  // A rule about images holds patterns of them.
  return images.filter((image) => !/[{*]/.test(image));
}

function namedBy(key: string, value: string): readonly string[] {
  if (key === 'image') return value === '' ? [] : [value];
  if (/^--?[a-z0-9-]*image[a-z0-9-]*=/.test(value)) return [value.slice(value.indexOf('=') + 1)];
  return (/image$/i.test(key) || key === 'args') && full.test(value.replace(/^--?[a-z0-9-]+=/, ''))
    ? [value.replace(/^--?[a-z0-9-]+=/, '')]
    : [];
}

/** A reference in full: what a container runtime makes of a short one. */
export function inFull(image: string): string {
  const [name = ''] = image.split('@');
  const first = name.split('/')[0] ?? '';
  const hosted = name.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
  const path = hosted ? name : name.includes('/') ? `docker.io/${name}` : `docker.io/library/${name}`;
  return /:[^/]+$/.test(path) ? path : `${path}:latest`;
}
