import { type EjectedFile, type Ejection, isRef, type Kit, type Step } from '../../../model/index.js';
import type { RemoteFile } from '../../../tools/ssh/index.js';
import { clusterFiles } from './cluster-files.js';
import type { ControlPlaneWant } from './control-plane.js';
import type { KubeadmSpec } from './spec.js';
import { type NodeWant, nodeFiles } from './steps/node.js';

/** Tags that this program would pin to images of its own; upstream's are kubeadm's own choice. */
const ownTags = /^(etcd:\n {2}local:\n {4}imageTag: .*|dns:\n {2}imageTag: .*)\n/gm;

/** Each machine's files as they lie on it, kubeadm's configuration, and two scripts of ssh and tar. */
export function ejectKubeadm(spec: KubeadmSpec, steps: readonly Step[], kit: Kit): Ejection | undefined {
  const machines = inputsOf<NodeWant>(steps, 'node');
  const planes = inputsOf<ControlPlaneWant>(steps, 'control-plane');
  const [first] = planes;
  if (first === undefined) return undefined;
  const ordered = [...machines].sort((a, b) => rank(a) - rank(b));
  const laid = ordered.flatMap((want) => (filesOf(nodeFiles(want)) ?? []).map((file) => placed(want.node.name, file)));
  const config = planes.flatMap((want) => {
    const files = filesOf(clusterFiles({ ...want, etcd: 'etcd:own', dns: 'coredns:own' })) ?? [];
    return files.map((file) =>
      placed(want.name, {
        ...file,
        content: file.content.replace(ownTags, '').replaceAll('imagePullPolicy: Never', 'imagePullPolicy: IfNotPresent'),
      }),
    );
  });
  return {
    files: [
      ...laid,
      ...config,
      { path: 'machines.txt', text: ordered.map(({ node }) => `${node.name} ${node.address} ${node.role}\n`).join('') },
      ...(spec.encryption ? [{ path: 'encryption.yaml.in', copy: kit.catalog('kubernetes/kubeadm/encryption.yaml') }] : []),
      { path: 'up.sh', copy: kit.catalog('kubernetes/kubeadm/eject/up.sh') },
      { path: 'down.sh', copy: kit.catalog('kubernetes/kubeadm/eject/down.sh') },
      { path: '.gitignore', text: 'keys/\nkubeconfig\n' },
    ],
    variables: [
      { name: 'SSH_KEY', why: 'private key that opens the machines' },
      { name: 'SSH_USER', why: 'user who may become root', fallback: 'root' },
      { name: 'KUBEADM', why: 'the program, for a look at the configuration', fallback: 'kubeadm' },
    ],
    programs: ['ssh', 'tar', 'kubeadm'],
    check: [
      'sh -n up.sh',
      'sh -n down.sh',
      `$(KUBEADM) config validate --config machines/${first.name}/etc/kubernetes/strata/kubeadm.yaml`,
    ],
    apply: ['test -s known_hosts || { echo "put the machines’ host keys into known_hosts" >&2; exit 2; }', 'sh up.sh'],
    destroy: ['sh down.sh'],
    leftOut: [
      'Images come from upstream’s registry through the environment’s own (certs.d); Strata’s own builds of them are not named.',
      'kubeadm’s own kube-proxy and CoreDNS are installed; the local-path provisioner and its storage class are not.',
      'Control groups of version 2 are taken for granted where machines were not seen yet. Nothing is upgraded, drained or proven.',
      ...([...laid, ...config].some((file) => 'text' in file && file.text.includes(later))
        ? [`What is known only once machines and registry stand (their addresses) is written as ${later}….`]
        : []),
    ],
  };
}

/** Begins the word for a value that is known only later. */
const later = 'TO-BE-FILLED-IN';
const rank = ({ node }: NodeWant): number => (node.role === 'control-plane' ? 0 : 1);
const filesOf = (made: { readonly ok: true; readonly value: readonly RemoteFile[] } | { readonly ok: false }) =>
  made.ok ? made.value : undefined;
const placed = (machine: string, { path, content }: RemoteFile): EjectedFile => ({
  path: `machines/${machine}${path}`,
  text: content,
});

/** Inputs of the steps of that kind, with a word for each value that is known only once something was made. */
function inputsOf<T>(steps: readonly Step[], kind: string): readonly T[] {
  const pattern = new RegExp(`/${kind}/[^/]+$`);
  return steps.filter(({ id }) => pattern.test(id)).map(({ inputs }) => known(inputs, '') as T); // both ends are in this folder
}

function known(value: unknown, key: string): unknown {
  if (isRef(value)) return key === 'cgroup' ? 'v2' : `${later}-${value.$path.replace(/[^A-Za-z0-9]+/g, '-')}`;
  if (Array.isArray(value)) return value.map((one) => known(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, known(one, name)]));
}
