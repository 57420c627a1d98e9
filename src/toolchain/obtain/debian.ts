import { join } from 'node:path';
import { err, ok, type Result, type World } from '../../model/index.js';
import {
  type AptState,
  aptDownload,
  aptInstall,
  aptVersions,
  type DebianPackage,
  prepareApt,
  unpackDebs,
} from '../../tools/apt/index.js';
import { fileMissing } from '../errors.js';
import type { Source } from '../pins.js';
import { type Made, type Obtaining, passOn, type Refusal } from './attempt.js';

type Of<K extends string> = Extract<Source, Record<K, unknown>>;

/** Apt's state in the cache; a sources list put beside it is used instead of the system's. */
export async function aptState(w: World): Promise<Result<AptState>> {
  const dir = join(w.paths.cache, 'apt');
  const sources = join(dir, 'sources.list');
  const state: AptState = { dir, ...((await w.stat(sources)) === undefined ? {} : { sources }) };
  const ready = await prepareApt(w, state);
  return ready.ok ? ok(state) : ready;
}

/** Downloads packages; where the lists have grown old and name files that are gone, once more with new lists. */
export async function fetchDebs(
  w: World,
  state: AptState,
  resolve: () => Promise<Result<readonly DebianPackage[]>>,
  into: string,
): Promise<Result<{ readonly packages: readonly DebianPackage[]; readonly files: readonly string[] }>> {
  const attempt = async () => {
    const packages = await resolve();
    if (!packages.ok) return packages;
    const files = await aptDownload(w, state, packages.value, into);
    return files.ok ? ok({ packages: packages.value, files: files.value }) : files;
  };
  const first = await attempt();
  if (first.ok) return first;
  const renewed = await prepareApt(w, state, 'renew');
  return renewed.ok ? attempt() : first;
}

/** Installs a system package; only with the user's consent. */
export async function fromDebian(o: Obtaining, { debian }: Of<'debian'>): Promise<Result<Made, Refusal>> {
  if (!o.mayInstall) return err({ why: `Debian package ${debian.package} is not installed, and nobody allowed it` });
  const installed = await o.locks.apt(() => aptInstall(o.w, [debian.package]));
  if (!installed.ok) return passOn(installed);
  const main = await o.w.locate(o.pin.name);
  return main === undefined ? passOn(err(fileMissing(o.pin.name, o.pin.name))) : ok({ source: `debian ${debian.package}`, main });
}

/** Takes one executable out of a Debian package, without installing it: no root, no service started. */
export async function fromDebianFile(o: Obtaining, { debianFile }: Of<'debianFile'>): Promise<Result<Made, Refusal>> {
  return o.locks.apt(async () => {
    const state = await aptState(o.w);
    if (!state.ok) return passOn(state);
    const into = join(o.dir, 'debs');
    const folder = await o.w.makeDirectory(into);
    if (!folder.ok) return passOn(folder);
    const fetched = await fetchDebs(o.w, state.value, () => aptVersions(o.w, state.value, [debianFile.package]), into);
    if (!fetched.ok) return passOn(fetched);
    const unpacked = await unpackDebs(o.w, fetched.value.files, join(o.dir, 'root'));
    if (!unpacked.ok) return passOn(unpacked);
    await o.w.remove(into);
    const main = join('root', debianFile.file);
    if ((await o.w.stat(join(o.dir, main))) === undefined) return passOn(err(fileMissing(o.pin.name, debianFile.file)));
    const version = fetched.value.packages[0]?.version ?? '';
    return ok({ source: `debian file ${debianFile.package} ${version}`, main });
  });
}
