import { createHash } from 'node:crypto';
import type { Action, ReadWorld, Result, SecretRef } from '../../model/index.js';
import { err, failure, ok, secretRef } from '../../model/index.js';

/** Where a secret of the user is: in a file, or kept already. */
export type SecretSource = { readonly file: string } | { readonly secret: string };

/** What is kept, under which name. */
export interface KeptWant {
  readonly from: SecretSource;
  /** Name it is kept under where it comes from a file. */
  readonly name: string;
  /** What it is, e.g. `pull secret`. */
  readonly what: string;
}

/** The kept secret. */
export interface KeptGot {
  readonly secret: SecretRef;
  readonly name: string;
  /** Digest of the file it was kept from; empty where somebody else keeps it. */
  readonly kept: string;
  /** Of the file as it is now. */
  readonly file: string;
}

const noteOf = (w: ReadWorld, name: string): string => `${w.paths.state}/kept/${name}.digest`;
const pathOf = (file: string, w: ReadWorld): string => (file.startsWith('/') ? file : `${w.paths.project}/${file}`);
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Keeps what the user has in a file as a secret of the environment: from there it reaches programs as a file of ours and no log. */
export const keptSecret: Action<KeptWant, KeptGot> = {
  async observe(want, w) {
    if ('secret' in want.from) return already(want, want.from.secret, w);
    const note = await w.read(noteOf(w, want.name));
    if (!note.ok) return note;
    const text = await w.read(pathOf(want.from.file, w));
    if (!text.ok) return text;
    const held = await w.holds(secretRef(want.name));
    if (note.value === undefined || !held)
      return text.value === undefined ? err(missing(want.what, want.from.file)) : ok(undefined);
    const kept = note.value.trim();
    // A file that is gone is no reason to forget the secret.
    const file = text.value === undefined ? kept : digestOf(text.value);
    return ok({ secret: secretRef(want.name), name: want.name, kept, file });
  },
  diff: ({ what }, got) => (got === undefined || got.kept !== got.file ? [{ what }] : []),
  async apply(want, _got, w) {
    if ('secret' in want.from) return already(want, want.from.secret, w);
    const text = await w.read(pathOf(want.from.file, w));
    if (!text.ok) return text;
    if (text.value === undefined) return err(missing(want.what, want.from.file));
    const kept = await w.keep(secretRef(want.name), text.value);
    if (!kept.ok) return kept;
    const digest = digestOf(text.value);
    const noted = await w.write(noteOf(w, want.name), `${digest}\n`, 0o600);
    return noted.ok ? ok({ secret: secretRef(want.name), name: want.name, kept: digest, file: digest }) : noted;
  },
  remove: ({ name, kept }, w) => (kept === '' ? Promise.resolve(ok(undefined)) : w.remove(noteOf(w, name))),
};

async function already({ what }: KeptWant, name: string, w: ReadWorld): Promise<Result<KeptGot>> {
  const held = await w.holds(secretRef(name));
  return held ? ok({ secret: secretRef(name), name, kept: '', file: '' }) : err(missing(what, `secret ${name}`));
}

const missing = (what: string, where: string) =>
  failure('invalid', 'KEPT-MISSING', `The ${what} is not there: ${where}.`, {
    say: 'Put it where the definition says, or name another place.',
    command: 'strata validate',
  });
