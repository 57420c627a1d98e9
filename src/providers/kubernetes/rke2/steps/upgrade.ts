import type { Action, Claim, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { condition, eventually, waitReady } from '../../../../tools/kubectl/index.js';
import { mayBecome, startScript } from '../../../../tools/rke2/index.js';
import { changeMachine } from '../../../../tools/ssh/index.js';
import { closedMark, closeNode, openNode } from '../drain.js';
import { notMember, skew } from '../errors.js';
import { installRelease } from '../install.js';
import { installedOn, kubeconfig, type MemberWant, nodeInCluster, runningOf } from '../member-look.js';

/** An agent's release. */
export interface UpgradeGot {
  readonly name: string;
  readonly running: string;
  readonly ready: boolean;
  /** Closed to pods by Strata. */
  readonly closed: boolean;
}

/** Brings one agent to the release: emptied, installed, started, opened. Agents come one after the other, after all servers. */
export const upgradedAgent: Action<MemberWant, UpgradeGot> = {
  observe: look,
  diff: ({ version }, got) => {
    if (got === undefined) return [{ what: 'release', to: version }];
    return [
      ...(got.running === version ? [] : [{ what: 'release', from: got.running, to: version }]),
      ...(got.closed ? [{ what: 'open to pods' }] : []),
    ];
  },
  async apply(want, _got, w) {
    const { node, version, release, drainSeconds } = want;
    const seen = await look(want, w);
    if (!seen.ok) return seen;
    if (seen.value === undefined) return err(notMember(node.name, 'the cluster does not know it'));
    if (seen.value.running !== version) {
      const emptied = await closeNode(w, kubeconfig, node.name, drainSeconds);
      if (!emptied.ok) return emptied;
      const has = await installedOn(want, w);
      if (!has.ok) return has;
      const placed = has.value.lacks ? await installRelease(w, node, { version, release, has: has.value.has }) : ok(undefined);
      if (!placed.ok) return placed;
      const script = startScript('agent');
      const started = await changeMachine(w, node, { what: 'starting RKE2', script, deadlineMs: 1_200_000, stream: true });
      if (!started.ok) return started;
    }
    return arrived(want, w);
  },
  async verify({ node, version }, _got, w): Promise<readonly Claim[]> {
    const there = await eventually(w, async () => {
      const found = await nodeInCluster(w, node.name);
      return runningOf(found) === version && found !== undefined && condition(found, 'Ready') === 'True';
    });
    return [{ claim: `${node.name} runs RKE2 ${version} and takes pods`, verdict: there ? 'pass' : 'fail' }];
  },
};

async function look({ node, version }: MemberWant, w: ReadWorld): Promise<Result<UpgradeGot | undefined>> {
  const found = await nodeInCluster(w, node.name);
  if (found === undefined) return ok(undefined);
  const running = runningOf(found);
  const way = running === '' ? 'same' : mayBecome(running, version);
  if (way === 'older' || way === 'too-far') return err(skew(node.name, running, version, way));
  const closed = found.metadata.annotations?.[closedMark] !== undefined;
  return ok({ name: node.name, running, ready: condition(found, 'Ready') === 'True', closed });
}

async function arrived(want: MemberWant, w: Parameters<Action<MemberWant, UpgradeGot>['apply']>[2]): Promise<Result<UpgradeGot>> {
  const { name } = want.node;
  // The old kubelet's word stands until the new one speaks.
  const spoke = await eventually(w, async () => runningOf(await nodeInCluster(w, name)) === want.version, {
    deadlineMs: 180_000,
    everyMs: 1_000,
  });
  if (!spoke) return err(notMember(name, `it does not run ${want.version}`));
  const ready = await waitReady(w, kubeconfig, ['node', name], 1, { deadlineMs: 180_000, everyMs: 1_000 });
  if (!ready.ok) return ready;
  const seen = await look(want, w);
  if (!seen.ok) return seen;
  if (seen.value === undefined) return err(notMember(name, 'the cluster does not know it'));
  if (!seen.value.closed) return ok(seen.value);
  const open = await openNode(w, kubeconfig, name);
  return open.ok ? ok({ ...seen.value, closed: false }) : open;
}
