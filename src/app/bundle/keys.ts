import type { KeyObject } from 'node:crypto';
import { badKey, openKey } from '../../bundle/errors.js';
import { fingerprintOf, makeKeys, readPrivateKey, readPublicKey } from '../../bundle/keys.js';
import type { Trust } from '../../bundle/read.js';
import { absolutePath, blobDisk, readText, statPath, writeAtomically } from '../../host/index.js';
import { err, ok, type Result } from '../../model/index.js';
import { type Trouble, troubleOf } from '../trouble.js';

/** Where a pair of keys goes. */
export interface KeyOptions {
  /** Name the two files begin with. */
  readonly out?: string | undefined;
  readonly passphraseFile?: string | undefined;
}

/** A pair of keys, by its files. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly encrypted: boolean;
}

/** Makes a pair of keys; never replaces one. */
export async function bundleKey({ out = 'bundle', passphraseFile }: KeyOptions): Promise<Result<KeyPair, Trouble>> {
  const passphrase = await readPassphrase(passphraseFile);
  if (!passphrase.ok) return err(troubleOf(passphrase.error));
  const pair = makeKeys(passphrase.value);
  const files = { privateKey: `${out}.key`, publicKey: `${out}.pub` };
  const kept = await blobDisk.writePrivate(absolutePath(files.privateKey), pair.privateKey);
  if (!kept.ok) return err(troubleOf(kept.error));
  const shown = await writeAtomically(absolutePath(files.publicKey), pair.publicKey);
  if (!shown.ok) return err(troubleOf(shown.error));
  const key = readPublicKey(files.publicKey, pair.publicKey);
  if (!key.ok) return err(troubleOf(key.error));
  return ok({ ...files, fingerprint: fingerprintOf(key.value), encrypted: passphrase.value !== undefined });
}

/** First line of a file. */
async function readPassphrase(file: string | undefined): Promise<Result<string | undefined>> {
  if (file === undefined) return ok(undefined);
  const text = await readText(absolutePath(file));
  if (!text.ok) return text;
  const [line = ''] = (text.value ?? '').split(/\r?\n/);
  return line === '' ? err(badKey(file, 'it holds no passphrase')) : ok(line);
}

/** A private key to sign with; others must not be able to read it. */
export async function signingKey(file: string, passphraseFile: string | undefined): Promise<Result<KeyObject>> {
  const path = absolutePath(file);
  const text = await readText(path);
  if (!text.ok) return text;
  if (text.value === undefined) return err(badKey(file, 'it does not exist'));
  const stat = await statPath(path);
  if (!text.value.includes('ENCRYPTED') && stat !== undefined && (stat.mode & 0o077) !== 0) return err(openKey(file));
  const passphrase = await readPassphrase(passphraseFile);
  return passphrase.ok ? readPrivateKey(file, text.value, passphrase.value) : passphrase;
}

/** Who must have signed. */
export async function trustOf(options: {
  readonly key?: string | undefined;
  readonly allowUnsigned?: boolean | undefined;
}): Promise<Result<Trust>> {
  if (options.key === undefined) return ok({ unsigned: options.allowUnsigned === true ? 'allowed' : 'refused' });
  const text = await readText(absolutePath(options.key));
  if (!text.ok) return text;
  if (text.value === undefined) return err(badKey(options.key, 'it does not exist'));
  const key = readPublicKey(options.key, text.value);
  return key.ok ? ok({ key: key.value }) : key;
}
