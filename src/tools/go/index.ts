import type { Command, Failure, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** One program built from a Go module that is pinned by its own `go.mod` and `go.sum`. */
export interface GoBuild {
  /** Absolute path of the folder with `go.mod`. */
  readonly dir: string;
  /** Package path, or `.` for the folder itself. */
  readonly package: string;
  readonly ldflags?: string;
  /** Build tags, comma separated. */
  readonly tags?: string;
  /** Absolute path of the executable to write. */
  readonly out: string;
}

/** Nothing but the pins decides: no cgo, no changes to go.mod, no VCS stamp, the Go release go.mod asks for. */
export const goEnvironment = {
  CGO_ENABLED: '0',
  GOTOOLCHAIN: 'auto',
  GOFLAGS: '-mod=readonly -buildvcs=false',
  GOWORK: 'off',
} as const;

const hour = 3_600_000;

/** Builds one static executable; equal pins give equal bytes. Checksums of modules are verified by go itself. */
export async function goBuild(w: World, build: GoBuild): Promise<Result<void>> {
  const tags = build.tags === undefined ? [] : ['-tags', build.tags];
  const args = ['build', '-trimpath', ...tags, '-ldflags', build.ldflags ?? '-s -w', '-o', build.out, build.package];
  const done = await run(w, { tool: 'go', args, cwd: build.dir, env: goEnvironment, deadlineMs: hour, stream: true });
  return done.ok ? ok(undefined) : done;
}

/** Folder of a module's source in the module cache; downloads it where it is not there yet. */
export async function goModuleDir(w: World, dir: string, module: string): Promise<Result<string>> {
  const known = await run(w, { tool: 'go', args: ['list', '-m', '-json', module], cwd: dir, env: goEnvironment });
  if (!known.ok) return known;
  const found = dirOf(known.value);
  if (found !== undefined) return ok(found);
  const got = await run(w, {
    tool: 'go',
    args: ['mod', 'download', '-json', module],
    cwd: dir,
    env: goEnvironment,
    deadlineMs: hour,
  });
  if (!got.ok) return got;
  const fetched = dirOf(got.value);
  return fetched === undefined ? err(noSource(module)) : ok(fetched);
}

function dirOf(json: string): string | undefined {
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === 'object' && parsed !== null && 'Dir' in parsed && typeof parsed.Dir === 'string'
    ? parsed.Dir
    : undefined;
}

async function run(w: World, cmd: Command): Promise<Result<string>> {
  const output = await w.change(cmd);
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(output.value.stdout) : err(goFailed(cmd, output.value.stderr));
}

function goFailed(cmd: Command, stderr: string): Failure {
  const said = stderr.trim().split('\n').slice(-6).join('\n');
  return failure('tool-failed', 'GO-FAILED', `go ${String(cmd.args[0])} in ${cmd.cwd ?? '.'}: ${said}`, {
    say: 'Check that the Go module proxy is reachable and that go is 1.26 or newer.',
    command: 'go version; go env GOPROXY GOTOOLCHAIN',
  });
}

const noSource = (module: string) =>
  failure('tool-failed', 'GO-NO-SOURCE', `go names no folder for module ${module}.`, {
    say: 'Empty the Go module cache and run again.',
    command: 'go clean -modcache',
  });
