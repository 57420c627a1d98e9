import type { Action, Claim, Node, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { joinScript } from '../../../../tools/kubeadm/index.js';
import { deleteObjects, eventually, waitReady } from '../../../../tools/kubectl/index.js';
import { askMachine, changeMachine, parseFacts, putSecret } from '../../../../tools/ssh/index.js';
import { apiServers, kubeconfig, seeNodes } from '../cluster-look.js';
import { controlPlaneOlder } from '../errors.js';
import { discoveryLines, joinFile, type JoinTemplates, makeJoinConfig } from '../join-config.js';
import { leave } from '../leave.js';
import { ignoredChecks } from '../preflight.js';
import { isOlder } from '../versions.js';

/** A machine that is to be a worker of the cluster. */
export interface JoinWant {
  readonly node: Node;
  readonly kubeconfig: SecretRef;
  readonly apiServer: string;
  /** Certificate of the cluster's authority, PEM. */
  readonly authority: string;
  readonly cgroup: 'v1' | 'v2';
  readonly templates: JoinTemplates;
}

/** The node as the cluster and the machine tell. */
export interface JoinGot {
  readonly node: Node;
  /** The machine has credentials of the cluster. */
  readonly joined: boolean;
  /** The cluster knows it: `Ready`, `NotReady`, or `unknown`. */
  readonly state: string;
}

/** Joins one machine with a token of its own that lives for minutes, believing only the authority we give it. */
export const joined: Action<JoinWant, JoinGot> = {
  observe: look,
  diff: (_want, got) => {
    if (got === undefined) return [{ what: 'node' }];
    return [
      ...(got.joined ? [] : [{ what: 'joined' }]),
      ...(got.state === 'Ready' ? [] : [{ what: 'state', from: got.state, to: 'Ready' }]),
    ];
  },
  async apply(want, got, w) {
    const { node } = want;
    const settled = got?.joined === true && got.state !== 'unknown';
    if (!settled) {
      const made = await join(want, got, w);
      if (!made.ok) return made;
    }
    const ready = await waitReady(w, kubeconfig, ['node', node.name], 1, { deadlineMs: 180_000 });
    return ready.ok ? ok({ node, joined: true, state: 'Ready' }) : ready;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const ready = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && seen.value?.state === 'Ready';
    });
    return [{ claim: `${want.node.name} is a Ready node of the cluster`, verdict: ready ? 'pass' : 'fail' }];
  },
  remove: (got, w) => leave(w, got.node),
};

/** A Ready node has its credentials; the machine itself is asked only where the cluster does not say so. */
async function look({ node }: JoinWant, w: ReadWorld): Promise<Result<JoinGot | undefined>> {
  const nodes = await seeNodes(w, node.name);
  if (!nodes.ok) return nodes;
  const [own] = nodes.value;
  if (own?.ready) return ok({ node, joined: true, state: 'Ready' });
  const script = '[ -e /etc/kubernetes/kubelet.conf ] && echo joined=yes || echo joined=no\n';
  const said = await askMachine(w, node, { what: 'looking for credentials of the cluster', script });
  if (!said.ok) return said;
  const credentials = parseFacts(said.value).get('joined') === 'yes';
  if (own === undefined && !credentials) return ok(undefined);
  return ok({ node, joined: credentials, state: own === undefined ? 'unknown' : 'NotReady' });
}

async function join(want: JoinWant, got: JoinGot | undefined, w: World): Promise<Result<void>> {
  const { node } = want;
  const fits = await notNewerThanControlPlanes(want, w);
  if (!fits.ok) return fits;
  // A node of that name without credentials on the machine is the one before it.
  const stale =
    got === undefined || got.state === 'unknown' ? ok(undefined) : await deleteObjects(w, kubeconfig, ['node', node.name]);
  if (!stale.ok) return stale;
  const discovery = discoveryLines(want.templates, want.apiServer, want.authority);
  if (!discovery.ok) return discovery;
  const config = await makeJoinConfig(w, node, want.templates);
  if (!config.ok) return config;
  const put = await putSecret(w, node, config.value, joinFile);
  if (!put.ok) return put;
  const done = await changeMachine(w, node, {
    what: 'kubeadm join',
    script: discovery.value + joinScript(joinFile, ignoredChecks(want.cgroup)),
    deadlineMs: 300_000,
  });
  return done.ok ? ok(undefined) : done;
}

/** In the middle of an upgrade: kubelet must not be newer than any API server it may meet. */
async function notNewerThanControlPlanes({ node }: JoinWant, w: ReadWorld): Promise<Result<void>> {
  const servers = await apiServers(w);
  if (!servers.ok) return servers;
  const said = await askMachine(w, node, {
    what: 'asking for its version',
    script: `printf 'version=%s\\n' "$(kubeadm version -o short)"\n`,
  });
  if (!said.ok) return said;
  const own = parseFacts(said.value).get('version') ?? '';
  const older = [...servers.value].find(([, version]) => isOlder(version, own));
  return older === undefined ? ok(undefined) : err(controlPlaneOlder(node.name, own, older[0], older[1]));
}
