import type { Action, ReadWorld } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { besideFolder, besidePath } from '../../../terraform/index.js';
import { diskMissing, linkFailed } from './errors.js';

/** The machine image, as a file that the module can name by a path that is the same on every machine. */
export interface DiskWant {
  /** Name of the folder beside the working folder. */
  readonly name: string;
  /** Relative to the cache. */
  readonly location: string;
  readonly digest: string;
}

/** The link as found. */
export interface DiskGot {
  readonly name: string;
  /** As the module names it. */
  readonly path: string;
}

const file = 'node.qcow2';
const noteOf = (w: ReadWorld, name: string): string => `${besideFolder(w, name)}/digest`;

/** A link: disks have gigabytes. */
export const disk: Action<DiskWant, DiskGot> = {
  async observe({ name, location, digest }, w) {
    const noted = await w.read(noteOf(w, name));
    if (!noted.ok) return noted;
    // A link whose target is gone is none.
    const there = (await w.stat(`${besideFolder(w, name)}/${file}`)) !== undefined;
    const same = noted.value?.trim() === `${digest} ${location}`;
    return ok(same && there ? { name, path: `${besidePath(name)}/${file}` } : undefined);
  },
  diff: (_want, got) => (got === undefined ? [{ what: 'disk image' }] : []),
  async apply({ name, location, digest }, _got, w) {
    const target = location.startsWith('/') ? location : `${w.paths.cache}/${location}`;
    if ((await w.stat(target)) === undefined) return err(diskMissing(location));
    const folder = await w.makeDirectory(besideFolder(w, name));
    if (!folder.ok) return folder;
    const linked = await w.change({ tool: 'ln', args: ['-sfn', '--', target, `${besideFolder(w, name)}/${file}`] });
    if (!linked.ok) return linked;
    if (linked.value.code !== 0) return err(linkFailed(linked.value.stderr.trim()));
    const noted = await w.write(noteOf(w, name), `${digest} ${location}\n`);
    return noted.ok ? ok({ name, path: `${besidePath(name)}/${file}` }) : noted;
  },
  remove: ({ name }, w) => w.remove(besideFolder(w, name)),
};
