import { err, type Failure, ok, type Result, type RunEvent, type RunEventBody } from '../model/index.js';
import { type Clock, isoTime, systemClock } from './clock.js';
import { journalClosed } from './errors.js';
import { type Decoded, decodeJournal, encodeRecord, journalHeader } from './journal.js';

/** Where a journal's bytes live; the host gives a file, a test an array. */
export interface JournalStore {
  /** All bytes; empty where there is no journal yet. */
  read(): Promise<Result<Uint8Array>>;
  /** Appends in one write; with `durable` it returns only once the bytes would survive a power cut. */
  append(bytes: Uint8Array, durable: boolean): Promise<Result<void>>;
  /** Cuts to that many bytes, durably. */
  truncate(size: number): Promise<Result<void>>;
}

/** `durable`: on disk before the promise resolves. `soon`: written in order, on disk with the next durable one. */
export type Durability = 'durable' | 'soon';

/** The one output of a run. */
export interface Journal {
  /** Numbers and stamps the event, writes it in order, and then shows it: nobody is told what a kill could still undo. */
  write(body: RunEventBody, durability: Durability): Promise<Result<void>>;
  /** Set once a write has failed: nothing is written after that. */
  readonly broken: Failure | undefined;
  /** Waits until all is durable; later events are refused. */
  close(): Promise<Result<void>>;
}

/** How a journal is opened. */
export interface JournalOptions {
  readonly store: JournalStore;
  readonly clock?: Clock;
  /** Every text of every event goes through this before it is shown or written: no secret leaves a run. */
  readonly redact?: (text: string) => string;
  /** Sees every event in order. */
  readonly listen?: (event: RunEvent) => void;
}

/** Reads without repairing: for those who do not hold the lock. */
export async function readJournal(store: Pick<JournalStore, 'read'>): Promise<Result<Decoded>> {
  const bytes = await store.read();
  return bytes.ok ? decodeJournal(bytes.value) : bytes;
}

/** Reads, cuts a torn tail off, and goes on after the last good event. Only for the holder of the lock. */
export async function openJournal(
  options: JournalOptions,
): Promise<Result<{ readonly journal: Journal; readonly decoded: Decoded }>> {
  const decoded = await readJournal(options.store);
  if (!decoded.ok) return decoded;
  const { goodBytes, tornBytes, events } = decoded.value;
  if (tornBytes > 0) {
    const cut = await options.store.truncate(goodBytes);
    if (!cut.ok) return cut;
  }
  if (goodBytes === 0) {
    const begun = await options.store.append(journalHeader, true);
    if (!begun.ok) return begun;
  }
  return ok({ journal: journalAfter(options, events.at(-1)?.seq ?? 0), decoded: decoded.value });
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly event?: RunEvent;
  readonly durable: boolean;
  readonly done: (result: Result<void>) => void;
}

/** Group commit: all that queued while one write was under way goes out in the next, with one sync for all. */
function journalAfter(options: JournalOptions, lastSeq: number): Journal {
  const clock = options.clock ?? systemClock;
  const queue: Waiting[] = [];
  let seq = lastSeq;
  let broken: Failure | undefined;
  let closed = false;
  let writing = false;

  const writeOut = async (): Promise<void> => {
    writing = true;
    while (queue.length > 0) {
      const batch = queue.splice(0);
      const written = broken
        ? err(broken)
        : await options.store.append(
            Buffer.concat(batch.map((one) => one.bytes)),
            batch.some((one) => one.durable),
          );
      if (!written.ok) broken = written.error;
      for (const one of batch) {
        if (one.event) options.listen?.(one.event);
        one.done(written);
      }
    }
    writing = false;
  };
  const enqueue = (bytes: Uint8Array, durable: boolean, event?: RunEvent): Promise<Result<void>> =>
    new Promise((done) => {
      queue.push({ bytes, durable, done, ...(event && { event }) });
      if (!writing) writeOut();
    });

  return {
    get broken() {
      return broken;
    },
    write(body, durability) {
      if (broken ?? closed) return Promise.resolve(err(broken ?? journalClosed));
      seq += 1;
      const event: RunEvent = { seq, at: isoTime(clock), ...redacted(body, options.redact) };
      return enqueue(encodeRecord(event), durability === 'durable', event);
    },
    close() {
      if (closed) return Promise.resolve(broken ? err(broken) : ok(undefined));
      closed = true;
      return enqueue(new Uint8Array(), true);
    },
  };
}

/** The same value with every text passed through `redact`. */
function redacted<T>(value: T, redact: ((text: string) => string) | undefined): T;
function redacted(value: unknown, redact: ((text: string) => string) | undefined): unknown {
  if (!redact) return value;
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((member) => redacted<unknown>(member, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redacted<unknown>(member, redact)]));
}
