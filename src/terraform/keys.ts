import type { Action, ReadWorld, Result, SecretRef, World } from '../model/index.js';
import { err, ok, secretRef } from '../model/index.js';
import { makeKeyPair } from '../tools/ssh/index.js';
import { keysLost } from './errors.js';

/** Keys of an environment whose machines stand elsewhere: one to log in with, one per machine that it proves itself with. */
export interface MachineKeysWant {
  readonly machines: readonly string[];
}

/** A key: the private half is a kept secret. */
export interface KeptKey {
  readonly secret: SecretRef;
  /** `ssh-ed25519 AAAA…` */
  readonly public: string;
}

/** The keys that are there. */
export interface MachineKeysGot {
  readonly login?: KeptKey;
  readonly hosts: Readonly<Record<string, KeptKey>>;
  /** All host keys as one JSON object for a module's variable: `{ NAME: { private, public } }`. */
  readonly bundle: SecretRef;
  /** Machines whose keys the bundle holds; what else there is has to be put in. */
  readonly bundled: readonly string[];
}

const loginSecret = 'ssh-login-key';
const bundleSecret = 'ssh-host-keys';
const hostSecret = (machine: string): string => `ssh-host-key-${machine}`;
const fileOf = (w: ReadWorld, name: string): string => `${w.paths.state}/ssh/${name}`;

/** Makes the keys that are missing: machines get theirs before they exist, so that none is trusted on first use. */
export const machineKeys: Action<MachineKeysWant, MachineKeysGot> = {
  async observe({ machines }, w) {
    const login = await lookAt(w, loginSecret);
    if (!login.ok) return login;
    const hosts: Record<string, KeptKey> = {};
    for (const machine of machines) {
      const host = await lookAt(w, hostSecret(machine));
      if (!host.ok) return host;
      if (host.value !== undefined) hosts[machine] = host.value;
    }
    const bundled = await bundledIn(w);
    if (!bundled.ok) return bundled;
    if (login.value === undefined && Object.keys(hosts).length === 0) return ok(undefined);
    return ok({ ...(login.value && { login: login.value }), hosts, bundle: secretRef(bundleSecret), bundled: bundled.value });
  },
  diff({ machines }, got) {
    const missing = machines.filter((machine) => got?.hosts[machine] === undefined);
    return [
      ...(got?.login === undefined ? [{ what: 'login key' }] : []),
      ...missing.map((machine) => ({ what: `host key of ${machine}` })),
      ...(got !== undefined && !sameNames(machines, got.bundled) ? [{ what: 'host keys of all machines together' }] : []),
    ];
  },
  async apply({ machines }, got, w) {
    const login = got?.login === undefined ? await make(w, loginSecret) : ok(got.login);
    if (!login.ok) return login;
    const hosts: Record<string, KeptKey> = {};
    for (const machine of machines) {
      const known = got?.hosts[machine];
      const host = known === undefined ? await make(w, hostSecret(machine)) : ok(known);
      if (!host.ok) return host;
      hosts[machine] = host.value;
    }
    const bundled = await bundle(w, hosts);
    return bundled.ok ? ok({ login: login.value, hosts, bundle: secretRef(bundleSecret), bundled: machines }) : bundled;
  },
  remove: (_got, w) => w.remove(`${w.paths.state}/ssh`),
};

const sameNames = (one: readonly string[], other: readonly string[]): boolean =>
  [...one].sort().join() === [...other].sort().join();

async function lookAt(w: ReadWorld, secret: string): Promise<Result<KeptKey | undefined>> {
  const text = await w.read(fileOf(w, `${secret}.pub`));
  if (!text.ok) return text;
  const held = await w.holds(secretRef(secret));
  return ok(text.value === undefined || !held ? undefined : { secret: secretRef(secret), public: text.value.trim() });
}

async function bundledIn(w: ReadWorld): Promise<Result<readonly string[]>> {
  const text = await w.read(fileOf(w, `${bundleSecret}.list`));
  if (!text.ok) return text;
  const held = await w.holds(secretRef(bundleSecret));
  return ok(held && text.value !== undefined ? text.value.split('\n').filter((name) => name !== '') : []);
}

/** The public half is written last: where it is, the private one is kept. */
async function make(w: World, secret: string): Promise<Result<KeptKey>> {
  const pair = await makeKeyPair(w, fileOf(w, `new-${secret}`));
  if (!pair.ok) return pair;
  const kept = await w.keep(secretRef(secret), pair.value.private);
  if (!kept.ok) return kept;
  const written = await w.write(fileOf(w, `${secret}.pub`), `${pair.value.public}\n`);
  return written.ok ? ok({ secret: secretRef(secret), public: pair.value.public }) : written;
}

/** The list of names is written last as well. */
async function bundle(w: World, hosts: Readonly<Record<string, KeptKey>>): Promise<Result<void>> {
  const all: Record<string, { readonly private: string; readonly public: string }> = {};
  for (const [machine, key] of Object.entries(hosts)) {
    const secret = await w.reveal(key.secret);
    if (!secret.ok) return err(keysLost(machine));
    all[machine] = { private: secret.value.expose(), public: key.public };
  }
  const kept = await w.keep(secretRef(bundleSecret), JSON.stringify(all));
  return kept.ok ? w.write(fileOf(w, `${bundleSecret}.list`), `${Object.keys(hosts).join('\n')}\n`) : kept;
}
