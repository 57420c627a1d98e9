import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Digest } from '../model/index.js';
import type { PinRoots, Source, Toolchain, ToolPin } from './pins.js';

/** Digest of a value's canonical JSON: keys sorted, `undefined` left out. */
export function digestOf(value: unknown): Digest {
  return `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}` as Digest;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

/** Absolute folder of the Go code a source is built from; `undefined` for the other kinds. */
export function folderOf(
  source: Source | { goSource: { root: keyof PinRoots; dir: string } },
  roots: PinRoots,
): string | undefined {
  if ('goSource' in source) return join(roots[source.goSource.root], source.goSource.dir);
  if ('goModule' in source) return join(roots.toolchain, 'go', source.goModule.dir);
  if ('goFiles' in source) return join(roots.toolchain, 'go', source.goFiles.dir);
  return 'crds' in source ? join(roots.toolchain, 'go', source.crds.dir) : undefined;
}

/** What the artefact of a pin depends on: version, sources, and the content of the Go folders. How it is probed is not part of it. */
export function toolInputs(toolchain: Toolchain, pin: ToolPin): { readonly pin: Digest; readonly folders: readonly Digest[] } {
  const { name, version, path, sources } = pin;
  const folders = sources.flatMap((source) => {
    const folder = folderOf(source, toolchain.roots);
    return folder === undefined ? [] : [toolchain.folders.get(folder) ?? digestOf('absent')];
  });
  return { pin: digestOf({ name, version, path, sources }), folders };
}

/** Name of the folder in the cache: short, yet far from any collision. */
export const keyOf = (inputs: unknown): string => digestOf(inputs).slice('sha256:'.length, 'sha256:'.length + 24);

/** Cache folder of one artefact. */
export const toolDir = (cache: string, name: string, key: string): string => join(cache, 'tools', name, key);
