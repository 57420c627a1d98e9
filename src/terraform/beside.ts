import type { Action, ReadWorld } from '../model/index.js';
import { ok } from '../model/index.js';
import { folderOf } from './settings.js';

/** Files that lie beside a working folder: found from in there by a path that is the same on every machine. */
export interface BesideWant {
  /** Name of the folder below `<state>/terraform`. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The files as found. */
export interface BesideGot {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Writes them; what is no longer wanted goes. */
export const besideFiles: Action<BesideWant, BesideGot> = {
  async observe({ name }, w) {
    const folder = folderOf(w.paths.state, name);
    const files: Record<string, string> = {};
    for (const file of await w.list(folder)) {
      const text = await w.read(`${folder}/${file}`);
      if (!text.ok) return text;
      if (text.value !== undefined) files[file] = text.value;
    }
    return ok(Object.keys(files).length === 0 ? undefined : { name, files });
  },
  diff: ({ files }, got) =>
    [...new Set([...Object.keys(files), ...Object.keys(got?.files ?? {})])]
      .filter((file) => files[file] !== got?.files[file])
      .map((what) => ({ what })),
  async apply({ name, files }, got, w) {
    const folder = folderOf(w.paths.state, name);
    for (const file of Object.keys(got?.files ?? {}).filter((one) => files[one] === undefined)) {
      const gone = await w.remove(`${folder}/${file}`);
      if (!gone.ok) return gone;
    }
    for (const [file, text] of Object.entries(files)) {
      const written = await w.write(`${folder}/${file}`, text);
      if (!written.ok) return written;
    }
    return ok({ name, files });
  },
  remove: ({ name }, w) => w.remove(folderOf(w.paths.state, name)),
};

/** Where such a folder is, as a program sees it that runs in a working folder. */
export const besidePath = (name: string): string => `../${name}`;

/** Absolute path of it. */
export const besideFolder = (w: ReadWorld, name: string): string => folderOf(w.paths.state, name);
