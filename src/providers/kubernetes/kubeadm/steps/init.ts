import { Buffer } from 'node:buffer';
import type { Action, Claim, Node, OciImage, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { authorityHash, initScript } from '../../../../tools/kubeadm/index.js';
import { askCluster, eventually } from '../../../../tools/kubectl/index.js';
import {
  askMachine,
  changeMachine,
  differing,
  parseFacts,
  putFiles,
  putSecret,
  type RemoteFile,
} from '../../../../tools/ssh/index.js';
import { clusterFiles, type ClusterFacts, encryptionFile, kubeadmFile } from '../cluster-files.js';
import { apiSilent, noAuthority, versionNotCarried } from '../errors.js';
import { ignoredChecks } from '../preflight.js';

/** The control plane as it should be. */
export interface InitWant extends ClusterFacts {
  readonly node: Node;
  /** Image of the API server: what it will really be. */
  readonly apiServerImage: OciImage;
  /** The API server's EncryptionConfiguration; absent = Secrets are stored in the clear. */
  readonly encryptionConfig?: SecretRef;
}

/** The control plane as found. */
export interface InitGot {
  readonly kubeconfig: SecretRef;
  /** What the API server says it is; empty where it does not answer. */
  readonly version: string;
  /**
   * Certificate of the cluster's authority, PEM: what joining machines believe. Not base64 of it: that text is a part of
   * the kubeconfig, which is secret as a whole and would be blotted out of the journal.
   */
  readonly authority: string;
  /** What is not as it should be. */
  readonly differs: readonly string[];
}

const kubeconfig = secretRef('kubeconfig');

/** The control plane on one machine. */
export const controlPlane: Action<InitWant, InitGot> = {
  observe: look,
  diff(want, got) {
    if (got === undefined) return [{ what: 'control plane' }];
    const version = got.version === want.version ? [] : [{ what: 'version', from: got.version, to: want.version }];
    return [...version, ...got.differs.map((what) => ({ what }))];
  },
  async apply(want, _got, w) {
    const carried = /:(v\d[^:]*)$/.exec(want.apiServerImage.ref)?.[1] ?? want.version;
    if (carried !== want.version) return err(versionNotCarried(want.version, carried));
    const made = await make(want, w);
    if (!made.ok) return made;
    const kept = await keepKubeconfig(want.node, w);
    if (!kept.ok) return kept;
    const now = await look(want, w);
    if (!now.ok) return now;
    return now.value === undefined || now.value.version === ''
      ? err(apiSilent(want.apiServer, 'it was made, but is silent'))
      : ok(now.value);
  },
  async verify(want, got, w): Promise<readonly Claim[]> {
    const ready = await eventually(w, async () => {
      const said = await askCluster(w, got.kubeconfig, 'asking the API server', ['get', '--raw', '/readyz'], 15_000);
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
              claim: 'only root of the control plane reads the key for encryption at rest',
              verdict: files.ok && files.value.trim() === '600' ? 'pass' : 'fail',
            },
          ];
    return [
      {
        claim: `the API server ${got.version} at ${want.apiServer} is ready`,
        verdict: ready ? 'pass' : 'fail',
      },
      ...mode,
    ];
  },
};

async function look(want: InitWant, w: ReadWorld): Promise<Result<InitGot | undefined>> {
  const files = clusterFiles(want);
  if (!files.ok) return files;
  const script = `
[ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] && echo made=yes
[ -e /etc/kubernetes/admin.conf ] && echo admin=yes
[ -s ${encryptionFile} ] && echo encryption=yes
[ -e /etc/kubernetes/pki/ca.crt ] && printf 'authority=%s\\n' "$(base64 -w0 /etc/kubernetes/pki/ca.crt)"
sha256sum ${files.value.map(({ path }) => path).join(' ')} 2>/dev/null || true
`;
  const said = await askMachine(w, want.node, { what: 'looking at the control plane', script: `set +e\n${script}` });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  if (facts.get('made') !== 'yes') return ok(undefined);
  const authority = Buffer.from(facts.get('authority') ?? '', 'base64').toString('utf8');
  if (authorityHash(authority) === undefined) return err(noAuthority(want.node.name));
  const held = await w.holds(kubeconfig);
  const version = held ? await serverVersion(w) : '';
  return ok({ kubeconfig, version, authority, differs: differences(want, files.value, said.value, held) });
}

function differences(want: InitWant, files: readonly RemoteFile[], said: string, held: boolean): readonly string[] {
  const facts = parseFacts(said);
  return [
    ...differing(files, said).map((path) => `file ${path}`),
    ...(want.encryptionConfig !== undefined && facts.get('encryption') !== 'yes' ? [`file ${encryptionFile}`] : []),
    ...(held && facts.get('admin') === 'yes' ? [] : ['kubeconfig']),
  ];
}

/** Empty where the API server does not answer. */
async function serverVersion(w: ReadWorld): Promise<string> {
  const said = await askCluster(w, kubeconfig, 'asking the API server for its version', ['get', '--raw', '/version'], 10_000);
  return (said.ok && /"gitVersion":\s*"([^"]+)"/.exec(said.value)?.[1]) || '';
}

async function make(want: InitWant, w: World): Promise<Result<void>> {
  const files = clusterFiles(want);
  if (!files.ok) return files;
  const written = await putFiles(w, want.node, files.value);
  if (!written.ok) return written;
  if (want.encryptionConfig !== undefined) {
    const secret = await putSecret(w, want.node, want.encryptionConfig, encryptionFile);
    if (!secret.ok) return secret;
  }
  const ignored = ignoredChecks(want.cgroup);
  const done = await changeMachine(w, want.node, {
    what: 'kubeadm init',
    script: initScript(kubeadmFile, ignored),
    deadlineMs: 480_000,
    stream: true,
  });
  return done.ok ? ok(undefined) : done;
}

async function keepKubeconfig(node: Node, w: World): Promise<Result<void>> {
  const text = await askMachine(w, node, { what: 'reading the kubeconfig', script: 'cat /etc/kubernetes/admin.conf\n' });
  return text.ok ? w.keep(kubeconfig, text.value) : text;
}
