import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { link, mkdir, readFile, readlink, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../model/index.js';
import { errnoOf, lockHeld, lockUnreadable, pathFailed } from './errors.js';
import { readProcess } from './process-table.js';

/** Who holds an environment. */
export interface LockHolder {
  readonly pid: number;
  /** Host, boot and process-id namespace: only there does `pid` mean anything. */
  readonly host: string;
  /** Clock ticks since boot: tells the holder from a later process with its number. */
  readonly startedAt: number;
  readonly command: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

/** An environment held by this process. */
export interface Lock {
  readonly holder: LockHolder;
  release(): Promise<void>;
}

/** Milliseconds between signs of life: the lock file's modification time. */
const heartbeatMs = 30_000;

/** Takes the lock, or says within a moment who has it. A holder of this machine that died is replaced. */
export async function acquireLock(path: string, command: string): Promise<Result<Lock>> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const holder = await thisHolder(command);
    for (let tries = 0; tries < 5; tries += 1) {
      if (await create(path, holder)) return ok(held(path, holder));
      const other = await readHolder(path);
      if (other === 'unreadable') return err(lockUnreadable(path));
      if (other === undefined) continue; // released meanwhile
      if (await isAlive(other)) return err(lockHeld(other));
      await clearDead(path, other);
    }
    return err(lockUnreadable(path));
  } catch (error) {
    return err(pathFailed('lock', path, error));
  }
}

/** Who holds the lock now; `undefined` where nobody living does. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path);
  return holder !== undefined && holder !== 'unreadable' && (await isAlive(holder)) ? holder : undefined;
}

async function thisHolder(command: string): Promise<LockHolder> {
  const own = await readProcess(process.pid);
  return { pid: process.pid, host: await thisHost(), startedAt: own?.startedAt ?? 0, command, since: new Date().toISOString() };
}

async function thisHost(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), namespace].filter((part) => part !== '').join(' ');
}

/** Written aside, then linked: nobody ever reads half a lock. */
async function create(path: string, holder: LockHolder): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, JSON.stringify(holder), { flag: 'wx', mode: 0o644 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readHolder(path: string): Promise<LockHolder | 'unreadable' | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isHolder(value) ? value : 'unreadable';
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? undefined : 'unreadable';
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const types = { pid: 'number', startedAt: 'number', host: 'string', command: 'string', since: 'string' };
  return Object.entries(types).every(([name, type]) => typeof Reflect.get(value, name) === type);
}

/** A holder elsewhere cannot be looked at, so it counts as alive. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== (await thisHost())) return holder.host.split(' ')[0] !== hostname();
  const found = await readProcess(holder.pid);
  return found !== undefined && found.state !== 'Z' && found.startedAt === holder.startedAt;
}

/**
 * Moves a dead holder's lock away. Two contenders may both have seen it dead: the name it is moved to belongs to that
 * holder alone, and what was moved is looked at again, so that a successor's fresh lock is put back, not lost.
 */
async function clearDead(path: string, dead: LockHolder): Promise<void> {
  const aside = `${path}.dead-${dead.pid}-${dead.startedAt}-${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readHolder(aside);
  const wasDead = moved !== undefined && moved !== 'unreadable' && moved.pid === dead.pid && moved.startedAt === dead.startedAt;
  if (!wasDead) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function held(path: string, holder: LockHolder): Lock {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined); // only a sign of life: who holds it is in the file
  }, heartbeatMs);
  timer.unref();
  const atExit = (): void => {
    try {
      unlinkSync(path);
    } catch {
      // already released
    }
  };
  process.once('exit', atExit);
  return {
    holder,
    async release() {
      clearInterval(timer);
      process.removeListener('exit', atExit);
      await rm(path, { force: true });
    },
  };
}
