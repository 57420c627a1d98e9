import type { Action, Claim, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { deleteObjects, eventually, getObjects, waitReady } from '../../../../tools/kubectl/index.js';
import { places, snapshotScript, startScript, uninstallScript } from '../../../../tools/rke2/index.js';
import { askMachine, changeMachine, putFiles, putSecret } from '../../../../tools/ssh/index.js';
import { memberFiles } from '../config.js';
import { closeNode, openNode } from '../drain.js';
import { firstServerLost, kubeconfigStrange, notMember } from '../errors.js';
import { installRelease } from '../install.js';
import { installedOn, kubeconfig, lookAtMember, type MemberGot, type MemberWant, runningOf } from '../member-look.js';
import { joinTokens, keepJoinTokens } from './tokens.js';

/** A server or an agent: installed, configured, started, Ready. Servers are upgraded here; agents are in a step of their own. */
export const member: Action<MemberWant, MemberGot> = {
  observe: lookAtMember,
  diff(want, got) {
    if (got === undefined) return [{ what: want.facts.role }];
    return [
      ...(got.joined && got.active ? [] : [{ what: 'running' }]),
      ...(got.state === 'Ready' ? [] : [{ what: 'state', from: got.state, to: 'Ready' }]),
      ...(got.closed && got.role === 'server' ? [{ what: 'open to pods' }] : []),
      ...(becomesNewer(want, got) ? [{ what: 'release', from: got.running, to: want.version }] : []),
      ...got.differs.map((what) => ({ what })),
    ];
  },
  async apply(want, got, w) {
    const upgrade = got !== undefined && becomesNewer(want, got);
    const begun = upgrade ? await beforeUpgrade(want, w) : await mayBegin(want, got, w);
    if (!begun.ok) return begun;
    const placed = await place(want, got, w);
    if (!placed.ok) return placed;
    if (upgrade || got?.active !== true || got.differs.length > 0) {
      const script = startScript(want.facts.role);
      const started = await changeMachine(w, want.node, { what: 'starting RKE2', script, deadlineMs: 1_200_000, stream: true });
      if (!started.ok) return started;
    }
    const admitted = want.facts.role === 'server' ? await afterStart(want, w) : ok(undefined);
    if (!admitted.ok) return admitted;
    return arrived(want, w);
  },
  async verify(want, got, w): Promise<readonly Claim[]> {
    const { name } = want.node;
    const ready = await eventually(w, async () => {
      const seen = await lookAtMember(want, w);
      return seen.ok && seen.value?.state === 'Ready' && seen.value.differs.length === 0;
    });
    return [
      {
        claim: `${name} is a Ready ${want.facts.role} of RKE2 ${got.running}, set up as written`,
        verdict: ready ? 'pass' : 'fail',
      },
    ];
  },
  remove: (got, w) => leave(got, w),
};

/** An agent that runs an older release is the affair of its upgrade. */
const becomesNewer = ({ facts, version }: MemberWant, got: MemberGot): boolean =>
  facts.role === 'server' && got.running !== '' && got.running !== version;

/** etcd is kept once, before the first server changes; then the machine is emptied. */
async function beforeUpgrade({ node, facts, version, drainSeconds }: MemberWant, w: World): Promise<Result<void>> {
  if (facts.registration === undefined) {
    const script = snapshotScript(`before-${version.replace(/[^a-z0-9]/g, '-')}`);
    const kept = await changeMachine(w, node, { what: 'keeping a snapshot of etcd', script, deadlineMs: 300_000 });
    if (!kept.ok) return kept;
  }
  return closeNode(w, kubeconfig, node.name, drainSeconds);
}

/** The first server begins a cluster; it must not where others hold one already. */
async function mayBegin({ facts, node }: MemberWant, got: MemberGot | undefined, w: World): Promise<Result<void>> {
  if (facts.registration !== undefined || got?.joined === true || !(await w.holds(kubeconfig))) return ok(undefined);
  const servers = await getObjects(w, kubeconfig, ['nodes', '-l', 'node-role.kubernetes.io/control-plane']);
  const others = (servers.ok ? servers.value : []).map(({ metadata }) => metadata.name).filter((name) => name !== node.name);
  return others.length === 0 ? ok(undefined) : err(firstServerLost(node.name, others));
}

/** The release, the files and the tokens, in this order: what is started finds all of them. */
async function place(want: MemberWant, got: MemberGot | undefined, w: World): Promise<Result<void>> {
  const { node, facts, version, release, tokens } = want;
  const fresh = got === undefined ? await installedOn(want, w) : ok({ lacks: got.lacks, has: got.binary });
  if (!fresh.ok) return fresh;
  const settled = facts.role === 'agent' && got?.running !== undefined && got.running !== '';
  if (fresh.value.lacks && !settled) {
    const installed = await installRelease(w, node, { version, release, has: fresh.value.has });
    if (!installed.ok) return installed;
  }
  const files = memberFiles(facts);
  if (!files.ok) return files;
  const written = await putFiles(w, node, files.value);
  if (!written.ok) return written;
  const first = facts.registration === undefined;
  const secrets =
    facts.role === 'agent'
      ? [[joinTokens.agent, places.agentToken] as const]
      : [[first ? tokens.server : joinTokens.server, places.token] as const, [tokens.agent, places.agentToken] as const];
  for (const [ref, path] of secrets) {
    const put = await putSecret(w, node, ref, path);
    if (!put.ok) return put;
  }
  return ok(undefined);
}

/** The administrator's kubeconfig, with the address others reach the API at, and the tokens others join with. */
async function afterStart({ node, facts, tokens }: MemberWant, w: World): Promise<Result<void>> {
  if (facts.registration !== undefined && (await w.holds(kubeconfig))) return ok(undefined);
  const script = `sha256sum < ${places.authority} | cut -d' ' -f1\ncat ${places.kubeconfig}\n`;
  const said = await askMachine(w, node, { what: 'reading the kubeconfig', script });
  if (!said.ok) return said;
  const [authority = '', ...lines] = said.value.split('\n');
  const text = lines.join('\n');
  const own = 'https://127.0.0.1:6443';
  if (!/^[0-9a-f]{64}$/.test(authority) || !text.includes(own)) return err(kubeconfigStrange(node.name));
  // The kubeconfig last: where it is kept, everything is.
  const joins = await keepJoinTokens(w, tokens, authority);
  return joins.ok ? w.keep(kubeconfig, text.replaceAll(own, `https://${facts.api}`)) : joins;
}

/** Waits for the node, and opens it where it was closed here. */
async function arrived(want: MemberWant, w: World): Promise<Result<MemberGot>> {
  const { name } = want.node;
  const ready = await waitReady(w, kubeconfig, ['node', name], 1, { deadlineMs: 300_000, everyMs: 1_000 });
  if (!ready.ok) return ready;
  const seen = await lookAtMember(want, w);
  if (!seen.ok) return seen;
  if (seen.value === undefined) return err(notMember(name, 'it is not there'));
  if (want.facts.role === 'server' && seen.value.running !== want.version)
    return err(notMember(name, `it still runs ${runningOf(ready.value[0])}`));
  if (!seen.value.closed || want.facts.role === 'agent') return ok(seen.value);
  const open = await openNode(w, kubeconfig, name);
  return open.ok ? ok({ ...seen.value, closed: false }) : open;
}

/** Takes a member out of the cluster, then RKE2 off the machine. */
async function leave(got: MemberGot, w: World): Promise<Result<void>> {
  if (await w.holds(got.kubeconfig)) {
    const args = ['node', got.node.name, '--wait=false', '--request-timeout=3s'];
    const gone = await deleteObjects(w, got.kubeconfig, args, 5_000);
    // A cluster that does not answer is going away, or has forgotten the node already.
    if (!gone.ok) w.note(`${got.node.name} could not be taken out of the cluster: ${gone.error.diagnostic.message}`);
  }
  const off = await changeMachine(w, got.node, { what: 'uninstalling RKE2', script: uninstallScript, deadlineMs: 600_000 });
  if (off.ok) return ok(undefined);
  if (off.error.diagnostic.code !== 'SSH-UNREACHABLE') return off;
  w.note(`${got.node.name} does not answer: RKE2 was left on it.`);
  return ok(undefined);
}
