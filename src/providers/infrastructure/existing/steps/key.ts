import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Action, ReadWorld, Result, SecretRef } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { keyMissing, keyUnusable } from '../errors.js';

/** Where the key is: in a file of the user, or kept already. */
export type KeyWant = { readonly file: string } | { readonly secret: string };

/** The kept key. */
export interface KeyGot {
  readonly secret: SecretRef;
  /** Of the file it was kept from; empty where it was kept by somebody else. */
  readonly kept: string;
  /** Of the file as it is now. */
  readonly file: string;
}

const ownSecret = 'ssh-existing-key';
const noteOf = (w: ReadWorld): string => `${w.paths.state}/ssh/existing-key.digest`;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Keeps the user's key as a secret of the environment, so that it reaches ssh as a file of ours and no log. */
export const key: Action<KeyWant, KeyGot> = {
  async observe(want, w) {
    if ('secret' in want) return keptAlready(want.secret, w);
    const note = await w.read(noteOf(w));
    if (!note.ok) return note;
    const text = await w.read(pathOf(want.file, w));
    if (!text.ok) return text;
    const held = await w.holds(secretRef(ownSecret));
    if (note.value === undefined || !held) return text.value === undefined ? err(keyMissing(want.file)) : ok(undefined);
    const kept = note.value.trim();
    // A file that is gone is no reason to forget the key.
    return ok({ secret: secretRef(ownSecret), kept, file: text.value === undefined ? kept : digestOf(text.value) });
  },
  diff: (_want, got) => (got === undefined ? [{ what: 'key' }] : got.kept === got.file ? [] : [{ what: 'key' }]),
  async apply(want, _got, w) {
    if ('secret' in want) return keptAlready(want.secret, w);
    const text = await w.read(pathOf(want.file, w));
    if (!text.ok) return text;
    if (text.value === undefined) return err(keyMissing(want.file));
    if (!opens(text.value)) return err(keyUnusable(want.file));
    const kept = await w.keep(secretRef(ownSecret), text.value);
    if (!kept.ok) return kept;
    const digest = digestOf(text.value);
    const noted = await w.write(noteOf(w), `${digest}\n`, 0o600);
    return noted.ok ? ok({ secret: secretRef(ownSecret), kept: digest, file: digest }) : noted;
  },
  remove: (_got, w) => w.remove(noteOf(w)),
};

const pathOf = (file: string, w: ReadWorld): string => (file.startsWith('/') ? file : `${w.paths.project}/${file}`);

async function keptAlready(name: string, w: ReadWorld): Promise<Result<KeyGot>> {
  const held = await w.holds(secretRef(name));
  return held ? ok({ secret: secretRef(name), kept: '', file: '' }) : err(keyMissing(`secret ${name}`));
}

/** OpenSSH writes the name of the cipher in clear at the start; the older form says it in a header. */
function opens(text: string): boolean {
  const body = /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n([\s\S]+?)-----END \1PRIVATE KEY-----\s*$/.exec(text);
  if (body === null || /ENCRYPTED/.test(body[1] ?? '') || /^Proc-Type: .*ENCRYPTED/m.test(text)) return false;
  if (body[1] !== 'OPENSSH ') return true;
  const head = Buffer.from((body[2] ?? '').replaceAll(/\s/g, ''), 'base64')
    .subarray(0, 64)
    .toString('latin1');
  return head.startsWith('openssh-key-v1\0') && head.slice(19, 23) === 'none';
}
