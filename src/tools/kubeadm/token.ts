import { Buffer } from 'node:buffer';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';

/** A bootstrap token, `id.secret`. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random text of the token's alphabet; bytes that would favour some letters are thrown away. */
function letters(count: number): string {
  let text = '';
  while (text.length < count) {
    for (const byte of randomBytes(count)) if (byte < 252 && text.length < count) text += alphabet[byte % 36];
  }
  return text;
}

/** A fresh token. */
export const newToken = (): BootstrapToken => ({ id: letters(6), secret: letters(16) });

/** 32 random bytes for the secretbox provider, base64. */
export const newEncryptionKey = (): string => randomBytes(32).toString('base64');

/** What a joining machine pins: `sha256:` of the authority's public key; `undefined` where the text is no certificate. */
export function authorityHash(pem: string): string | undefined {
  try {
    const key = new X509Certificate(Buffer.from(pem)).publicKey.export({ type: 'spki', format: 'der' });
    return `sha256:${createHash('sha256').update(key).digest('hex')}`;
  } catch {
    return undefined;
  }
}

/** 32 random bytes for the encryption of certificates on their way to another control plane, as hexadecimal digits. */
export const newCertificateKey = (): string => randomBytes(32).toString('hex');
