import type { Action, Claim, Node, OciImage, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { render } from '../../../../tools/kubeadm/index.js';
import { hasImage, pushImage } from '../../../../tools/oci/index.js';
import { askMachine, changeMachine, differing, parseFacts, type RemoteFile, writeLines } from '../../../../tools/ssh/index.js';
import { machineVersion, rangeTooSmall } from '../errors.js';
import { podRange } from '../nodes.js';

/** A machine ready for kubeadm. */
export interface NodeWant {
  readonly node: Node;
  /** Its pods' range is the n-th /24. */
  readonly index: number;
  /** All machines, in the order of their ranges. */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  readonly podSubnet: string;
  readonly registry: string;
  /** Registry names that are answered by it. */
  readonly mirrored: readonly string[];
  readonly version: string;
  /** Image that holds a pod's namespaces; served under the name the machine's containerd asks for. */
  readonly pause: OciImage;
  readonly templates: {
    readonly cni: string;
    readonly hosts: string;
    readonly routes: string;
    readonly masquerade: string;
    readonly unit: string;
  };
}

/** The machine as found. */
export interface NodeGot {
  readonly name: string;
  /** Version of kubeadm in it. */
  readonly version: string;
  /** It is a node of a cluster already. */
  readonly member: boolean;
  /** Name under which its containerd asks for the pause image. */
  readonly sandbox: string;
  /** What is not as it should be. */
  readonly differs: readonly string[];
}

/** Tells containerd where images come from, and the machine where pods are. */
export const preparedNode: Action<NodeWant, NodeGot> = {
  observe: look,
  diff: (_want, got) => (got === undefined ? [{ what: 'machine' }] : got.differs.map((what) => ({ what }))),
  async apply(want, got, w) {
    const found = got ?? (await look(want, w));
    if ('ok' in found && !found.ok) return found;
    const seen = 'ok' in found ? found.value : found;
    // A node keeps its version until its turn in an upgrade comes.
    if (seen.version !== want.version && !seen.member) return err(machineVersion(want.node.name, seen.version, want.version));
    if (got !== undefined && got.differs.length === 0) return ok(got);
    const pause = await pushImage(w, want.registry, { ...want.pause, ref: seen.sandbox || want.pause.ref });
    if (!pause.ok) return pause;
    const files = nodeFiles(want);
    if (!files.ok) return files;
    const writing = writeLines(files.value);
    if (!writing.ok) return writing;
    const done = await changeMachine(w, want.node, { what: 'preparing the machine', script: writing.value + activate });
    return done.ok ? ok({ ...seen, differs: [] }) : done;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const right = seen.ok && seen.value.differs.length === 0;
    return [
      {
        claim: `${want.node.name} pulls images from ${want.registry} alone and routes pods of the other machines`,
        verdict: right ? 'pass' : 'fail',
      },
    ];
  },
};

/** networkd adds routes on reload; the masquerade and kubelet start with the machine from now on. */
const activate = `
systemctl daemon-reload
systemctl enable --quiet --now strata-pod-network.service
systemctl restart strata-pod-network.service
systemctl enable --quiet kubelet.service
networkctl reload
networkctl reconfigure host0
`;

async function look(want: NodeWant, w: ReadWorld): Promise<Result<NodeGot>> {
  const files = nodeFiles(want);
  if (!files.ok) return files;
  const script = `
printf 'version=%s\\n' "$(kubeadm version -o short 2>/dev/null || true)"
printf 'sandbox=%s\\n' "$(sed -n 's/^ *sandbox_image *= *"\\(.*\\)".*/\\1/p' /etc/containerd/config.toml 2>/dev/null || true)"
printf 'network=%s\\n' "$(systemctl is-active strata-pod-network.service || true)"
printf 'routes=%s\\n' "$(ip -4 route show proto static | cut -d' ' -f1 | tr '\\n' ' ')"
[ -e /etc/kubernetes/kubelet.conf ] && echo joined=yes || echo joined=no
sha256sum ${files.value.map(({ path }) => path).join(' ')} 2>/dev/null || true
`;
  const said = await askMachine(w, want.node, { what: 'looking at the machine', script });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  const routes = (facts.get('routes') ?? '').split(' ');
  const lost = routesOf(want).filter(({ range }) => !routes.includes(range));
  const sandbox = facts.get('sandbox') ?? '';
  const served = await hasImage(w, want.registry, { ...want.pause, ref: sandbox || want.pause.ref });
  if (!served.ok) return served;
  const differs = [
    ...differing(files.value, said.value).map((path) => `file ${path}`),
    ...lost.map(({ range }) => `route to ${range}`),
    ...(served.value ? [] : [`image ${sandbox}`]),
    ...(facts.get('network') === 'active' ? [] : ['strata-pod-network.service']),
  ];
  const member = facts.get('joined') === 'yes';
  return ok({ name: want.node.name, version: facts.get('version') ?? '', member, sandbox, differs });
}

function routesOf({ peers, index, podSubnet }: NodeWant): readonly { readonly range: string; readonly address: string }[] {
  return peers.flatMap(({ address }, i) => {
    const range = i === index ? undefined : podRange(podSubnet, i);
    return range === undefined ? [] : [{ range, address }];
  });
}

/** All files of a machine. */
export function nodeFiles(want: NodeWant): Result<readonly RemoteFile[]> {
  const { templates, registry, podSubnet, index, peers } = want;
  const own = podRange(podSubnet, index);
  if (own === undefined) return err(rangeTooSmall(podSubnet, peers.length));
  const routes = routesOf(want).map(({ range, address }) => `[Route]\nDestination=${range}\nGateway=${address}`);
  const wanted: readonly (readonly [path: string, template: string, values: Record<string, string>])[] = [
    ['/etc/cni/net.d/10-strata.conflist', templates.cni, { podRange: own }],
    ['/etc/systemd/network/10-host0.network.d/pods.conf', templates.routes, { routes: routes.join('\n') }],
    ['/etc/strata/pod-masquerade.nft', templates.masquerade, { podRange: own, podSubnet }],
    ['/etc/systemd/system/strata-pod-network.service', templates.unit, {}],
    ...want.mirrored.map((host) => [`/etc/containerd/certs.d/${host}/hosts.toml`, templates.hosts, { host, registry }] as const),
  ];
  const files: RemoteFile[] = [];
  for (const [path, template, values] of wanted) {
    const content = render(template, values);
    if (!content.ok) return content;
    files.push({ path, content: content.value });
  }
  return ok(files);
}
