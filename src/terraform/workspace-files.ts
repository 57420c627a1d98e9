import type { ReadWorld, Result, Tree } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { moduleMissing } from './errors.js';
import { folderOf, type Plugins, type WorkspaceWant } from './settings.js';

/** A file of the working folder, by its path in it. */
export type WorkspaceFiles = ReadonlyMap<string, string>;

const partOfModule = (name: string): boolean => /\.(tf|tf\.json|tftpl|tmpl)$/.test(name);

/** The module's own files and those that say where state and plugins are. */
export async function wantedFiles(want: WorkspaceWant, w: ReadWorld): Promise<Result<WorkspaceFiles>> {
  const own = await moduleFiles(want.module, w);
  if (!own.ok) return own;
  return ok(
    new Map([
      ...own.value,
      // Beside the module, not in it: the module alone takes any backend.
      [
        'backend.tf.json',
        `${JSON.stringify({ terraform: { backend: { [want.backend.type]: want.backend.config } } }, null, 2)}\n`,
      ],
      ['strata.tfrc', cliConfig(want.plugins, w)],
    ]),
  );
}

async function moduleFiles({ root, path }: Tree, w: ReadWorld): Promise<Result<WorkspaceFiles>> {
  const base = `${w.paths[root]}/${path}`;
  const files = new Map<string, string>();
  for (const inside of await modulePaths(base, '', w)) {
    const text = await w.read(`${base}/${inside}`);
    if (!text.ok) return text;
    files.set(inside, text.value ?? '');
  }
  return files.size === 0 ? err(moduleMissing(base)) : ok(files);
}

async function modulePaths(base: string, folder: string, w: ReadWorld): Promise<readonly string[]> {
  const names = (await w.list(`${base}/${folder}`)).filter((name) => !name.startsWith('.'));
  const paths = names.map(async (name) => {
    const inside = `${folder}${name}`;
    if (partOfModule(name)) return [inside];
    return (await w.stat(`${base}/${inside}`))?.kind === 'directory' ? modulePaths(base, `${inside}/`, w) : [];
  });
  return (await Promise.all(paths)).flat();
}

/** The module's files that lie in the working folder now, and ours. */
export async function foundFiles(want: WorkspaceWant, wanted: WorkspaceFiles, w: ReadWorld): Promise<Result<WorkspaceFiles>> {
  const base = folderOf(w.paths.state, want.name);
  const found = new Map<string, string>();
  // What an older module left would be read by Terraform as well: only its top folder matters.
  const left = (await w.list(base)).filter((name) => partOfModule(name));
  for (const path of new Set([...wanted.keys(), ...left])) {
    const text = await w.read(`${base}/${path}`);
    if (!text.ok) return text;
    if (text.value !== undefined) found.set(path, text.value);
  }
  return ok(found);
}

/** Where plugins built by the toolchain are put, in the form Terraform reads. */
export const builtMirror = (w: ReadWorld): string => `${w.paths.cache}/terraform/built`;

const hosts = ['registry.terraform.io', 'registry.opentofu.org'] as const;

/** Where each plugin of a source is looked for, by either program. */
export const sourceHosts = (source: string): readonly string[] => hosts.map((host) => `${host}/${source}`);

/** Terraform's command line settings: no call home, and where plugins come from. */
export function cliConfig({ mirror, built = [] }: Plugins, w: ReadWorld): string {
  const lines = ['disable_checkpoint = true'];
  const sources = built.flatMap(({ source }) => sourceHosts(source));
  const list = JSON.stringify(sources);
  if (mirror === undefined && built.length === 0)
    lines.push(`plugin_cache_dir   = ${JSON.stringify(`${w.paths.cache}/terraform/plugins`)}`);
  else {
    lines.push('provider_installation {');
    if (built.length > 0)
      lines.push(`  filesystem_mirror {\n    path    = ${JSON.stringify(builtMirror(w))}\n    include = ${list}\n  }`);
    const rest = built.length > 0 ? `\n    exclude = ${list}` : '';
    // With a mirror nothing else is asked: that is what it is for.
    if (mirror !== undefined) lines.push(`  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}${rest}\n  }`);
    else lines.push(`  direct {${rest}\n  }`);
    lines.push('}');
  }
  return `${lines.join('\n')}\n`;
}
