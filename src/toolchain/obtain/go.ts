import { join } from 'node:path';
import { err, ok, type Result } from '../../model/index.js';
import { goBuild, goEnvironment, goModuleDir } from '../../tools/go/index.js';
import { commandFailed, fileMissing } from '../errors.js';
import type { Source } from '../pins.js';
import { type Made, type Obtaining, passOn, type Refusal } from './attempt.js';

type Of<K extends string> = Extract<Source, Record<K, unknown>>;

/** Builds a program out of a pinned Go module. */
export async function fromGoModule(o: Obtaining, { goModule }: Of<'goModule'>): Promise<Result<Made, Refusal>> {
  return build(o, join(o.roots.toolchain, 'go', goModule.dir), goModule);
}

/** Builds a program of our own. */
export async function fromGoSource(o: Obtaining, { goSource }: Of<'goSource'>): Promise<Result<Made, Refusal>> {
  return build(o, join(o.roots[goSource.root], goSource.dir), {
    package: '.',
    ...(goSource.ldflags === undefined ? {} : { ldflags: goSource.ldflags }),
  });
}

async function build(
  o: Obtaining,
  dir: string,
  how: { readonly package: string; readonly ldflags?: string; readonly tags?: string },
): Promise<Result<Made, Refusal>> {
  const main = join('bin', o.pin.name);
  const folder = await o.w.makeDirectory(join(o.dir, 'bin'));
  if (!folder.ok) return passOn(folder);
  const built = await o.locks.build(async () => {
    o.w.note(`Building ${o.pin.name} ${o.pin.version ?? ''} with go; the first time fetches its modules.`);
    return goBuild(o.w, {
      package: how.package,
      dir,
      out: join(o.dir, main),
      ...(how.ldflags === undefined ? {} : { ldflags: how.ldflags }),
      ...(how.tags === undefined ? {} : { tags: how.tags }),
    });
  });
  return built.ok ? ok({ source: `go ${how.package}`, main }) : passOn(built);
}

/** Copies files that travel inside a Go module. */
export async function fromGoFiles(o: Obtaining, { goFiles }: Of<'goFiles'>): Promise<Result<Made, Refusal>> {
  const module = await goModuleDir(o.w, join(o.roots.toolchain, 'go', goFiles.dir), goFiles.module);
  if (!module.ok) return passOn(module);
  const target = join(o.dir, 'data');
  const folder = await o.w.makeDirectory(target);
  if (!folder.ok) return passOn(folder);
  for (const path of goFiles.paths) {
    if ((await o.w.stat(join(module.value, path))) === undefined) return passOn(err(fileMissing(o.pin.name, path)));
  }
  // The module cache is read-only; its modes must not come along, or the copy could never be removed.
  const copied = await o.w.change({
    tool: 'cp',
    args: ['-r', '--parents', '--no-preserve=mode', '--', ...goFiles.paths, target],
    cwd: module.value,
  });
  if (!copied.ok) return passOn(copied);
  if (copied.value.code !== 0) return passOn(err(commandFailed('cp', copied.value.stderr)));
  return ok({ source: `go files ${goFiles.module}`, main: 'data' });
}

/** Generates custom resource definitions out of a Go API package. */
export async function fromCrds(o: Obtaining, { crds }: Of<'crds'>): Promise<Result<Made, Refusal>> {
  const target = join(o.dir, 'data');
  const made = await o.locks.build(async () => {
    const cwd = join(o.roots.toolchain, 'go', crds.dir);
    const args = ['crd', `paths=${crds.package}`, `output:crd:dir=${target}`];
    return o.w.change({ tool: 'controller-gen', args, cwd, env: goEnvironment, deadlineMs: 1_800_000, stream: true });
  });
  if (!made.ok) return passOn(made);
  if (made.value.code !== 0) return passOn(err(commandFailed('controller-gen', made.value.stderr)));
  return ok({ source: `crds ${crds.package}`, main: 'data' });
}
