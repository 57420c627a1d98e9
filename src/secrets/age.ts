import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { err, ok, type Result } from '../model/index.js';
import { decodeBech32, encodeBech32 } from './bech32.js';
import { badKey } from './errors.js';

/** A private key of age, with the public name that files are encrypted to. */
export interface Identity {
  /** `AGE-SECRET-KEY-1…`: secret. */
  readonly secret: string;
  /** `age1…`: public. */
  readonly recipient: string;
}

const secretPrefix = 'age-secret-key-';
const recipientPrefix = 'age';
/** What PKCS 8 and SPKI put in front of the 32 bytes of an X25519 key. */
const privateHead = Buffer.from('302e020100300506032b656e04220420', 'hex');
const keyBytes = 32;

/** True for the name of an X25519 recipient. */
export const isRecipient = (text: string): boolean => decodeBech32(recipientPrefix, text)?.length === keyBytes;

/** A new key. */
export function makeIdentity(): Identity {
  const { privateKey } = generateKeyPairSync('x25519');
  const raw = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-keyBytes);
  return { secret: encodeBech32(secretPrefix, raw).toUpperCase(), recipient: recipientOf(privateKey) };
}

function recipientOf(key: KeyObject): string {
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-keyBytes);
  return encodeBech32(recipientPrefix, raw);
}

/** Reads a file of keys, as age-keygen writes them; `file` names it in findings, which never repeat a line of it. */
export function readIdentities(file: string, text: string): Result<readonly Identity[]> {
  const found: Identity[] = [];
  for (const [at, whole] of text.split(/\r?\n/).entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const raw = decodeBech32(secretPrefix, line);
    if (raw?.length !== keyBytes) return err(badKey({ file, line: at + 1, column: 1 }));
    const key = createPrivateKey({ key: Buffer.concat([privateHead, raw]), format: 'der', type: 'pkcs8' });
    found.push({ secret: line.toUpperCase(), recipient: recipientOf(key) });
  }
  return found.length === 0 ? err(badKey({ file, line: 1, column: 1 })) : ok(found);
}

/** The text of a file of keys, the newest first. */
export const identitiesText = (identities: readonly Identity[]): string =>
  identities.map(({ secret, recipient }) => `# public key: ${recipient}\n${secret}\n`).join('');
