import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Action, Claim, Node, OciImage, Result, SecretRef, World } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { render } from '../../../../tools/kubeadm/index.js';
import { applyManifest, askCluster, deleteObjects, getObjects, waitReady } from '../../../../tools/kubectl/index.js';
import { changeMachine } from '../../../../tools/ssh/index.js';
import { auditLog } from '../cluster-files.js';

/** What is proved, and where. */
export interface ProofWant {
  readonly kubeconfig: SecretRef;
  /** Each writes what its own API server answered into its audit log. */
  readonly controlPlanes: readonly Node[];
  /** Server and client of the traffic test; the same where there is only one machine. */
  readonly serverNode: string;
  readonly clientNode: string;
  readonly clusterDomain: string;
  readonly image: OciImage;
  readonly template: string;
  readonly encryption: boolean;
  readonly audit: boolean;
  /** What it is proved for: nodes and digests of the addons; a change proves it again. */
  readonly subject: readonly string[];
}

/** What was found, as the cluster itself keeps it. */
export interface ProofGot {
  readonly kubeconfig: SecretRef;
  readonly subject: string;
  readonly claims: readonly { readonly claim: string; readonly verdict: 'pass' | 'fail' }[];
}

const namespace = 'strata-proof';
const record = 'strata-proof';

/** Runs pods, a volume and a secret through the cluster, then takes them away; the result stays in the cluster as a ConfigMap. */
export const proof: Action<ProofWant, ProofGot> = {
  async observe({ kubeconfig }, w) {
    const kept = await getObjects(w, kubeconfig, ['configmap', record, '-n', 'kube-system']);
    if (!kept.ok) return kept;
    const data = kept.value[0] && Reflect.get(kept.value[0], 'data');
    return ok(typeof data === 'object' && data !== null ? recorded(kubeconfig, data) : undefined);
  },
  diff: ({ subject }, got) =>
    got?.subject === subject.join(' ') ? [] : [{ what: 'proved for', from: got?.subject ?? 'nothing', to: subject.join(' ') }],
  async apply(want, _got, w) {
    const claims = await prove(want, w);
    const gone = await deleteObjects(w, want.kubeconfig, ['namespace', namespace, '--wait=false']);
    if (!claims.ok) return claims;
    if (!gone.ok) return gone;
    const got = { kubeconfig: want.kubeconfig, subject: want.subject.join(' '), claims: claims.value };
    // A failed proof is told, not kept: the next run proves again.
    if (claims.value.some(({ verdict }) => verdict === 'fail')) return ok(got);
    const kept = await applyManifest(w, want.kubeconfig, JSON.stringify(recordObject(got)));
    return kept.ok ? ok(got) : kept;
  },
  verify: async (_want, got): Promise<readonly Claim[]> => got.claims,
};

const recordObject = ({ subject, claims }: ProofGot) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: record, namespace: 'kube-system' },
  data: { subject, claims: claims.map(({ claim }) => claim).join('\n') },
});

function recorded(kubeconfig: SecretRef, data: object): ProofGot {
  const [subject, claims]: readonly unknown[] = [Reflect.get(data, 'subject'), Reflect.get(data, 'claims')];
  const lines = typeof claims === 'string' ? claims.split('\n') : [];
  return {
    kubeconfig,
    subject: typeof subject === 'string' ? subject : '',
    claims: lines.map((claim) => ({ claim, verdict: 'pass' })),
  };
}

async function prove(want: ProofWant, w: World): Promise<Result<ProofGot['claims']>> {
  const canary = randomBytes(24).toString('hex');
  const { serverNode, clientNode, image, kubeconfig } = want;
  // What a killed run left would carry another canary.
  const cleared = await deleteObjects(w, kubeconfig, ['namespace', namespace], 90_000);
  if (!cleared.ok) return cleared;
  const manifest = render(want.template, { image: `${image.ref}@${image.digest}`, namespace, serverNode, clientNode, canary });
  if (!manifest.ok) return manifest;
  const applied = await applyManifest(w, kubeconfig, manifest.value);
  if (!applied.ok) return applied;
  const pods = await waitReady(w, kubeconfig, ['pods', '-n', namespace], 2, { deadlineMs: 120_000, everyMs: 300 });
  if (!pods.ok) return pods;
  const volume = await waitReady(w, kubeconfig, ['pvc', '-n', namespace], 1, { deadlineMs: 30_000 });
  if (!volume.ok) return volume;
  const address = podAddress(pods.value.find(({ metadata }) => metadata.name === 'server'));
  const claims = await Promise.all([
    traffic(want, w, address),
    names(want, w),
    ...(want.encryption ? [encrypted(want, w, canary)] : []),
    ...(want.audit ? [audited(want, w)] : []),
  ]);
  return ok([{ claim: 'a volume of the default StorageClass is bound and written by a pod', verdict: 'pass' }, ...claims]);
}

function podAddress(pod: { readonly status?: Readonly<Record<string, unknown>> } | undefined): string {
  const address = pod?.status?.podIP;
  return typeof address === 'string' ? address : '';
}

type Proved = ProofGot['claims'][number];
const verdict = (claim: string, pass: boolean): Proved => ({ claim, verdict: pass ? 'pass' : 'fail' });

/** A client's GET, repeated for a while: the rules of a new Service take a moment to reach every machine. */
async function fetched({ kubeconfig, serverNode }: ProofWant, w: World, host: string): Promise<boolean> {
  for (let round = 0; round < 20 && !w.signal.aborted; round += 1) {
    // Not wget's own -T: Debian's static busybox dies of it.
    const get = ['timeout', '3', '/bin/busybox', 'wget', '-q', '-O', '-', `http://${host}/`];
    const said = await askCluster(
      w,
      kubeconfig,
      'a request from a pod',
      ['exec', '-n', namespace, 'client', '--', '/bin/busybox', ...get],
      15_000,
    );
    if (said.ok && said.value.trim() === `answer-of-${serverNode}`) return true;
    await w.pause(300);
  }
  return false;
}

async function traffic(want: ProofWant, w: World, address: string): Promise<Proved> {
  const { serverNode, clientNode } = want;
  const way = serverNode === clientNode ? `on ${serverNode}` : `on ${clientNode} across the network to ${serverNode}`;
  return verdict(
    `a pod ${way} gets an answer from ${address}:8080`,
    address !== '' && (await fetched(want, w, `${address}:8080`)),
  );
}

async function names(want: ProofWant, w: World): Promise<Proved> {
  const name = `server.${namespace}.svc.${want.clusterDomain}`;
  return verdict(`a pod finds a Service by its name ${name} and reaches it`, await fetched(want, w, name));
}

/** Reads the secret as etcd stores it. */
async function encrypted({ kubeconfig, controlPlanes }: ProofWant, w: World, canary: string): Promise<Proved> {
  const key = `/registry/secrets/${namespace}/canary`;
  const pki = '/etc/kubernetes/pki/etcd';
  const etcdctl = [
    'etcdctl',
    `--cacert=${pki}/ca.crt`,
    `--cert=${pki}/server.crt`,
    `--key=${pki}/server.key`,
    'get',
    key,
    '--write-out=json',
  ];
  const said = await askCluster(
    w,
    kubeconfig,
    'reading etcd',
    ['exec', '-n', 'kube-system', `etcd-${controlPlanes[0]?.name ?? ''}`, '--', ...etcdctl],
    20_000,
  );
  const base64 = said.ok ? /"value":\s*"([A-Za-z0-9+/=]+)"/.exec(said.value)?.[1] : undefined;
  const stored = Buffer.from(base64 ?? '', 'base64').toString('latin1');
  return verdict(
    'a Secret is stored in etcd encrypted (k8s:enc:secretbox), without its text',
    stored.startsWith('k8s:enc:secretbox:v1:') && !stored.includes(canary),
  );
}

/** Looks in the audit log for the one thing that was surely done: the namespace was created by us. */
async function audited({ controlPlanes }: ProofWant, w: World): Promise<Proved> {
  const pattern = `"verb":"\\(create\\|patch\\)".*"objectRef":{"resource":"namespaces","namespace":"${namespace}"`;
  const script = `tail -n 5000 ${auditLog} | grep -c '${pattern}' || true\n`;
  const found = await Promise.all(controlPlanes.map((node) => changeMachine(w, node, { what: 'reading the audit log', script })));
  return verdict(
    'the audit log tells who made the test namespace',
    found.some((said) => said.ok && Number(said.value.trim()) > 0),
  );
}
