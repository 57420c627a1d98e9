import { describe, expect, it } from 'vitest';
import { identitiesText, isRecipient, makeIdentity, readIdentities, readReference, readSecretFile, valueIn } from './index.js';

// A pair that age-keygen itself made, for this test alone.
const secret = 'AGE-SECRET-KEY-1P7TLNDT3YLQEVX75H8S645DTQSNP729CAWYA8D4JKLHAWVSVWLZS8LGGS4';
const recipient = 'age1amly5duvqnrwgnu7adrhtyys8amd968dc7ftc5hcfkx9lvlkly9s89nh46';

const cipher = (data: string): string => `ENC[AES256_GCM,data:${data},iv:aaaa,tag:bbbb,type:str]`;
const sops = `sops:
    age:
        - recipient: ${recipient}
          enc: x
    lastmodified: "2026-01-02T03:04:05Z"
    mac: ${cipher('zz')}
`;
const head = 'apiVersion: v1\nkind: Secret\nmetadata:\n    name: one\n';
const whole = `${head}stringData:\n    user: ${cipher('aa')}\n    tls.crt: ${cipher('bb')}\n${sops}`;

const told = (text: string): string => {
  const read = readSecretFile('secrets/one.enc.yaml', text);
  if (read.ok) return 'ok';
  const { code, where } = read.error.diagnostic;
  return typeof where === 'object' ? `${where.line}:${where.column} ${code}` : code;
};

describe('keys of age', () => {
  it('have the recipient that age-keygen gives them', () => {
    expect(readIdentities('k', `# created\n${secret}\n`)).toEqual({ ok: true, value: [{ secret, recipient }] });
    expect(isRecipient(recipient)).toBe(true);
  });
  it('survive being written and read', () => {
    const made = [makeIdentity(), makeIdentity()];
    expect(readIdentities('k', identitiesText(made))).toEqual({ ok: true, value: made });
  });
  it('are refused at the line that was copied wrong, which is not repeated', () => {
    for (let at = 20; at < 40; at += 1) {
      const wrong = secret.slice(0, at) + (secret[at] === 'Q' ? 'P' : 'Q') + secret.slice(at + 1);
      const read = readIdentities('k', `\n${wrong}\n`);
      expect(read).toMatchObject({ ok: false, error: { diagnostic: { code: 'SECRETS-KEY-BAD', where: { line: 2 } } } });
      expect(JSON.stringify(read)).not.toContain(wrong);
    }
    expect(readIdentities('k', '# nothing\n')).toMatchObject({ ok: false });
    expect(isRecipient(`${recipient.slice(0, -1)}b`)).toBe(false);
  });
});

describe('an encrypted file', () => {
  it('tells names, recipients and its age, and where they are', () => {
    expect(readSecretFile('f', whole)).toMatchObject({
      ok: true,
      value: {
        kind: 'Secret',
        name: 'one',
        recipients: [recipient],
        lastModified: '2026-01-02T03:04:05Z',
        values: [
          { path: 'stringData.user', at: { line: 6, column: 11 } },
          { path: 'stringData.tls.crt', at: { line: 7 } },
        ],
        recipientsAt: { line: 10 },
      },
    });
  });
  it.each([
    ['what sops wrote', whole, 'ok'],
    ['an empty value, which sops leaves', whole.replace('stringData:\n', 'stringData:\n    empty: ""\n'), 'ok'],
    ['nothing encrypted', `${head}stringData:\n    user: clear\n`, '6:11 SECRETS-NOT-ENCRYPTED'],
    ['one value in clear', whole.replace(cipher('bb'), 'clear'), '7:14 SECRETS-NOT-ENCRYPTED'],
    ['a number in clear', whole.replace(cipher('bb'), '4'), '7:14 SECRETS-NOT-ENCRYPTED'],
    ['a value that only looks encrypted', whole.replace(cipher('bb'), 'ENC[x'), '7:14 SECRETS-NOT-ENCRYPTED'],
    ['metadata over nothing', `a: b\n${sops}`, '1:1 SECRETS-NOT-ENCRYPTED'],
    ['no MAC', whole.replace(/ {4}mac: .*\n/, ''), '9:5 SECRETS-UNREADABLE'],
    ['an alias', `x: &x ${cipher('aa')}\ny: *x\n${sops}`, '1:1 SECRETS-UNREADABLE'],
    ['a key twice', `a: ${cipher('aa')}\na: ${cipher('aa')}\n${sops}`, '1:1 SECRETS-UNREADABLE'],
    ['a list', '- a\n', '1:1 SECRETS-UNREADABLE'],
    ['nothing', '', '1:1 SECRETS-UNREADABLE'],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toBe(expected);
  });
});

describe('a reference', () => {
  const at = { file: 'platform.yaml', line: 3, column: 5 };
  const read = (text: string) => readReference(text, at);
  it.each([
    'secrets/../x.enc.yaml#a',
    '/secrets/a.enc.yaml#a',
    'secrets/a.yaml#a',
    'secrets/a.enc.yaml',
    'secrets/a.enc.yaml#',
    'secrets/a/b.enc.yaml#x',
  ])('is refused: %s', (text) => {
    expect(read(text)).toMatchObject({ ok: false, error: { diagnostic: { code: 'SECRETS-BAD-REFERENCE', where: at } } });
  });
  it('finds a value by its path, or by its name in a Secret', () => {
    const value = (text: string, document: Parameters<typeof valueIn>[0]) => {
      const reference = read(`secrets/a.enc.yaml#${text}`);
      return reference.ok ? valueIn(document, reference.value) : reference;
    };
    expect(value('a.b.0', { a: { 'b.0': 'x' } })).toEqual({ ok: true, value: 'x' });
    expect(value('tls.crt', { kind: 'Secret', stringData: { 'tls.crt': 'x' } })).toEqual({ ok: true, value: 'x' });
    expect(value('p', { kind: 'Secret', data: { p: 'aGFsbG8=' } })).toEqual({ ok: true, value: 'hallo' });
    expect(value('n', { n: 5 })).toEqual({ ok: true, value: '5' });
    const missing = value('q', { kind: 'Secret', stringData: { p: 'hidden' } });
    expect(missing).toMatchObject({ ok: false, error: { diagnostic: { code: 'SECRETS-NO-SUCH-VALUE' } } });
    expect(JSON.stringify(missing)).not.toContain('hidden');
    expect(value('toString', {})).toMatchObject({ ok: false });
  });
});
