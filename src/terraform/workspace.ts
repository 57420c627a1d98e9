import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, Result, World } from '../model/index.js';
import { err, failure, ok } from '../model/index.js';
import { terraformInit, terraformVersion } from '../tools/terraform/index.js';
import { pluginNotBuilt, stateHolds } from './errors.js';
import { type BuiltPlugin, folderOf, terraformOf, type WorkspaceWant } from './settings.js';
import { builtMirror, foundFiles, sourceHosts, wantedFiles, type WorkspaceFiles } from './workspace-files.js';

/** The working folder as found. */
export interface WorkspaceGot {
  readonly name: string;
  /** Of the files in it; Terraform is run with exactly these. */
  readonly content: string;
  /** Of the files it was prepared with; empty where it was not. */
  readonly prepared: string;
  /** Paths that differ from what is wanted. */
  readonly differing: readonly string[];
}

// Inside of what Terraform prepares: gone where that is gone.
const markerOf = (folder: string): string => `${folder}/.terraform/strata-prepared`;

/** The folder Terraform works in: the module, where its state lies, where plugins come from; prepared with `init`. */
export const workspace: Action<WorkspaceWant, WorkspaceGot> = {
  async observe(want, w) {
    const folder = folderOf(w.paths.state, want.name);
    if ((await w.stat(folder)) === undefined) return ok(undefined);
    const wanted = await wantedFiles(want, w);
    if (!wanted.ok) return wanted;
    const found = await foundFiles(want, wanted.value, w);
    if (!found.ok) return found;
    const marker = await w.read(markerOf(folder));
    if (!marker.ok) return marker;
    return ok({
      name: want.name,
      content: contentOf(found.value),
      prepared: marker.value?.trim() ?? '',
      differing: differing(wanted.value, found.value),
    });
  },
  diff(_want, got) {
    if (got === undefined) return [{ what: 'working folder' }];
    const files = got.differing.map((what) => ({ what }));
    return files.length > 0 || got.prepared === got.content ? files : [{ what: 'preparation', to: 'init' }];
  },
  async apply(want, _got, w) {
    const folder = folderOf(w.paths.state, want.name);
    const wanted = await wantedFiles(want, w);
    if (!wanted.ok) return wanted;
    const placed = await place(want, wanted.value, w);
    if (!placed.ok) return placed;
    const plugins = await placePlugins(want, w);
    if (!plugins.ok) return plugins;
    const prepared = await terraformInit(w, terraformOf(w.paths.state, want));
    if (!prepared.ok) return prepared;
    const content = contentOf(wanted.value);
    const marked = await w.write(markerOf(folder), `${content}\n`, 0o600);
    return marked.ok ? ok({ name: want.name, content, prepared: content, differing: [] }) : marked;
  },
  async remove(got, w) {
    const folder = folderOf(w.paths.state, got.name);
    const state = await w.read(`${folder}/terraform.tfstate`);
    if (!state.ok) return state;
    const held = state.value === undefined ? 0 : resourcesIn(state.value);
    return held > 0 ? err(stateHolds(folder, held)) : w.remove(folder);
  },
};

async function place(want: WorkspaceWant, wanted: WorkspaceFiles, w: World): Promise<Result<void>> {
  const folder = folderOf(w.paths.state, want.name);
  // State and plans may hold secrets.
  const made = await w.makeDirectory(folder, 0o700);
  if (!made.ok) return made;
  const found = await foundFiles(want, wanted, w);
  if (!found.ok) return found;
  for (const path of found.value.keys()) {
    const gone = wanted.has(path) ? ok(undefined) : await w.remove(`${folder}/${path}`);
    if (!gone.ok) return gone;
  }
  for (const [path, text] of wanted) {
    const written = found.value.get(path) === text ? ok(undefined) : await w.write(`${folder}/${path}`, text, 0o600);
    if (!written.ok) return written;
  }
  return want.plugins.mirror === undefined ? w.makeDirectory(`${w.paths.cache}/terraform/plugins`) : ok(undefined);
}

/** Puts plugins of the toolchain where Terraform looks for a mirror. */
async function placePlugins(want: WorkspaceWant, w: World): Promise<Result<void>> {
  const built = want.plugins.built ?? [];
  if (built.length === 0) return ok(undefined);
  const version = await terraformVersion(w, terraformOf(w.paths.state, want));
  if (!version.ok) return version;
  for (const plugin of built) {
    const program = await w.locate(plugin.tool);
    if (program === undefined) return err(pluginNotBuilt(plugin.tool));
    for (const host of sourceHosts(plugin.source)) {
      const folder = `${builtMirror(w)}/${host}/${plugin.version}/${version.value.platform ?? 'linux_amd64'}`;
      const linked = await link(program, folder, plugin, w);
      if (!linked.ok) return linked;
    }
  }
  return ok(undefined);
}

/** A hard link: both lie in the cache, and a plugin has hundreds of megabytes. */
async function link(program: string, folder: string, { source, version }: BuiltPlugin, w: World): Promise<Result<void>> {
  const made = await w.makeDirectory(folder);
  if (!made.ok) return made;
  const name = `terraform-provider-${source.split('/').at(-1)}_v${version}`;
  const linked = await w.change({ tool: 'ln', args: ['-f', '--', program, `${folder}/${name}`] });
  if (!linked.ok) return linked;
  return linked.value.code === 0 ? ok(undefined) : err(linkFailed(name, linked.value.stderr));
}

const linkFailed = (name: string, said: string) =>
  failure('tool-failed', 'INFRA-PLUGIN-LINK', `The Terraform provider ${name} could not be put into the mirror: ${said.trim()}`, {
    say: 'Keep the cache on one file system, then run again.',
    command: 'strata doctor',
  });

const differing = (wanted: WorkspaceFiles, found: WorkspaceFiles): readonly string[] =>
  [...new Set([...wanted.keys(), ...found.keys()])].filter((path) => wanted.get(path) !== found.get(path)).sort();

function contentOf(files: WorkspaceFiles): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) hash.update(`${path}\0${files.get(path)?.length ?? 0}\0${files.get(path) ?? ''}`);
  return `sha256:${hash.digest('hex')}`;
}

const State = Type.Object({ resources: Type.Array(Type.Object({ mode: Type.String() })) });

/** Resources a state file knows of; a file of another form counts as one, so that it is not thrown away. */
function resourcesIn(text: string): number {
  try {
    const parsed: unknown = JSON.parse(text);
    return Value.Check(State, parsed) ? parsed.resources.filter(({ mode }) => mode === 'managed').length : 1;
  } catch {
    return 1;
  }
}
