import type { Command, ReadWorld, Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { networkFailed } from './errors.js';

/** Runs a command inside a network namespace that is kept at a path; the file system stays the host's. */
export function inNamespace(path: string, command: Command): Command {
  return { ...command, tool: 'nsenter', args: [`--net=${path}`, '--', command.tool, ...command.args] };
}

/** One line of /proc/self/mountinfo. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** Options of the file system, e.g. overlayfs' `lowerdir=…`. */
  readonly options: string;
}

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Reads mountinfo: fields before ` - ` end with optional ones, so both halves are split apart. */
export function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const point = left.split(' ')[4];
    const [type, , options] = right.split(' ');
    return point === undefined || type === undefined
      ? []
      : [{ point: unescaped(point), type, options: unescaped(options ?? '') }];
  });
}

/** All mounts that Strata sees. */
export async function mountsOf(w: ReadWorld): Promise<Result<readonly Mount[]>> {
  const read = await w.read('/proc/self/mountinfo');
  return read.ok ? ok(parseMounts(read.value ?? '')) : read;
}

/** Whether something of this type is mounted exactly there. */
export async function isMounted(w: ReadWorld, path: string, type: string): Promise<Result<boolean>> {
  const mounts = await mountsOf(w);
  return mounts.ok ? ok(mounts.value.some((mount) => mount.point === path && mount.type === type)) : mounts;
}

/** Unmounts whatever is mounted at the path, however often; absent = success. */
export async function unmountAll(w: World, path: string): Promise<Result<void>> {
  for (let round = 0; round < 20; round += 1) {
    const mounts = await mountsOf(w);
    if (!mounts.ok) return mounts;
    if (!mounts.value.some((mount) => mount.point === path)) return ok(undefined);
    const ran = await w.change({ tool: 'umount', args: [path] });
    if (!ran.ok) return ran;
    // Busy while the last process of a killed machine is still going.
    if (ran.value.code !== 0) {
      if (round === 19) return err(networkFailed(`unmounting ${path}`, ran.value));
      await w.pause(200);
    }
  }
  return ok(undefined);
}

/**
 * Makes a network namespace that lives as a mount at `path`.
 * Not `ip netns`: that would leave a shared mount on /run/netns behind.
 */
export async function makeNamespace(w: World, path: string): Promise<Result<void>> {
  const there = await isMounted(w, path, 'nsfs');
  if (!there.ok || there.value) return there.ok ? ok(undefined) : there;
  const file = await w.write(path, '');
  if (!file.ok) return file;
  const ran = await w.change({ tool: 'unshare', args: [`--net=${path}`, '--', 'true'] });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(networkFailed('making a network namespace', ran.value));
}

/** Lets a namespace go; it disappears with its last process. Absent = success. */
export async function removeNamespace(w: World, path: string): Promise<Result<void>> {
  const gone = await unmountAll(w, path);
  return gone.ok ? w.remove(path) : gone;
}
