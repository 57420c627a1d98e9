import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { type DebianMirrors, debianMirrors } from '../../../../tools/apt/mirrors.js';
import { bootstrap, renderSources } from '../../../../tools/mmdebstrap/index.js';
import { boundWorld, clearWork } from '../bound.js';
import type { ImageData } from '../catalog-data.js';
import { inOrder, run, runAll } from '../commands.js';
import { imageCorrupt } from '../errors.js';
import { baseFolder, inCache, keyOf, packageCache, workFolder } from '../places.js';

/** What the base is made of. */
export interface BaseWant
  extends Pick<ImageData, 'os' | 'snapshot' | 'user' | 'sudoGroup' | 'packages'>,
    Required<Pick<ImageData, 'suite' | 'leaveOut' | 'include'>> {
  readonly mirror?: DebianMirrors;
}

/** A base root filesystem in the cache. */
export interface BaseGot {
  readonly key: string;
  /** Relative to the cache; holds `rootfs/` and `manifest.json`. */
  readonly folder: string;
  /** Packages installed. */
  readonly packages: number;
}

const Manifest = Type.Object({ key: Type.String(), packages: Type.Record(Type.String(), Type.String()) });

/** Where packages come from is no part of the key: mirrors of one archive carry the same files. */
const keyOfBase = ({ mirror: _, ...want }: BaseWant): string =>
  keyOf({ ...want, packages: [...want.packages].sort(), leaveOut: [...want.leaveOut], include: [...want.include] });

/** Makes the base root filesystem, once for the same list of packages and the same snapshot. */
export const base: Action<BaseWant, BaseGot> = {
  async observe(want, w) {
    const key = keyOfBase(want);
    const packages = await installed(w, baseFolder(key));
    if (!packages.ok || packages.value === undefined) return packages.ok ? ok(undefined) : packages;
    return ok({ key, folder: baseFolder(key), packages: Object.keys(packages.value).length });
  },
  diff: (want, got) =>
    got === undefined
      ? [{ what: 'base', to: `${want.os} with ${want.packages.length} packages, snapshot ${want.snapshot}` }]
      : [],
  async apply(want, _got, w) {
    const key = keyOfBase(want);
    const work = workFolder(w, 'base');
    const made = await inOrder(
      () => clearWork(w, work),
      () => w.makeDirectory(inCache(w, packageCache)),
      () => w.makeDirectory(work),
      () => fill(w, want, work),
      () => addAccount(w, want, `${work}/rootfs`),
      () => record(w, key, work),
      () => replace(w, work, baseFolder(key)),
    );
    if (!made.ok) return made;
    const packages = await installed(w, baseFolder(key));
    if (!packages.ok) return packages;
    if (packages.value === undefined) return err(imageCorrupt(baseFolder(key)));
    return ok({ key, folder: baseFolder(key), packages: Object.keys(packages.value).length });
  },
  /** The base stays in the cache; only unfinished work is taken away. */
  remove: (_got, w) => clearWork(w, workFolder(w, 'base')),
};

/** Gives finished work its name, unless another environment made the same meanwhile and works on it. */
async function replace(w: World, work: string, folder: string): Promise<Result<void>> {
  const there = await installed(w, folder);
  if (there.ok && there.value !== undefined) return w.remove(work);
  return inOrder(
    () => w.remove(inCache(w, folder)),
    () => w.rename(work, inCache(w, folder)),
  );
}

/** Versions of the packages in a base or an image, from its record; `undefined` where there is none. */
export async function installed(w: ReadWorld, folder: string): Promise<Result<Readonly<Record<string, string>> | undefined>> {
  const text = await w.read(`${inCache(w, folder)}/manifest.json`);
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const manifest: unknown = JSON.parse(text.value);
  const root = await w.stat(`${inCache(w, folder)}/rootfs/etc`);
  return Value.Check(Manifest, manifest) && root !== undefined ? ok(manifest.packages) : err(imageCorrupt(folder));
}

async function fill(w: World, want: BaseWant, work: string): Promise<Result<void>> {
  const mirrors = want.mirror === undefined ? await debianMirrors(w) : ok(want.mirror);
  if (!mirrors.ok) return mirrors;
  const sources = `${work}/debian.sources`;
  const written = await w.write(sources, renderSources(mirrors.value, want.suite));
  if (!written.ok) return written;
  return bootstrap(boundWorld(w), {
    target: `${work}/rootfs`,
    suite: want.suite,
    packages: [...want.packages].sort(),
    sources,
    packageCache: inCache(w, packageCache),
    leaveOut: want.leaveOut,
    include: want.include,
  });
}

/** The account the platform comes in by; cloud images have theirs from the cloud, this one has it from the start. */
async function addAccount(w: World, { user, sudoGroup }: BaseWant, root: string): Promise<Result<void>> {
  const inside = (what: string, ...args: string[]) => ({ what, tool: 'chroot', args: [root, ...args] });
  const made = await runAll(w, [
    inside('making the group of sudo', 'groupadd', '--system', sudoGroup),
    inside('making the account', 'useradd', '--create-home', '--shell', '/bin/bash', '--groups', sudoGroup, user),
    inside('making the folder of keys', 'install', '-d', '-o', user, '-g', user, '-m', '0700', `/home/${user}/.ssh`),
    inside(
      'making the file of keys',
      'install',
      '-o',
      user,
      '-g',
      user,
      '-m',
      '0600',
      '/dev/null',
      `/home/${user}/.ssh/authorized_keys`,
    ),
  ]);
  if (!made.ok) return made;
  return inOrder(
    () => w.write(`${root}/etc/sudoers.d/${user}`, `${user} ALL=(ALL:ALL) NOPASSWD: ALL\n`, 0o440),
    () => w.write(`${root}/etc/hostname`, 'strata\n'),
    // Only the build needed dpkg not to wait for the disk.
    () =>
      run(w, {
        what: 'restoring dpkg',
        tool: 'sed',
        args: ['-i', '/^force-unsafe-io$/d', `${root}/etc/dpkg/dpkg.cfg.d/99mmdebstrap`],
      }),
    () =>
      run(w, {
        what: 'removing identities',
        tool: 'rm',
        args: [
          '-rf',
          `${root}/etc/machine-id`,
          `${root}/var/lib/dbus/machine-id`,
          `${root}/etc/resolv.conf`,
          `${root}/var/cache/apt`,
          `${root}/var/lib/apt/lists`,
        ],
      }),
    () =>
      run(w, {
        what: 'restoring apt',
        tool: 'mkdir',
        args: ['-p', `${root}/var/cache/apt/archives/partial`, `${root}/var/lib/apt/lists/partial`],
      }),
    () => run(w, { what: 'removing host keys', tool: 'find', args: [`${root}/etc/ssh`, '-name', 'ssh_host_*', '-delete'] }),
    () => w.write(`${root}/etc/machine-id`, ''),
  );
}

/** Lists what was installed, in the record that makes the folder a base. */
async function record(w: World, key: string, work: string): Promise<Result<void>> {
  const packages = await packagesOf(w, `${work}/rootfs`);
  if (!packages.ok) return packages;
  return w.write(`${work}/manifest.json`, `${JSON.stringify({ key, packages: packages.value }, null, 1)}\n`);
}

/** Asks a root's own package database. */
export async function packagesOf(w: World, root: string): Promise<Result<Readonly<Record<string, string>>>> {
  const listed = await run(w, {
    what: 'listing packages',
    tool: 'dpkg-query',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own form of fields.
    args: [`--admindir=${root}/var/lib/dpkg`, '--showformat=${Package}\\t${Version}\\n', '--show'],
  });
  if (!listed.ok) return listed;
  const rows = listed.value.split('\n').flatMap((line) => {
    const [name, version] = line.split('\t');
    return name && version ? [[name, version] as const] : [];
  });
  return ok(Object.fromEntries(rows));
}
