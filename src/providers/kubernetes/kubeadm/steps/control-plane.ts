import { Buffer } from 'node:buffer';
import type { Action, Change, Claim, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { authorityHash } from '../../../../tools/kubeadm/index.js';
import { askCluster, eventually } from '../../../../tools/kubectl/index.js';
import { askMachine, differing, parseFacts, type RemoteFile } from '../../../../tools/ssh/index.js';
import { clusterFiles, encryptionFile, kubeadmFile } from '../cluster-files.js';
import { kubeconfig, seeNodes, serverVersion } from '../cluster-look.js';
import { type ControlPlaneWant, correct, found, keepKubeconfig, sourceOf } from '../control-plane.js';
import { joinControlPlane } from '../control-plane-join.js';
import { apiSilent, endpointChanged, noAuthority, noFounder, versionNotCarried } from '../errors.js';
import { etcdMembers } from '../etcd.js';
import { leave } from '../leave.js';
import type { ControlPlaneGot } from '../control-plane.js';

/** The control plane on one machine: the first makes the cluster, the others join it. */
export const controlPlane: Action<ControlPlaneWant, ControlPlaneGot> = {
  observe: look,
  diff(_want, got): readonly Change[] {
    if (got === undefined) return [{ what: 'control plane' }];
    return [...(got.version === '' ? [{ what: 'API server', from: 'silent' }] : []), ...got.differs.map((what) => ({ what }))];
  },
  async apply(want, got, w) {
    const carried = /:(v\d[^:]*)$/.exec(want.apiServerImage.ref)?.[1] ?? want.version;
    if (carried !== want.version) return err(versionNotCarried(want.version, carried));
    const made = got === undefined || got.differs.includes(membership) ? await make(want, w) : await correct(want, got, w);
    if (!made.ok) return made;
    const now = await look(want, w);
    if (!now.ok) return now;
    return now.value === undefined || now.value.version === ''
      ? err(apiSilent(want.apiServer, 'it was made, but is silent'))
      : ok(now.value);
  },
  verify,
  remove: (got, w) => leave(w, got.node),
};

const membership = 'membership of the cluster';

/** Joins the cluster where there is one: a first control plane that was lost is one more that joins. */
async function make(want: ControlPlaneWant, w: Parameters<typeof found>[1]): Promise<Result<void>> {
  const source = await sourceOf(want, w);
  if (!source.ok) return source;
  if (source.value !== undefined) return joinControlPlane(w, want, source.value);
  if (!want.founding) return err(noFounder(want.node.name));
  const made = await found(want, w);
  return made.ok ? keepKubeconfig(want.node, w) : made;
}

async function look(want: ControlPlaneWant, w: ReadWorld): Promise<Result<ControlPlaneGot | undefined>> {
  const planned = clusterFiles(want);
  if (!planned.ok) return planned;
  const script = `
[ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] && echo made=yes
[ -e /etc/kubernetes/admin.conf ] && echo admin=yes
[ -s ${encryptionFile} ] && echo encryption=yes
[ -e ${kubeadmFile} ] && sed -n 's/^kubernetesVersion: /current=/p; s/^controlPlaneEndpoint: /endpoint=/p' ${kubeadmFile}
[ -e /etc/kubernetes/pki/ca.crt ] && printf 'authority=%s\\n' "$(base64 -w0 /etc/kubernetes/pki/ca.crt)"
sha256sum ${planned.value.map(({ path }) => path).join(' ')} 2>/dev/null || true
`;
  const said = await askMachine(w, want.node, { what: 'looking at the control plane', script: `set +e\n${script}` });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  if (facts.get('made') !== 'yes') return ok(undefined);
  const authority = Buffer.from(facts.get('authority') ?? '', 'base64').toString('utf8');
  if (authorityHash(authority) === undefined) return err(noAuthority(want.node.name));
  const endpoint = facts.get('endpoint') || want.apiServer;
  if (endpoint !== want.apiServer) return err(endpointChanged(endpoint, want.apiServer));
  // Another version is the business of the upgrade; until then the files are those of the version that runs.
  const current = facts.get('current') ?? want.version;
  const files = clusterFiles({ ...want, version: current });
  if (!files.ok) return files;
  const [version, member] = [await serverVersion(w), await isMember(want, w)];
  const differs = [...(member ? [] : [membership]), ...differences(want, files.value, said.value, await w.holds(kubeconfig))];
  return ok({ kubeconfig, node: want.node, version, current, authority, differs });
}

/** Whether the cluster and etcd know it; a cluster that does not answer is believed to. */
async function isMember({ node, peers }: ControlPlaneWant, w: ReadWorld): Promise<boolean> {
  if (peers.length === 0 || !(await w.holds(kubeconfig))) return true;
  const nodes = await seeNodes(w, node.name);
  if (!nodes.ok) return true;
  const members = await etcdMembers(w, node.name);
  if (!members.ok) return true;
  return nodes.value.some(({ controlPlane }) => controlPlane) && members.value.some(({ name }) => name === node.name);
}

function differences(want: ControlPlaneWant, files: readonly RemoteFile[], said: string, held: boolean): readonly string[] {
  const facts = parseFacts(said);
  return [
    ...differing(files, said).map((path) => `file ${path}`),
    ...(want.encryptionConfig !== undefined && facts.get('encryption') !== 'yes' ? [`file ${encryptionFile}`] : []),
    ...(held && facts.get('admin') === 'yes' ? [] : ['kubeconfig']),
  ];
}

async function verify(want: ControlPlaneWant, got: ControlPlaneGot, w: ReadWorld): Promise<readonly Claim[]> {
  const ready = await eventually(w, async () => {
    const said = await askCluster(w, kubeconfig, 'asking the API server', ['get', '--raw', '/readyz'], 15_000);
    return said.ok && said.value.trim() === 'ok';
  });
  const files = await askMachine(w, want.node, {
    what: 'looking at the key',
    script: `[ ! -e ${encryptionFile} ] || stat -c %a ${encryptionFile}\n`,
  });
  const mode: Claim[] =
    want.encryptionConfig === undefined
      ? []
      : [
          {
            claim: `only root of ${want.node.name} reads the key for encryption at rest`,
            verdict: files.ok && files.value.trim() === '600' ? 'pass' : 'fail',
          },
        ];
  const api: Claim = { claim: `the API server ${got.version} at ${want.apiServer} is ready`, verdict: ready ? 'pass' : 'fail' };
  return [api, ...mode, ...(want.peers.length === 0 ? [] : [await votes(want, w)])];
}

async function votes({ node }: ControlPlaneWant, w: ReadWorld): Promise<Claim> {
  let count = 0;
  const voting = await eventually(w, async () => {
    const members = await etcdMembers(w);
    const own = members.ok ? members.value.find(({ name }) => name === node.name) : undefined;
    count = members.ok ? members.value.length : 0;
    return own?.state === 'started' && !own.learner;
  });
  return { claim: `${node.name} votes in etcd, one of ${count} members`, verdict: voting ? 'pass' : 'fail' };
}
