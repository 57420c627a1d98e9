import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from './lines.js';
import { createRedactor } from './redactor.js';

const secret = 'p"ss w\\rd/ü+1';

test('a secret is found in the forms programs print', () => {
  const redactor = createRedactor();
  redactor.add(secret);
  for (const form of [
    secret,
    JSON.stringify(secret),
    JSON.stringify(JSON.stringify({ secret })),
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString(),
    Buffer.from(secret).toString('hex'),
  ]) {
    const told = redactor.redact(`before ${form} after`);
    expect(told).toMatch(/^before .*\[secret\].* after$/);
    expect(told).not.toContain(form);
  }
});

test('a secret is found inside base64 wherever it begins', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 6, maxLength: 40 }).filter((text) => text.trim() === text && Buffer.byteLength(text) >= 8),
      fc.string(),
      fc.string(),
      (value, before, after) => {
        const redactor = createRedactor();
        redactor.add(value);
        for (const encoding of ['base64', 'base64url'] as const) {
          expect(redactor.redact(Buffer.from(before + value + after).toString(encoding))).toContain('[secret]');
        }
      },
    ),
  );
});

test('lines of a key and tokens of a document are secret on their own; plain words are not', () => {
  const redactor = createRedactor();
  const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
  redactor.add(`apiVersion: v1\nkind: Config\nclusters:\n- name: kubernetes-cluster-with-a-long-name\nclient-key-data: ${key}\n`);
  expect(redactor.redact(`key ${key}`)).toBe('key [secret]');
  expect(redactor.redact('kind: Config of kubernetes-cluster-with-a-long-name')).toBe(
    'kind: Config of kubernetes-cluster-with-a-long-name',
  );
});

test('too short a value would blot out harmless text, and is left', () => {
  const redactor = createRedactor();
  redactor.add('yes');
  redactor.add('');
  expect(redactor.redact('yes and no')).toBe('yes and no');
});

test('the longest form wins, and adding twice changes nothing', () => {
  const redactor = createRedactor();
  redactor.add('abcdef');
  redactor.add('abcdefghi');
  redactor.add('abcdefghi');
  expect(redactor.redact('abcdefghi abcdefg')).toBe('[secret] [secret]g');
});

const linesOf = (chunks: readonly Buffer[]): readonly string[] => {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
};

test('lines do not depend on how the bytes were cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, ''))),
      fc.integer({ min: 1, max: 7 }),
      (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(linesOf(chunks)).toEqual(linesOf([bytes]));
        expect(linesOf([bytes])).toHaveLength(lines.length);
      },
    ),
  );
});

test('carriage returns begin a line anew; a last line needs no end; an endless one is cut', () => {
  expect(linesOf([Buffer.from('10%\r20%\r100%\r\ndone')])).toEqual(['100%', 'done']);
  const [long] = linesOf(Array(50).fill(Buffer.from('x'.repeat(1000))));
  expect(long?.length).toBeLessThan(17_000);
  expect(long).toContain('… (cut)');
  expect(linesOf([Buffer.from(`${'y'.repeat(20_000)}\nz`)])[0]).toContain('… (cut)');
});
