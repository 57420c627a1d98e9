import { err, ok, type Result, type RunEvent } from '../model/index.js';
import { crc32 } from './crc32.js';
import { journalCorrupt, journalVersion } from './errors.js';
import { isRunEvent } from './event.js';

/** Newest format this Strata reads and the one it writes. */
export const journalFormat = 1;

const newline = 0x0a;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** First line of a journal. */
export const journalHeader: Uint8Array = encoder.encode(`strata-journal ${journalFormat}\n`);

/** One record: `LENGTH CRC32 JSON`, length in bytes of the JSON, checksum in 8 hex digits, one line. */
export function encodeRecord(event: RunEvent): Uint8Array {
  const body = encoder.encode(JSON.stringify(event));
  const head = encoder.encode(`${body.length} ${crc32(body).toString(16).padStart(8, '0')} `);
  const record = new Uint8Array(head.length + body.length + 1);
  record.set(head);
  record.set(body, head.length);
  record[record.length - 1] = newline;
  return record;
}

/** What a journal holds. */
export interface Decoded {
  readonly events: readonly RunEvent[];
  /** Bytes up to the end of the last good record: where a repair cuts and appending goes on. */
  readonly goodBytes: number;
  /** Bytes after that, of a record that was being written when the machine stopped. */
  readonly tornBytes: number;
}

/**
 * Reads a journal. A torn tail is reported, not an error: what was torn was never durable.
 * Damage before the end is a failure of kind `corrupt` with its byte offset; a newer format one of kind `version`.
 */
export function decodeJournal(bytes: Uint8Array): Result<Decoded> {
  const start = readHeader(bytes);
  if (!start.ok) return start;
  const events: RunEvent[] = [];
  let offset = start.value;
  while (offset < bytes.length) {
    const record = readRecord(bytes, offset);
    if ('problem' in record) {
      return isTorn(bytes, offset) ? ok(torn(events, offset, bytes)) : err(journalCorrupt(offset, record.problem));
    }
    const expected = (events.at(-1)?.seq ?? 0) + 1;
    if (record.event.seq !== expected)
      return err(journalCorrupt(offset, `event ${record.event.seq} where ${expected} should be`));
    events.push(record.event);
    offset = record.end;
  }
  return ok(torn(events, offset, bytes));
}

const torn = (events: readonly RunEvent[], goodBytes: number, bytes: Uint8Array): Decoded => ({
  events,
  goodBytes,
  tornBytes: bytes.length - goodBytes,
});

/** Offset of the first record; 0 where even the header is torn or absent. */
function readHeader(bytes: Uint8Array): Result<number> {
  const end = bytes.indexOf(newline);
  const line = ascii(bytes, 0, end < 0 ? bytes.length : end);
  if (end < 0) return `strata-journal ${journalFormat}`.startsWith(line) ? ok(0) : err(journalCorrupt(0, 'no journal header'));
  const version = /^strata-journal ([1-9]\d{0,8})$/.exec(line)?.[1];
  if (version === undefined) return err(journalCorrupt(0, 'no journal header'));
  return Number(version) > journalFormat ? err(journalVersion(Number(version), journalFormat)) : ok(end + 1);
}

type Reading = { readonly event: RunEvent; readonly end: number } | { readonly problem: string };

function readRecord(bytes: Uint8Array, offset: number): Reading {
  const head = /^([1-9]\d{0,9}) ([0-9a-f]{8}) /.exec(ascii(bytes, offset, offset + 20));
  if (!head?.[1] || !head[2]) return { problem: 'a record does not begin with its length and checksum' };
  const start = offset + head[0].length;
  const end = start + Number(head[1]);
  if (end >= bytes.length) return { problem: 'a record is shorter than its length says' };
  const body = bytes.subarray(start, end);
  if (crc32(body) !== Number.parseInt(head[2], 16)) return { problem: 'a record does not match its checksum' };
  if (bytes[end] !== newline) return { problem: 'a record does not end with its line' };
  const event = parseEvent(body);
  return event ? { event, end: end + 1 } : { problem: 'a record is not an event' };
}

function parseEvent(body: Uint8Array): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(body));
    return isRunEvent(value) ? value : undefined;
  } catch {
    return undefined; // the checksum fits, so this was written so: the caller reports it with its offset
  }
}

/**
 * A tail is torn when no good record follows and its bytes stop before their line ends, or end in the zeros that a
 * file system leaves where it grew a file but never wrote the data. All else is damage.
 */
function isTorn(bytes: Uint8Array, offset: number): boolean {
  for (let at = bytes.indexOf(newline, offset); at >= 0; at = bytes.indexOf(newline, at + 1)) {
    if (at + 1 < bytes.length && !('problem' in readRecord(bytes, at + 1))) return false;
  }
  const last = bytes[bytes.length - 1];
  if (last === newline) return false;
  return !completeButForItsLine(bytes, offset);
}

/** A whole record whose line end alone is another byte: written in full, changed later. */
function completeButForItsLine(bytes: Uint8Array, offset: number): boolean {
  const reading = readRecord(bytes, offset);
  return 'problem' in reading && reading.problem.includes('does not end');
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 64)));
}
