import { type Failure, err, ok, type Result } from '../model/index.js';

/** A journal's bytes in memory; what was synced survives a pretended power cut, what was not may not. */
export interface MemoryJournal {
  read(): Promise<Result<Uint8Array>>;
  append(bytes: Uint8Array, durable: boolean): Promise<Result<void>>;
  truncate(size: number): Promise<Result<void>>;
  bytes(): Uint8Array;
  /** Bytes that a power cut leaves for certain. */
  durableBytes(): Uint8Array;
  /** From now on appending fails like this, as on a full disk. */
  failWith(failure: Failure | undefined): void;
  /** How many appends asked for durability. */
  syncs(): number;
}

/** Starts with these bytes. */
export function memoryJournal(start: Uint8Array = new Uint8Array()): MemoryJournal {
  let bytes = Buffer.from(start);
  let durable = bytes.length;
  let syncs = 0;
  let broken: Failure | undefined;
  return {
    read: async () => ok(new Uint8Array(bytes)),
    async append(more, sync) {
      await Promise.resolve(); // a disk never answers in the same breath
      if (broken) return err(broken);
      bytes = Buffer.concat([bytes, more]);
      if (sync) {
        durable = bytes.length;
        syncs += 1;
      }
      return ok(undefined);
    },
    async truncate(size) {
      bytes = bytes.subarray(0, size);
      durable = bytes.length;
      return ok(undefined);
    },
    bytes: () => new Uint8Array(bytes),
    durableBytes: () => new Uint8Array(bytes.subarray(0, durable)),
    failWith(failure) {
      broken = failure;
    },
    syncs: () => syncs,
  };
}
