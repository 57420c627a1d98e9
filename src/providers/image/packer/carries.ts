import type { Carried, ReadWorld, Result } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { inCache, packageCache } from './places.js';
import type { BuildGot } from './steps/build.js';
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
  const record = { kind: 'os-package', name: 'base', folder: packageCache, files } as const;
  const root = await rootOf('base-root', folder, r);
  return ok([{ ...record, ...(missing.length === 0 ? {} : { missing }) }, root]);
}

/** The finished root filesystem with its record and what was measured of it: behind the gap it is used as it is. */
export async function carriesImage({ folder }: BuildGot, r: ReadWorld): Promise<Result<readonly Carried[]>> {
  return ok([await rootOf('image-root', folder, r)]);
}

async function rootOf(name: string, folder: string, r: ReadWorld): Promise<Carried> {
  const evidence = await filesBelow('evidence', inCache(r, folder), r);
  return { kind: 'content', name, folder, files: ['manifest.json', ...evidence], trees: ['rootfs'] };
}

async function filesBelow(path: string, folder: string, r: ReadWorld): Promise<readonly string[]> {
  const kind = (await r.stat(`${folder}/${path}`))?.kind;
  if (kind !== 'directory') return kind === 'file' ? [path] : [];
  const names = await r.list(`${folder}/${path}`);
  return (await Promise.all(names.map((name) => filesBelow(`${path}/${name}`, folder, r)))).flat();
}

/** The data stream machines are measured by, and the profile's playbook where there is one. */
export async function carriesContent({ datastream, playbook }: ContentGot): Promise<Result<readonly Carried[]>> {
  const [file = '', ...rest] = datastream.split('/').reverse();
  const files = [file, ...(playbook === '' ? [] : [playbook.slice(playbook.lastIndexOf('/') + 1)])];
  return ok([{ kind: 'content', name: 'scap', folder: rest.reverse().join('/'), files }]);
}
