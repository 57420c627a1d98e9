import type { Action, Change, Claim, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { eventually } from '../../../../tools/kubectl/index.js';
import { apiServers, kubeconfig, patiently, seeNodes } from '../cluster-look.js';
import { reopen } from '../drain.js';
import { versionSkew } from '../errors.js';
import { upgradeMachine, type VersionWant } from '../upgrade.js';
import { skew } from '../versions.js';

/** What it runs, as the cluster tells. */
export interface VersionGot {
  readonly name: string;
  readonly kubelet: string;
  /** Of its API server; empty on workers. */
  readonly apiServer: string;
  /** Closed by an upgrade that did not end. */
  readonly drained: boolean;
}

/** Upgrades one machine where it runs another version: emptied, upgraded, opened again; put back where that fails. */
export const machineVersioned: Action<VersionWant, VersionGot> = {
  observe: look,
  diff: changes,
  async apply(want, _got, w) {
    // A machine that has joined only now is seen here for the first time, and its API server's pod comes a moment later.
    await eventually(w, async () => appeared(await look(want, w), want.part), { deadlineMs: 60_000 });
    const seen = await look(want, w);
    if (!seen.ok) return seen;
    const got = seen.value;
    if (got === undefined || changes(want, got).length === 0) return ok(got ?? nothing(want));
    for (const has of [got.kubelet, got.apiServer]) {
      const kind = skew(has, want.version);
      if (kind !== undefined) return err(versionSkew(want.node.name, has, want.version, kind));
    }
    const runs = changes(want, { ...got, drained: false }).length === 0;
    // A run that was cut off after all was done but this.
    const done = runs ? await reopen(w, want.node.name) : await upgradeMachine(w, want, got.kubelet);
    if (!done.ok) return done;
    const now = await patiently(w, () => look(want, w));
    return now.ok ? ok(now.value ?? nothing(want)) : now;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const right = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && seen.value !== undefined && changes(want, seen.value).length === 0;
    });
    return [{ claim: `${want.node.name} runs Kubernetes ${want.version} and takes pods`, verdict: right ? 'pass' : 'fail' }];
  },
};

const appeared = (seen: Result<VersionGot | undefined>, part: VersionWant['part']): boolean =>
  seen.ok && seen.value !== undefined && (part === 'worker' || seen.value.apiServer !== '');

const nothing = ({ node }: VersionWant): VersionGot => ({ name: node.name, kubelet: '', apiServer: '', drained: false });

function changes({ part, version }: VersionWant, got: VersionGot | undefined): readonly Change[] {
  if (got === undefined) return [{ what: 'version', to: version }];
  return [
    ...(part === 'worker' || got.apiServer === version
      ? []
      : [{ what: 'version.control plane', from: got.apiServer, to: version }]),
    ...(got.kubelet === version ? [] : [{ what: 'version.kubelet', from: got.kubelet, to: version }]),
    ...(got.drained ? [{ what: 'closed to pods by an upgrade', to: 'open' }] : []),
  ];
}

async function look({ node, part }: VersionWant, w: ReadWorld): Promise<Result<VersionGot | undefined>> {
  if (!(await w.holds(kubeconfig))) return ok(undefined);
  const nodes = await seeNodes(w, node.name);
  if (!nodes.ok) return nodes;
  const [own] = nodes.value;
  if (own === undefined) return ok(undefined);
  const servers = part === 'worker' ? ok(new Map<string, string>()) : await apiServers(w);
  if (!servers.ok) return servers;
  const apiServer = servers.value.get(node.name) ?? '';
  return ok({ name: own.name, kubelet: own.kubelet, apiServer, drained: own.drained });
}
