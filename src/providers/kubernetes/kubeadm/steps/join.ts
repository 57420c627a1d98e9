import type { Action, Claim, Node, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { ok, secretRef } from '../../../../model/index.js';
import { joinScript, newToken, render } from '../../../../tools/kubeadm/index.js';
import { applyManifest, condition, deleteObjects, eventually, getObjects, waitReady } from '../../../../tools/kubectl/index.js';
import { askMachine, changeMachine, parseFacts, putSecret, writeLines } from '../../../../tools/ssh/index.js';
import { ignoredChecks } from '../preflight.js';

/** A machine that is to be a node of the cluster. */
export interface JoinWant {
  readonly node: Node;
  readonly kubeconfig: SecretRef;
  readonly apiServer: string;
  /** Certificate of the cluster's authority, PEM. */
  readonly authority: string;
  readonly cgroup: 'v1' | 'v2';
  readonly templates: { readonly join: string; readonly discovery: string; readonly token: string };
}

/** The node as the cluster and the machine tell. */
export interface JoinGot {
  readonly name: string;
  readonly kubeconfig: SecretRef;
  /** The machine has credentials of the cluster. */
  readonly joined: boolean;
  /** The cluster knows it: `Ready`, `NotReady`, or `unknown`. */
  readonly state: string;
}

const configFile = '/run/strata/join.yaml';
const discoveryFile = '/run/strata/discovery.yaml';

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
    const { name } = want.node;
    const settled = got?.joined === true && got.state !== 'unknown';
    if (!settled) {
      const made = await join(want, got, w);
      if (!made.ok) return made;
    }
    const ready = await waitReady(w, want.kubeconfig, ['node', name], 1, { deadlineMs: 180_000 });
    return ready.ok ? ok({ name, kubeconfig: want.kubeconfig, joined: true, state: 'Ready' }) : ready;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const ready = await eventually(w, async () => {
      const seen = await look(want, w);
      return seen.ok && seen.value?.state === 'Ready';
    });
    return [{ claim: `${want.node.name} is a Ready node of the cluster`, verdict: ready ? 'pass' : 'fail' }];
  },
  async remove(got, w) {
    // A cluster that does not answer is going away with its machines, or has forgotten the node already.
    if (!(await w.holds(got.kubeconfig))) return ok(undefined);
    const gone = await deleteObjects(w, got.kubeconfig, ['node', got.name, '--wait=false', '--request-timeout=3s'], 5_000);
    if (!gone.ok) w.note(`${got.name} could not be taken out of the cluster: ${gone.error.diagnostic.message}`);
    return ok(undefined);
  },
};

/** A Ready node has its credentials; the machine itself is asked only where the cluster does not say so. */
async function look({ node, kubeconfig }: JoinWant, w: ReadWorld): Promise<Result<JoinGot | undefined>> {
  const objects = await getObjects(w, kubeconfig, ['node', node.name]);
  if (!objects.ok) return objects;
  const [object] = objects.value;
  if (object !== undefined && condition(object, 'Ready') === 'True')
    return ok({ name: node.name, kubeconfig, joined: true, state: 'Ready' });
  const script = '[ -e /etc/kubernetes/kubelet.conf ] && echo joined=yes || echo joined=no\n';
  const said = await askMachine(w, node, { what: 'looking for credentials of the cluster', script });
  if (!said.ok) return said;
  const credentials = parseFacts(said.value).get('joined') === 'yes';
  if (object === undefined && !credentials) return ok(undefined);
  return ok({ name: node.name, kubeconfig, joined: credentials, state: object === undefined ? 'unknown' : 'NotReady' });
}

async function join(want: JoinWant, got: JoinGot | undefined, w: World): Promise<Result<void>> {
  const { node, kubeconfig } = want;
  // A node of that name without credentials on the machine is the one before it.
  const stale =
    got === undefined || got.state === 'unknown' ? ok(undefined) : await deleteObjects(w, kubeconfig, ['node', node.name]);
  if (!stale.ok) return stale;
  const discovery = discoveryLines(want);
  if (!discovery.ok) return discovery;
  const config = await makeToken(want, w);
  if (!config.ok) return config;
  const put = await putSecret(w, node, config.value, configFile);
  if (!put.ok) return put;
  const done = await changeMachine(w, node, {
    what: 'kubeadm join',
    script: discovery.value + joinScript(configFile, ignoredChecks(want.cgroup)),
    deadlineMs: 300_000,
  });
  return done.ok ? ok(undefined) : done;
}

/** Script lines that write where the cluster is and what proves it. */
function discoveryLines({ apiServer, authority, templates }: JoinWant): Result<string> {
  const content = render(templates.discovery, { apiServer, authority: Buffer.from(authority, 'utf8').toString('base64') });
  return content.ok ? writeLines([{ path: discoveryFile, content: content.value }]) : content;
}

/** Makes the token known to the cluster; the machine's configuration with it is kept as a secret. */
async function makeToken({ node, kubeconfig, templates }: JoinWant, w: World): Promise<Result<SecretRef>> {
  const { id, secret } = newToken();
  const expiration = new Date(w.now().getTime() + 20 * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const object = render(templates.token, { id, secret, machine: node.name, expiration });
  if (!object.ok) return object;
  const config = render(templates.join, {
    name: node.name,
    address: node.address,
    discovery: discoveryFile,
    token: `${id}.${secret}`,
  });
  if (!config.ok) return config;
  const kept = await w.keep(secretRef(`join-token-${node.name}`), object.value);
  if (!kept.ok) return kept;
  const configRef = secretRef(`join-config-${node.name}`);
  const keptConfig = await w.keep(configRef, config.value);
  if (!keptConfig.ok) return keptConfig;
  const known = await applyManifest(w, kubeconfig, secretRef(`join-token-${node.name}`));
  return known.ok ? ok(configRef) : known;
}
