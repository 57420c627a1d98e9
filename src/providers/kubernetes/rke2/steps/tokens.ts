import { randomBytes } from 'node:crypto';
import type { Action, Result, SecretRef, World } from '../../../../model/index.js';
import { ok, secretRef } from '../../../../model/index.js';

/** Where the passwords of a cluster are kept. */
export interface TokensGot {
  readonly server: SecretRef;
  readonly agent: SecretRef;
}

const server = secretRef('rke2-token');
const agent = secretRef('rke2-agent-token');

/** Passwords for new servers and new agents, made once: the first also opens what etcd keeps of the cluster's keys. */
export const tokens: Action<Readonly<Record<string, never>>, TokensGot> = {
  observe: async (_want, w) => ok((await w.holds(server)) && (await w.holds(agent)) ? { server, agent } : undefined),
  diff: (_want, got) => (got === undefined ? [{ what: 'tokens' }] : []),
  async apply(_want, _got, w) {
    for (const ref of [server, agent]) {
      const kept = await keepOnce(w, ref);
      if (!kept.ok) return kept;
    }
    return ok({ server, agent });
  },
};

const keepOnce = async (w: World, ref: SecretRef): Promise<Result<void>> =>
  (await w.holds(ref)) ? ok(undefined) : w.keep(ref, randomBytes(32).toString('hex'));

/** The tokens others join with: they name the authority, so that a member sends nothing to somebody else. */
export const joinTokens = { server: secretRef('rke2-join-server'), agent: secretRef('rke2-join-agent') } as const;

/** Secure form of the tokens: https://docs.rke2.io/security/token#secure */
export async function keepJoinTokens(w: World, want: TokensGot, authority: string): Promise<Result<void>> {
  for (const [role, user] of [
    ['server', 'server'],
    ['agent', 'node'],
  ] as const) {
    const password = await w.reveal(want[role]);
    if (!password.ok) return password;
    const kept = await w.keep(joinTokens[role], `K10${authority}::${user}:${password.value.expose()}`);
    if (!kept.ok) return kept;
  }
  return ok(undefined);
}
