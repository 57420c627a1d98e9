import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { type Digest, err, ok, type Result } from '../model/index.js';
import { badKey } from './errors.js';
import { bundleRepository } from './format.js';

/** Makes a pair of keys for ECDSA on P-256, as cosign does; the private one encrypted where a passphrase is given. */
export function makeKeys(passphrase: string | undefined): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Reads a private key, and asks for the passphrase by name where one is needed. */
export function readPrivateKey(file: string, pem: string, passphrase: string | undefined): Result<KeyObject> {
  if (/ENCRYPTED (COSIGN|SIGSTORE) PRIVATE KEY/.test(pem))
    return err(badKey(file, "it is encrypted in cosign's own way, which only cosign reads"));
  if (pem.includes('ENCRYPTED') && passphrase === undefined) return err(badKey(file, 'it is encrypted; give --passphrase-file'));
  return asEcKey(file, () => createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) }));
}

/** Reads a public key. */
export function readPublicKey(file: string, pem: string): Result<KeyObject> {
  if (pem.includes('PRIVATE KEY')) return err(badKey(file, 'it is a private key; the public one checks signatures'));
  return asEcKey(file, () => createPublicKey({ key: pem, format: 'pem' }));
}

function asEcKey(file: string, read: () => KeyObject): Result<KeyObject> {
  try {
    const key = read();
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
      ? ok(key)
      : err(badKey(file, 'bundles are signed with ECDSA on P-256'));
  } catch {
    return err(badKey(file, 'it is no PEM key, or the passphrase is wrong'));
  }
}

/** Public half of a private key. */
export const publicOf = (key: KeyObject): KeyObject => createPublicKey(key);

/** Names a public key: the digest of its DER form. */
export const fingerprintOf = (key: KeyObject): string =>
  `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;

/** Signature over bytes, in DER, base64. */
export const signBytes = (key: KeyObject, bytes: Uint8Array): string => sign('sha256', bytes, key).toString('base64');

/** Whether a signature is this key's over these bytes. */
export function signatureHolds(key: KeyObject, bytes: Uint8Array, signature: string): boolean {
  try {
    return verify('sha256', bytes, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** What cosign signs: which content is meant, under which name. */
export const payloadOf = (digest: Digest): string =>
  JSON.stringify({
    critical: {
      identity: { 'docker-reference': bundleRepository },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });

/** Digest a payload speaks of; `undefined` where it is no such payload. */
export function payloadDigest(bytes: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const critical = member(value, 'critical');
    if (member(critical, 'type') !== 'cosign container image signature') return undefined;
    const digest = member(member(critical, 'image'), 'docker-manifest-digest');
    return typeof digest === 'string' ? digest : undefined;
  } catch {
    return undefined;
  }
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

/** Bytes a DSSE envelope signs: type and content, each with its length. */
export function preAuthenticated(type: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

/** A statement in its signed envelope. */
export function envelopeOf(key: KeyObject, type: string, payload: string): string {
  const bytes = Buffer.from(payload, 'utf8');
  return JSON.stringify({
    payloadType: type,
    payload: bytes.toString('base64'),
    signatures: [{ keyid: '', sig: signBytes(key, preAuthenticated(type, bytes)) }],
  });
}
