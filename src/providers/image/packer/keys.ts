import type { Result, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { inOrder, run } from './commands.js';
import { commandFailed } from './errors.js';

/** A key pair that lives as long as the folder it is in. */
export interface KeyPair {
  /** File of the private half. */
  readonly path: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly publicKey: string;
}

/** Makes a pair for one machine alone. */
export async function makeKey(w: World, path: string): Promise<Result<KeyPair>> {
  const made = await run(w, {
    what: 'making a key',
    tool: 'ssh-keygen',
    args: ['-q', '-t', 'ed25519', '-N', '', '-C', 'strata', '-f', path],
  });
  if (!made.ok) return made;
  const text = await w.read(`${path}.pub`);
  if (!text.ok) return text;
  const publicKey = text.value?.trim().split(' ').slice(0, 2).join(' ');
  return publicKey ? ok({ path, publicKey }) : err(commandFailed('making a key', 0, 'ssh-keygen wrote no key'));
}

/** Puts the login key and the machine's own key into a root that is not running. */
export async function placeKeys(
  w: World,
  root: string,
  user: string,
  keys: { readonly login: KeyPair; readonly host: KeyPair },
): Promise<Result<void>> {
  const host = `${root}/etc/ssh/ssh_host_ed25519_key`;
  return inOrder(
    // Written through the existing file, which has the account as its owner.
    () =>
      run(w, {
        what: 'placing the login key',
        tool: 'tee',
        args: [`${root}/home/${user}/.ssh/authorized_keys`],
        stdin: `${keys.login.publicKey}\n`,
      }),
    () => run(w, { what: 'placing the host key', tool: 'install', args: ['-m', '0600', keys.host.path, host] }),
    () => w.write(`${host}.pub`, `${keys.host.publicKey}\n`),
  );
}
