import { join } from 'node:path';
import type { Command, Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** One Debian package as apt resolved it. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

/** Apt's own state, kept apart from the system's: it needs no root, and what the machine has installed plays no part. */
export interface AptState {
  /** Absolute folder for lists and the like. */
  readonly dir: string;
  /** A sources list to use instead of the system's. */
  readonly sources?: string;
}

const hook = (name: string) => ['-o', `${name}::=`];

function options(state: AptState): string[] {
  const path = (name: string, value: string) => ['-o', `${name}=${join(state.dir, value)}`];
  const sources =
    state.sources === undefined ? [] : ['-o', `Dir::Etc::sourcelist=${state.sources}`, '-o', 'Dir::Etc::sourceparts=-'];
  return [
    ...path('Dir::State::lists', 'lists'),
    ...path('Dir::State::status', 'status'),
    ...path('Dir::State::extended_states', 'extended_states'),
    ...path('Dir::Cache', 'cache'),
    // Some systems switch these off; without them every call reads all lists again.
    '-o',
    'Dir::Cache::pkgcache=pkgcache.bin',
    '-o',
    'Dir::Cache::srcpkgcache=srcpkgcache.bin',
    ...sources,
    ...hook('DPkg::Post-Invoke'),
    ...hook('APT::Update::Post-Invoke'),
    ...hook('APT::Update::Post-Invoke-Success'),
    // Apt would switch to its own user, who cannot write into our folders.
    '-o',
    'APT::Sandbox::User=root',
  ];
}

/** Fetches the package lists where there are none, or new ones. */
export async function prepareApt(w: World, state: AptState, mode: 'reuse' | 'renew' = 'reuse'): Promise<Result<void>> {
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    const made = await w.makeDirectory(join(state.dir, folder));
    if (!made.ok) return made;
  }
  const there = (await w.list(join(state.dir, 'lists'))).some((name) => name.includes('Packages'));
  if (there && mode === 'reuse') return ok(undefined);
  // An empty list of installed packages: every dependency counts as missing.
  const empty = await w.write(join(state.dir, 'status'), '');
  if (!empty.ok) return empty;
  return withoutText(await run(w, { tool: 'apt-get', args: [...options(state), '-qq', 'update'], deadlineMs: 600_000 }));
}

/** Versions the package lists offer for exactly these packages. */
export async function aptVersions(
  w: World,
  state: AptState,
  packages: readonly string[],
): Promise<Result<readonly DebianPackage[]>> {
  const closure = await aptClosure(w, state, packages);
  return closure.ok ? ok(closure.value.filter(({ name }) => packages.includes(name))) : closure;
}

/** The packages and all they depend on (without recommendations), sorted by name; nothing is downloaded. */
export async function aptClosure(
  w: World,
  state: AptState,
  packages: readonly string[],
): Promise<Result<readonly DebianPackage[]>> {
  const args = [...options(state), '--simulate', '-qq', '-y', '--no-install-recommends', 'install', ...packages];
  const listed = await run(w, { tool: 'apt-get', args, deadlineMs: 120_000 });
  return listed.ok ? ok(parseSimulation(listed.value)) : listed;
}

/** Reads `Inst NAME (VERSION …)` lines, the form apt documents for `--simulate`. */
export function parseSimulation(text: string): readonly DebianPackage[] {
  const found = [...text.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].flatMap(([, name, version]) =>
    name === undefined || version === undefined ? [] : [{ name, version }],
  );
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Downloads the packages as files into the existing folder `into`; apt verifies signatures and digests. */
export async function aptDownload(
  w: World,
  state: AptState,
  packages: readonly DebianPackage[],
  into: string,
): Promise<Result<readonly string[]>> {
  const names = packages.map(({ name, version }) => `${name}=${version}`);
  const done = await run(w, {
    tool: 'apt-get',
    args: [...options(state), '-qq', 'download', ...names],
    cwd: into,
    deadlineMs: 1_800_000,
  });
  if (!done.ok) return done;
  const files = (await w.list(into)).filter((name) => name.endsWith('.deb'));
  return files.length === packages.length
    ? ok(files.map((name) => join(into, name)))
    : err(incomplete(packages.length, files.length));
}

/** Unpacks package files into a folder, without running any of their scripts. */
export async function unpackDebs(w: World, files: readonly string[], into: string): Promise<Result<void>> {
  for (const file of files) {
    const done = await run(w, { tool: 'dpkg-deb', args: ['-x', file, into], deadlineMs: 300_000 });
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** Installs system packages; needs root. The caller has the user's consent. */
export async function aptInstall(w: World, packages: readonly string[]): Promise<Result<void>> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const args = ['-o', 'DPkg::Lock::Timeout=300', '-y', '--no-install-recommends', 'install', ...packages];
  const first = await run(w, { tool: 'apt-get', args, env, deadlineMs: 1_800_000, stream: true });
  if (first.ok) return ok(undefined);
  // The lists may be old or absent: refresh them once.
  const updated = await run(w, { tool: 'apt-get', args: ['-qq', 'update'], env, deadlineMs: 600_000 });
  if (!updated.ok) return updated;
  return withoutText(await run(w, { tool: 'apt-get', args, env, deadlineMs: 1_800_000, stream: true }));
}

const withoutText = (result: Result<string>): Result<void> => (result.ok ? ok(undefined) : result);

async function run(w: World, cmd: Command): Promise<Result<string>> {
  const output = await w.change(cmd);
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(output.value.stdout) : err(aptFailed(cmd, output.value));
}

const aptFailed = (cmd: Command, output: Output) =>
  failure(
    'tool-failed',
    'APT-FAILED',
    `${cmd.tool} ended with ${output.code}: ${output.stderr.trim().split('\n').slice(-4).join(' ')}`,
    {
      say: 'Check the package sources of this machine.',
      command: 'apt-get update',
    },
  );

const incomplete = (wanted: number, got: number) =>
  failure('tool-failed', 'APT-INCOMPLETE', `${wanted} packages were asked for, ${got} files came.`, {
    say: 'Run again.',
    command: 'strata doctor --install',
  });
