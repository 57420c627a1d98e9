import type { Carried, ReadWorld, Result } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { inCache, packageCache } from './places.js';
import { type BaseGot, installed } from './steps/base.js';
import type { ContentGot } from './steps/content.js';

/** Package files the base was made of: with them it can be made again where no mirror is reached. */
export async function carriesPackages({ folder }: BaseGot, r: ReadWorld): Promise<Result<readonly Carried[]>> {
  const packages = await installed(r, folder);
  if (!packages.ok) return packages;
  const there = await r.list(inCache(r, packageCache));
  const files: string[] = [];
  const missing: string[] = [];
  for (const [name, version] of Object.entries(packages.value ?? {})) {
    // Apt writes the colon of an epoch as %3a into the file's name.
    const begin = `${name}_${version.replaceAll(':', '%3a')}_`;
    const file = there.find((one) => one.startsWith(begin) && one.endsWith('.deb'));
    if (file === undefined) missing.push(`${name} ${version}`);
    else files.push(file);
  }
  return ok([{ kind: 'os-package', name: 'base', folder: packageCache, files, ...(missing.length === 0 ? {} : { missing }) }]);
}

/** The data stream machines are measured by. */
export async function carriesContent({ datastream }: ContentGot): Promise<Result<readonly Carried[]>> {
  const [file = '', ...rest] = datastream.split('/').reverse();
  return ok([{ kind: 'content', name: 'scap', folder: rest.reverse().join('/'), files: [file] }]);
}
