import type { Action, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { keyFailed } from '../errors.js';

/** Keys of the environment: one to log in with, one per machine that it proves itself with. */
export interface KeysWant {
  readonly machines: readonly string[];
}

/** Public halves, `ssh-ed25519 AAAA…`; the private ones are kept secrets. */
export interface KeysGot {
  readonly login: { readonly secret: SecretRef; readonly public: string };
  readonly hosts: Readonly<Record<string, { readonly secret: SecretRef; readonly public: string }>>;
}

const loginSecret = 'ssh-login-key';
const hostSecret = (machine: string): string => `ssh-host-key-${machine}`;
const publicFile = (w: ReadWorld, secret: string): string => `${w.paths.state}/ssh/${secret}.pub`;

/** Makes the keys that are missing; host keys are ours, so that no machine is trusted on first use. */
export const keys: Action<KeysWant, Partial<KeysGot> & Pick<KeysGot, 'hosts'>> = {
  async observe({ machines }, w) {
    const login = await lookAt(w, loginSecret);
    if (!login.ok) return login;
    const hosts: Record<string, { secret: SecretRef; public: string }> = {};
    for (const machine of machines) {
      const host = await lookAt(w, hostSecret(machine));
      if (!host.ok) return host;
      if (host.value !== undefined) hosts[machine] = host.value;
    }
    if (login.value === undefined && Object.keys(hosts).length === 0) return ok(undefined);
    return ok({ ...(login.value === undefined ? {} : { login: login.value }), hosts });
  },
  diff({ machines }, got) {
    const missing = machines
      .filter((machine) => got?.hosts[machine] === undefined)
      .map((machine) => ({ what: `host key of ${machine}` }));
    return got?.login === undefined ? [{ what: 'login key' }, ...missing] : missing;
  },
  async apply({ machines }, got, w) {
    const login = got?.login === undefined ? await make(w, loginSecret) : ok(got.login);
    if (!login.ok) return login;
    const hosts: Record<string, { secret: SecretRef; public: string }> = {};
    for (const machine of machines) {
      const known = got?.hosts[machine];
      const host = known === undefined ? await make(w, hostSecret(machine)) : ok(known);
      if (!host.ok) return host;
      hosts[machine] = host.value;
    }
    return ok({ login: login.value, hosts });
  },
  remove: (_got, w) => w.remove(`${w.paths.state}/ssh`),
};

type Key = KeysGot['login'];

async function lookAt(w: ReadWorld, secret: string): Promise<Result<Key | undefined>> {
  const text = await w.read(publicFile(w, secret));
  if (!text.ok) return text;
  const held = await w.holds(secretRef(secret));
  return ok(text.value === undefined || !held ? undefined : { secret: secretRef(secret), public: text.value.trim() });
}

/** The public half is written last: where it is, the private one is kept. */
async function make(w: World, secret: string): Promise<Result<Key>> {
  const folder = `${w.paths.state}/ssh/new-${secret}`;
  const cleared = await w.remove(folder);
  if (!cleared.ok) return cleared;
  const made = await w.makeDirectory(folder, 0o700);
  if (!made.ok) return made;
  const ran = await w.change({
    tool: 'ssh-keygen',
    args: ['-q', '-t', 'ed25519', '-N', '', '-C', 'strata', '-f', `${folder}/key`],
  });
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(keyFailed(ran.value.stderr.trim()));
  const kept = await keep(w, folder, secret);
  const gone = await w.remove(folder);
  return kept.ok && !gone.ok ? gone : kept;
}

async function keep(w: World, folder: string, secret: string): Promise<Result<Key>> {
  const inner = await w.read(`${folder}/key`);
  if (!inner.ok) return inner;
  const outer = await w.read(`${folder}/key.pub`);
  if (!outer.ok) return outer;
  if (inner.value === undefined || outer.value === undefined) return err(keyFailed('ssh-keygen wrote no key'));
  const kept = await w.keep(secretRef(secret), inner.value);
  if (!kept.ok) return kept;
  const shown = outer.value.trim().split(' ').slice(0, 2).join(' ');
  const written = await w.write(publicFile(w, secret), `${shown}\n`);
  return written.ok ? ok({ secret: secretRef(secret), public: shown }) : written;
}
