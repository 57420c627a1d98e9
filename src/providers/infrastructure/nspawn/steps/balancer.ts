import type { Action, ReadWorld, Result, ToolArtefact } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { programMissing } from '../errors.js';
import { insideNetwork, serviceAction, type SupportGot, type SupportWant } from './support.js';

/** One address in front of several API servers. */
export interface BalancerWant extends SupportWant {
  /** `host:port` of each API server. */
  readonly servers: readonly string[];
  /** A changed program is started anew. */
  readonly program: ToolArtefact;
}

/** Spreads connections over the API servers that say they are ready; one that is away is left out after a few seconds. */
export const balancer: Action<BalancerWant, SupportGot> = serviceAction<BalancerWant>({
  name: 'api',
  at: ({ address, port }) => `${address}:${port}`,
  async prepare(want, w) {
    const executable = await w.locate('tcp-balancer');
    if (executable === undefined) return err(programMissing('tcp-balancer'));
    const args = ['-listen', `${want.address}:${want.port}`, '-status', statusOf(want), '-servers', want.servers.join(',')];
    return ok(insideNetwork(w, 'api', { tool: executable, args }));
  },
  answers: servesThem,
});

const statusOf = ({ address, port }: BalancerWant): string => `${address}:${port + 1}`;

/** Whether it listens and knows exactly these servers; whether they are up is not its business. */
async function servesThem(want: BalancerWant, w: ReadWorld): Promise<Result<boolean>> {
  const said = await w.get({ url: `http://${statusOf(want)}/`, deadlineMs: 2_000 });
  if (!said.ok) return said.error.kind === 'network' || said.error.kind === 'timeout' ? ok(false) : said;
  return ok(knownServers(said.value.body).join() === [...want.servers].sort().join());
}

function knownServers(body: string): readonly string[] {
  try {
    const said: unknown = JSON.parse(body);
    const servers: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'servers') : undefined;
    return typeof servers === 'object' && servers !== null ? Object.keys(servers).sort() : [];
  } catch {
    return [];
  }
}
