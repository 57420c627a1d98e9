import type { Action, ReadWorld, Result } from '../../../../model/index.js';
import { err, failure, ok } from '../../../../model/index.js';

/** Kernel limits all machines share with the host. */
export interface LimitsWant {
  /** inotify instances root may have; every systemd, kubelet and many pods take some. */
  readonly inotifyInstances: number;
}

const knob = '/proc/sys/fs/inotify/max_user_instances';
const before = (w: ReadWorld): string => `${w.paths.state}/host-limits`;

async function current(w: ReadWorld): Promise<Result<number>> {
  const read = await w.read(knob);
  return read.ok ? ok(Number(read.value?.trim() ?? 0)) : read;
}

/** Raises the limits while the environment stands; removal puts back what was there before. */
export const limits: Action<LimitsWant, LimitsWant> = {
  async observe(_want, w) {
    const now = await current(w);
    return now.ok ? ok({ inotifyInstances: now.value }) : now;
  },
  diff: (want, got) =>
    got !== undefined && got.inotifyInstances >= want.inotifyInstances
      ? []
      : [{ what: 'fs.inotify.max_user_instances', from: String(got?.inotifyInstances ?? 0), to: String(want.inotifyInstances) }],
  async apply(want, got, w) {
    if (got !== undefined && got.inotifyInstances >= want.inotifyInstances) return ok(got);
    const known = await w.stat(before(w));
    const kept = known === undefined ? await w.write(before(w), `${got?.inotifyInstances ?? 128}\n`) : ok(undefined);
    if (!kept.ok) return kept;
    const set = await setInstances(w, want.inotifyInstances);
    return set.ok ? ok(want) : set;
  },
  async remove(_got, w) {
    const old = await w.read(before(w));
    if (!old.ok) return old;
    if (old.value === undefined) return ok(undefined);
    const put = await setInstances(w, Number(old.value));
    return put.ok ? w.remove(before(w)) : put;
  },
};

async function setInstances(w: Parameters<NonNullable<typeof limits.remove>>[1], count: number): Promise<Result<void>> {
  const ran = await w.change({ tool: 'sysctl', args: ['-qw', `fs.inotify.max_user_instances=${count}`] });
  if (!ran.ok) return ran;
  if (ran.value.code === 0) return ok(undefined);
  return err(
    failure('tool-failed', 'NSPAWN-LIMITS', `The host's inotify limit could not be set: ${ran.value.stderr.trim()}`, {
      say: 'Set it by hand.',
      command: `sysctl -w fs.inotify.max_user_instances=${count}`,
    }),
  );
}
