import type { Node, OciImage, ReadWorld, Result, SecretRef, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { initScript, rewriteControlPlaneScript } from '../../../tools/kubeadm/index.js';
import { eventually } from '../../../tools/kubectl/index.js';
import { askMachine, changeMachine, parseFacts, putFiles, putSecret } from '../../../tools/ssh/index.js';
import { clusterFiles, type ClusterFacts, encryptionFile, kubeadmFile } from './cluster-files.js';
import { kubeconfig, seeNodes, serverVersion } from './cluster-look.js';
import { apiSilent } from './errors.js';
import type { JoinTemplates } from './join-config.js';
import { ignoredChecks } from './preflight.js';

/** The control plane of one machine as it should be. */
export interface ControlPlaneWant extends ClusterFacts {
  readonly node: Node;
  /** The other control planes. */
  readonly peers: readonly Node[];
  /** It makes the cluster where none of the others knows one. */
  readonly founding: boolean;
  /** Image of the API server: what it will really be. */
  readonly apiServerImage: OciImage;
  /** The API server's EncryptionConfiguration; absent = Secrets are stored in the clear. */
  readonly encryptionConfig?: SecretRef;
  readonly joining: JoinTemplates & { readonly uploadCertificates: string };
}

/** The control plane as found. */
export interface ControlPlaneGot {
  readonly kubeconfig: SecretRef;
  readonly node: Node;
  /** What the API server says it is; empty where it does not answer. */
  readonly version: string;
  /** The version its configuration names. */
  readonly current: string;
  /**
   * Certificate of the cluster's authority, PEM: what joining machines believe. Not base64 of it: that text is a part of
   * the kubeconfig, which is secret as a whole and would be blotted out of the journal.
   */
  readonly authority: string;
  /** What is not as it should be. */
  readonly differs: readonly string[];
}

/** Another control plane of the cluster, one that is up; `undefined` where none of them has one: then there is no cluster. */
export async function sourceOf(want: ControlPlaneWant, w: World): Promise<Result<Node | undefined>> {
  const members: Node[] = [];
  for (const peer of want.peers) {
    const said = await askMachine(w, peer, {
      what: 'looking for a cluster',
      script: '[ -e /etc/kubernetes/manifests/etcd.yaml ] && echo member=yes || echo member=no\n',
    });
    // A machine that cannot be asked may be the one that has the cluster: a second one beside it would be worse than waiting.
    if (!said.ok) return said;
    if (parseFacts(said.value).get('member') === 'yes') members.push(peer);
  }
  const [first] = members;
  if (first === undefined) return ok(undefined);
  if (!(await w.holds(kubeconfig))) {
    const kept = await keepKubeconfig(first, w);
    if (!kept.ok) return kept;
  }
  const nodes = await seeNodes(w);
  if (!nodes.ok) return nodes;
  const up = members.find(({ name }) => nodes.value.some((node) => node.name === name && node.ready && node.controlPlane));
  return up === undefined ? err(apiSilent(want.apiServer, 'none of the control planes it has is Ready')) : ok(up);
}

/** Writes what a control plane reads of its own machine. */
export async function putControlPlaneFiles(w: World, want: ControlPlaneWant, version: string): Promise<Result<void>> {
  const files = clusterFiles({ ...want, version });
  if (!files.ok) return files;
  const written = await putFiles(w, want.node, files.value);
  if (!written.ok || want.encryptionConfig === undefined) return written;
  return putSecret(w, want.node, want.encryptionConfig, encryptionFile);
}

/** Makes the cluster. */
export async function found(want: ControlPlaneWant, w: World, version: string = want.version): Promise<Result<void>> {
  const put = await putControlPlaneFiles(w, want, version);
  if (!put.ok) return put;
  const done = await changeMachine(w, want.node, {
    what: 'kubeadm init',
    script: initScript(kubeadmFile, ignoredChecks(want.cgroup)),
    deadlineMs: 480_000,
    stream: true,
  });
  return done.ok ? ok(undefined) : done;
}

/** Makes right what differs of a control plane that is there, in the version that runs. */
export async function correct(want: ControlPlaneWant, got: ControlPlaneGot, w: World): Promise<Result<void>> {
  const changed = got.differs.some((what) => what.startsWith('file '));
  const unfinished = want.founding && !(await w.holds(kubeconfig));
  if (!changed && !unfinished && (await answers(w))) {
    return got.differs.includes('kubeconfig') ? keepKubeconfig(want.node, w) : ok(undefined);
  }
  if (want.founding) {
    const made = await found(want, w, got.current);
    return made.ok ? keepKubeconfig(want.node, w) : made;
  }
  const put = await putControlPlaneFiles(w, want, got.current);
  if (!put.ok) return put;
  const done = await changeMachine(w, want.node, {
    what: 'writing the control plane anew',
    script: rewriteControlPlaneScript(ignoredChecks(want.cgroup)),
    deadlineMs: 300_000,
  });
  return done.ok ? ok(undefined) : done;
}

/** What was asleep needs a moment. */
const answers = (w: World): Promise<boolean> =>
  eventually(w, async () => (await serverVersion(w)) !== '', { deadlineMs: 60_000 });

/** Keeps the administrator's credentials of a control plane. */
export async function keepKubeconfig(node: Node, w: World): Promise<Result<void>> {
  const text = await askMachine(w, node, { what: 'reading the kubeconfig', script: 'cat /etc/kubernetes/admin.conf\n' });
  return text.ok ? w.keep(kubeconfig, text.value) : text;
}

/** The version a control plane's configuration names, and the cluster's authority, PEM. */
export async function clusterOf(
  w: ReadWorld,
  node: Node,
): Promise<Result<{ readonly version: string; readonly authority: string }>> {
  const script = `sed -n 's/^kubernetesVersion: /version=/p' ${kubeadmFile}\nprintf 'authority=%s\\n' "$(base64 -w0 /etc/kubernetes/pki/ca.crt)"\n`;
  const said = await askMachine(w, node, { what: 'asking for the cluster it serves', script });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  const authority = Buffer.from(facts.get('authority') ?? '', 'base64').toString('utf8');
  return ok({ version: facts.get('version') ?? '', authority });
}
