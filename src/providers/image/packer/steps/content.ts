import type { Action, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { aptDownload, prepareApt, unpackDebs } from '../../../../tools/apt/index.js';
import { type DebianMirrors, debianMirrors } from '../../../../tools/apt/mirrors.js';
import { inOrder, run } from '../commands.js';
import { contentDiffers } from '../errors.js';
import { contentFolder, inCache, workFolder } from '../places.js';

/** Which SCAP content is wanted. */
export interface ContentWant {
  /** Release of Debian that carries it. */
  readonly suite: string;
  readonly package: string;
  readonly version: string;
  /** Of the package file. */
  readonly sha256: string;
  /** Path of the data stream in the package. */
  readonly datastream: string;
  /** Path of the profile's playbook in the package. */
  readonly playbook?: string;
  readonly mirror?: DebianMirrors;
}

/** Where it lies. */
export interface ContentGot {
  readonly sha256: string;
  /** Data stream, relative to the cache. */
  readonly datastream: string;
  /** The profile's playbook, relative to the cache; empty where none was asked for. */
  readonly playbook: string;
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const place = (sha256: string, path: string): string => `${contentFolder(sha256)}/${base(path)}`;
const filesOf = ({ datastream, playbook }: ContentWant): readonly string[] => [datastream, ...(playbook ? [playbook] : [])];
const gotOf = ({ sha256, datastream, playbook }: ContentWant): ContentGot => ({
  sha256,
  datastream: place(sha256, datastream),
  playbook: playbook ? place(sha256, playbook) : '',
});

/** Fetches the content through apt and unpacks it; nothing is installed on this machine. */
export const content: Action<ContentWant, ContentGot> = {
  async observe(want, w) {
    for (const path of filesOf(want))
      if ((await w.stat(inCache(w, place(want.sha256, path)))) === undefined) return ok(undefined);
    return ok(gotOf(want));
  },
  diff: (want, got) => (got === undefined ? [{ what: 'content', to: `${want.package} ${want.version}` }] : []),
  async apply(want, _got, w) {
    const folder = workFolder(w, 'content');
    const cleared = await w.remove(folder);
    if (!cleared.ok) return cleared;
    const fetched = await fetch(w, want, folder);
    if (!fetched.ok) return fetched;
    const kept = await inOrder(
      () => w.makeDirectory(inCache(w, contentFolder(want.sha256))),
      ...filesOf(want).map((path) => () => w.rename(`${folder}/tree/${path}`, inCache(w, place(want.sha256, path)))),
      () => w.remove(folder),
    );
    return kept.ok ? ok(gotOf(want)) : kept;
  },
};

async function fetch(w: World, want: ContentWant, folder: string): Promise<Result<void>> {
  const mirrors = want.mirror === undefined ? await debianMirrors(w) : ok(want.mirror);
  if (!mirrors.ok) return mirrors;
  const state = { dir: `${folder}/apt`, sources: `${folder}/sources.list` };
  const line = `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirrors.value.archive} ${want.suite} main\n`;
  const prepared = await inOrder(
    () => w.makeDirectory(`${folder}/tree`),
    () => w.write(state.sources, line),
    () => prepareApt(w, state),
  );
  if (!prepared.ok) return prepared;
  const files = await aptDownload(w, state, [{ name: want.package, version: want.version }], folder);
  if (!files.ok) return files;
  const [file = ''] = files.value;
  const digest = await w.digest(file);
  if (digest !== `sha256:${want.sha256}`) return err(contentDiffers(want.sha256, digest ?? 'none'));
  const unpacked = await unpackDebs(w, files.value, `${folder}/tree`);
  if (!unpacked.ok) return unpacked;
  const readable = await run(w, { what: 'opening the content', tool: 'test', args: ['-s', `${folder}/tree/${want.datastream}`] });
  return readable.ok ? ok(undefined) : readable;
}
