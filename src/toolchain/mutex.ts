/** Runs one task at a time, in the order asked for. */
export type Mutex = <T>(task: () => Promise<T>) => Promise<T>;

/** What must not happen twice at once inside one run. */
export interface Locks {
  /** Go uses every core by itself; two builds at once are slower than one after the other. */
  readonly build: Mutex;
  /** Apt and dpkg refuse a second caller. */
  readonly apt: Mutex;
  /** The layout's index is read, changed and written. */
  readonly index: Mutex;
}

/** Makes one; a task that throws does not hold up the next. */
export function makeMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}

/** One set per plan. */
export const makeLocks = (): Locks => ({ build: makeMutex(), apt: makeMutex(), index: makeMutex() });
