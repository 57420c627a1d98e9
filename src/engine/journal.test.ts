import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent, RunEventBody } from '../model/index.js';
import { anyDigest, memoryJournal, must, toyFailure, toyId } from '../testkit/index.js';
import { crc32 } from './crc32.js';
import { decodeJournal, encodeRecord, journalHeader } from './journal.js';
import { openJournal, readJournal } from './journal-writer.js';

const a = toyId('a');
const bodies: readonly RunEventBody[] = [
  { type: 'run-started', run: 'r', plan: anyDigest, mode: 'up', platform: 'p', environment: 'e', seed: 7, steps: [] },
  { type: 'step-started', step: a, attempt: 1 },
  { type: 'step-output', step: a, stream: 'out', text: 'größer → ≥ "quoted"\n\u0000' },
  { type: 'step-failed', step: a, failure: toyFailure(), durationMs: 3 },
  { type: 'heartbeat', running: [a] },
  { type: 'run-finished', verdict: 'failed' },
];
const events: readonly RunEvent[] = bodies.map((body, index) => ({ seq: index + 1, at: '2026-01-01T00:00:00.000Z', ...body }));
const records = events.map(encodeRecord);
const whole = Buffer.concat([journalHeader, ...records]);
const endOf = (count: number): number =>
  journalHeader.length + records.slice(0, count).reduce((sum, record) => sum + record.length, 0);

test('checksums are those of zip', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('what was written is read', () => {
  expect(must(decodeJournal(whole))).toEqual({ events, goodBytes: whole.length, tornBytes: 0 });
  expect(must(decodeJournal(new Uint8Array()))).toEqual({ events: [], goodBytes: 0, tornBytes: 0 });
});

test('a tail torn at any byte leaves all records before it', () => {
  for (let cut = 0; cut < whole.length; cut += 1) {
    const decoded = must(decodeJournal(whole.subarray(0, cut)));
    const complete = records.filter((_, index) => endOf(index + 1) <= cut).length;
    expect(decoded.events).toEqual(events.slice(0, complete));
    const good = cut < journalHeader.length ? 0 : endOf(complete);
    expect([decoded.goodBytes, decoded.tornBytes]).toEqual([good, cut - good]);
  }
});

test('zeros that a file system leaves at the end are a torn tail', () => {
  for (let cut = endOf(3); cut < whole.length; cut += 7) {
    const decoded = must(decodeJournal(Buffer.concat([whole.subarray(0, cut), Buffer.alloc(300)])));
    expect(decoded.events).toEqual(events.slice(0, records.filter((_, index) => endOf(index + 1) <= cut).length));
  }
});

test('one flipped bit anywhere is found', () => {
  for (let byte = 0; byte < whole.length; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = Buffer.from(whole);
      damaged[byte] = (damaged[byte] ?? 0) ^ (1 << bit);
      const decoded = decodeJournal(damaged);
      expect(decoded.ok, `byte ${byte} bit ${bit}`).toBe(false);
      if (!decoded.ok) expect(['corrupt', 'version']).toContain(decoded.error.kind);
    }
  }
});

test('damage names the byte its record begins at', () => {
  const damaged = Buffer.from(whole);
  damaged[endOf(2) + 30] = 0x21;
  const decoded = decodeJournal(damaged);
  expect(!decoded.ok && decoded.error.diagnostic.message).toContain(`byte ${endOf(2)}`);
});

test('a missing record is damage though every checksum fits', () => {
  const decoded = decodeJournal(Buffer.concat([journalHeader, ...records.filter((_, index) => index !== 2)]));
  expect(decoded).toMatchObject({ ok: false, error: { kind: 'corrupt', diagnostic: { code: 'ENGINE-JOURNAL-CORRUPT' } } });
});

test('a newer format is refused, another file too', () => {
  expect(decodeJournal(Buffer.from('strata-journal 2\n'))).toMatchObject({ ok: false, error: { kind: 'version' } });
  expect(decodeJournal(Buffer.from('something else\n'))).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  expect(decodeJournal(Buffer.from('something else'))).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
});

test('a record with a good checksum that is no event is damage', () => {
  for (const value of [
    { seq: 1 },
    { seq: 1, at: 'x', type: 'unheard-of' },
    { seq: 1, at: 'x', type: 'step-started' },
    [1],
    'text',
  ]) {
    const line = encodeRecord(value as unknown as RunEvent);
    const decoded = decodeJournal(Buffer.concat([journalHeader, line]));
    expect(decoded).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  }
  const notJson = Buffer.from('{"seq"');
  const line = `${notJson.length} ${crc32(notJson).toString(16).padStart(8, '0')} {"seq"\n`;
  expect(decodeJournal(Buffer.concat([journalHeader, Buffer.from(line)]))).toMatchObject({
    ok: false,
    error: { kind: 'corrupt' },
  });
});

test('any bytes are read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(whole.length), (noise, at) => {
      decodeJournal(noise);
      decodeJournal(Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at)]));
    }),
  );
});

test('opening repairs a torn tail and goes on counting', async () => {
  const store = memoryJournal(whole.subarray(0, whole.length - 5));
  const heard: RunEvent[] = [];
  const { journal, decoded } = must(await openJournal({ store, listen: (event) => heard.push(event) }));
  expect(decoded.events).toHaveLength(5);
  must(await journal.write({ type: 'run-finished', verdict: 'ok' }, 'durable'));
  must(await journal.close());
  const again = must(await readJournal(store));
  expect(again.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(again.events.at(-1)).toEqual(heard[0]);
});

test('opening refuses damage, and says what the disk says', async () => {
  const damaged = Buffer.from(whole);
  damaged[endOf(1) + 25] = 0x21;
  expect(await openJournal({ store: memoryJournal(damaged) })).toMatchObject({ ok: false, error: { kind: 'corrupt' } });
  const unreadable = { ...memoryJournal(), read: async () => ({ ok: false as const, error: toyFailure('refused') }) };
  expect(await openJournal({ store: unreadable })).toMatchObject({ ok: false, error: { kind: 'refused' } });
  const full = memoryJournal();
  full.failWith(toyFailure('exhausted'));
  expect(await openJournal({ store: full })).toMatchObject({ ok: false, error: { kind: 'exhausted' } });
  const stuck = {
    ...memoryJournal(whole.subarray(0, -5)),
    truncate: async () => ({ ok: false as const, error: toyFailure('refused') }),
  };
  expect(await openJournal({ store: stuck })).toMatchObject({ ok: false, error: { kind: 'refused' } });
});

test('events that queue while the disk works share one sync', async () => {
  const store = memoryJournal();
  const { journal } = must(await openJournal({ store }));
  const before = store.syncs();
  await Promise.all(Array.from({ length: 50 }, () => journal.write({ type: 'heartbeat', running: [] }, 'durable')));
  expect(store.syncs() - before).toBeLessThanOrEqual(2);
  expect(must(await readJournal(store)).events).toHaveLength(50);
});

test('what is said soon is on disk with the next durable event, in order', async () => {
  const store = memoryJournal();
  const { journal } = must(await openJournal({ store }));
  journal.write({ type: 'step-note', step: a, text: 'one' }, 'soon');
  journal.write({ type: 'step-note', step: a, text: 'two' }, 'soon');
  must(await journal.write({ type: 'run-finished', verdict: 'ok' }, 'durable'));
  expect(must(decodeJournal(store.durableBytes())).events.map((event) => event.type)).toEqual([
    'step-note',
    'step-note',
    'run-finished',
  ]);
});

test('after a failed write nothing is written, and every writer hears why', async () => {
  const store = memoryJournal();
  const { journal } = must(await openJournal({ store }));
  store.failWith(toyFailure('exhausted'));
  const [first, second] = await Promise.all([
    journal.write({ type: 'heartbeat', running: [] }, 'durable'),
    journal.write({ type: 'heartbeat', running: [] }, 'durable'),
  ]);
  store.failWith(undefined);
  expect([first, second]).toMatchObject([{ ok: false }, { ok: false }]);
  expect(journal.broken?.kind).toBe('exhausted');
  expect(await journal.write({ type: 'heartbeat', running: [] }, 'soon')).toMatchObject({
    ok: false,
    error: { kind: 'exhausted' },
  });
  await journal.close();
  expect(await journal.close()).toMatchObject({ ok: false });
  expect(must(await readJournal(store)).events).toEqual([]);
});

test('a closed journal refuses events and closes twice', async () => {
  const { journal } = must(await openJournal({ store: memoryJournal() }));
  must(await journal.close());
  must(await journal.close());
  expect(await journal.write({ type: 'heartbeat', running: [] }, 'soon')).toMatchObject({ ok: false, error: { kind: 'bug' } });
});

test('every text of every event goes through the redactor', async () => {
  const store = memoryJournal();
  const heard: RunEvent[] = [];
  const redact = (text: string): string => text.replaceAll('hunter2', '[secret]');
  const { journal } = must(await openJournal({ store, redact, listen: (event) => heard.push(event) }));
  const broke = toyFailure();
  const failure = { ...broke, diagnostic: { ...broke.diagnostic, message: 'password hunter2 refused' } };
  must(await journal.write({ type: 'step-failed', step: a, failure, durationMs: 1 }, 'durable'));
  must(await journal.write({ type: 'heartbeat', running: [toyId('hunter2')] }, 'durable'));
  expect(Buffer.from(store.bytes()).toString()).not.toContain('hunter2');
  expect(JSON.stringify(heard)).not.toContain('hunter2');
});
