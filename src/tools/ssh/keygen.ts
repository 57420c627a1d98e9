import type { Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { keyFailed, tail } from './errors.js';

/** A key as OpenSSH writes it; the private half must go to a secret at once. */
export interface KeyPair {
  readonly private: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly public: string;
}

/** Makes an ed25519 key without a passphrase in a folder of its own, which is gone afterwards. */
export async function makeKeyPair(w: World, folder: string): Promise<Result<KeyPair>> {
  const cleared = await w.remove(folder);
  if (!cleared.ok) return cleared;
  const made = await w.makeDirectory(folder, 0o700);
  if (!made.ok) return made;
  const pair = await generate(w, `${folder}/key`);
  const gone = await w.remove(folder);
  return pair.ok && !gone.ok ? gone : pair;
}

async function generate(w: World, file: string): Promise<Result<KeyPair>> {
  const ran = await w.change({ tool: 'ssh-keygen', args: ['-q', '-t', 'ed25519', '-N', '', '-C', 'strata', '-f', file] });
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(keyFailed(tail(ran.value.stderr)));
  const inner = await w.read(file);
  if (!inner.ok) return inner;
  const outer = await w.read(`${file}.pub`);
  if (!outer.ok) return outer;
  if (inner.value === undefined || outer.value === undefined) return err(keyFailed('it wrote no key'));
  return ok({ private: inner.value, public: outer.value.trim().split(' ').slice(0, 2).join(' ') });
}
