import type { Command, Failure, Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A root filesystem as mmdebstrap (1.3 and newer) makes it. */
export interface Bootstrap {
  /** Absolute path; must not exist. */
  readonly target: string;
  /** e.g. `bookworm`. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** File in deb822 form; also becomes the sources of the new system. */
  readonly sources: string;
  /** Folder of package files that is read before the mirror is asked, and filled afterwards. */
  readonly packageCache: string;
  /** Paths that dpkg leaves out, as globs; `include` wins. */
  readonly leaveOut: readonly string[];
  readonly include: readonly string[];
}

/** Packages of a suite and of its updates, as a sources file. */
export function renderSources(mirrors: { readonly archive: string; readonly security?: string }, suite: string): string {
  const stanza = (uri: string, suites: string): string =>
    [
      'Types: deb',
      `URIs: ${uri}`,
      `Suites: ${suites}`,
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
    ].join('\n');
  const updates = mirrors.security === undefined ? [] : [stanza(mirrors.security, `${suite}-security`)];
  return [stanza(mirrors.archive, `${suite} ${suite}-updates`), ...updates].join('\n');
}

/** The command; hooks are mmdebstrap's own, no shell of ours. */
export function bootstrapCommand(bootstrap: Bootstrap): Command {
  const { target, suite, packages, sources, packageCache, leaveOut, include } = bootstrap;
  const archives = '/var/cache/apt/archives';
  return {
    tool: 'mmdebstrap',
    args: [
      '--mode=root',
      '--variant=minbase',
      '--format=directory',
      `--include=${packages.join(',')}`,
      '--skip=essential/unlink',
      '--aptopt=Apt::Install-Recommends "false"',
      '--aptopt=Acquire::Languages "none"',
      // The tree is thrown away when the build is killed: no need to wait for the disk after each file.
      '--dpkgopt=force-unsafe-io',
      ...leaveOut.map((glob) => `--dpkgopt=path-exclude=${glob}`),
      ...include.map((glob) => `--dpkgopt=path-include=${glob}`),
      // mmdebstrap hands the new root's path to a hook as its first argument.
      `--setup-hook=mkdir -p "$1"${archives}`,
      `--setup-hook=sync-in ${hookWord(packageCache)} ${archives}`,
      `--customize-hook=sync-out ${archives} ${hookWord(packageCache)}`,
      suite,
      target,
      sources,
    ],
    deadlineMs: 1_800_000,
    stream: true,
  };
}

/** mmdebstrap splits its own hooks into words as a shell does. */
const hookWord = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/** Makes the tree. What it left behind after a failure is the caller's to remove. */
export async function bootstrap(w: World, options: Bootstrap): Promise<Result<void>> {
  const ran = await w.change(bootstrapCommand(options));
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(bootstrapFailed(options.suite, ran.value));
}

const bootstrapFailed = (suite: string, output: Output): Failure =>
  failure(
    'tool-failed',
    'MMDEBSTRAP-FAILED',
    `The root filesystem of ${suite} was not made: ${output.stderr.trim().split('\n').slice(-3).join(' · ')}`,
    {
      say: 'Read the lines above; if a package could not be fetched, refresh the lists and run again: fetched packages are kept.',
      command: 'apt-get update',
    },
  );
