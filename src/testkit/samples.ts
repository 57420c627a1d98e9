import type {
  Given,
  ImageRef,
  Kit,
  Layer,
  Node,
  Published,
  Publishes,
  Ref,
  Step,
  StepDraft,
  StepHandle,
  StepId,
  Support,
  Tree,
} from '../model/index.js';
import { secretRef } from '../model/index.js';
import { anyDigest } from './rig.js';

const image: ImageRef = {
  name: 'node',
  format: 'rootfs',
  location: 'images/node',
  digest: anyDigest,
  os: 'debian-12',
  versions: { kubelet: 'v1.37.2', containerd: '1.6.20' },
};

/** The same image, as each infrastructure takes it. */
const images: readonly ImageRef[] = [
  image,
  { ...image, format: 'vsphere-template', location: 'templates/node' },
  { ...image, format: 'qcow2', location: 'images/node.qcow2' },
  { ...image, format: 'ami', location: 'ami-0123456789abcdef0' },
  { ...image, format: 'azure-image', location: '/subscriptions/0/resourceGroups/images/providers/Microsoft.Compute/images/node' },
];

const node = (name: string, role: Node['role'], last: number): Node => ({
  name,
  role,
  address: `10.77.0.${last}`,
  ssh: { user: 'root', port: 22, key: secretRef('ssh-key'), hostKey: 'ssh-ed25519 AAAASAMPLE' },
});

const support: Support = { registry: '10.77.0.2:5000', git: 'git://10.77.0.2' };

/** Plausible published data of every layer: what a provider is given when it is tested on its own. */
export const samplePublished: Published = {
  image: { images },
  infrastructure: {
    nodes: [node('cp-1', 'control-plane', 11), node('worker-1', 'worker', 21), node('worker-2', 'worker', 22)],
    api: '10.77.0.11:6443',
    support,
    domain: 'test.internal',
    cgroup: 'v1',
  },
  kubernetes: { kubeconfig: secretRef('kubeconfig'), version: 'v1.37.2', storageClass: 'local-path', support },
  services: { ready: ['gatekeeper'], gitops: 'http://10.77.0.2:5000' },
  applications: { healthy: [] },
};

/** What each layer promises to publish. */
export const promised: { readonly [L in Layer]: readonly (keyof Published[L] & string)[] } = {
  image: ['images'],
  infrastructure: ['nodes', 'api', 'support', 'domain', 'cgroup'],
  kubernetes: ['kubeconfig', 'version', 'storageClass', 'support'],
  services: ['ready', 'gitops'],
  applications: ['healthy'],
};

/** Sample data of the layers before this one. */
export function sampleGiven<L extends Layer>(_layer: L): Given<L> {
  return samplePublished as unknown as Given<L>; // all layers' data is a superset of what one layer is given
}

/** Files of the catalog or project a sample kit serves, by `catalog:path` or `project:path`. */
export type SampleFiles = Readonly<Record<string, string>>;

/** A kit for one component, with the steps that stand for the toolchain. */
export interface SampleKit extends Kit {
  /** Stand-ins for `toolchain/…` steps that were referred to: true from the start. */
  toolchain(): readonly Step[];
}

/** Makes a kit as the program does, over files in memory. */
export function sampleKit(layer: Layer, files: SampleFiles = {}): SampleKit {
  const used = new Map<StepId, Step>();
  const need = (kind: 'tool' | 'image', name: string): StepId => {
    const id = stepId(`toolchain/${kind}/${name}`);
    used.set(
      id,
      standIn(
        id,
        kind === 'tool'
          ? { name, version: '1.0.0', digest: anyDigest }
          : { ref: `strata.local/${name}:sample`, digest: anyDigest },
      ),
    );
    return id;
  };
  const tree =
    (root: Tree['root']) =>
    (path: string): Tree => ({ root, path, digest: anyDigest });
  const names = ({ root, path }: Tree): readonly string[] => {
    const prefix = `${root}:${path}/`;
    const below = Object.keys(files).filter((key) => key.startsWith(prefix));
    return [...new Set(below.map((key) => key.slice(prefix.length).split('/')[0] ?? ''))].sort();
  };
  return {
    platform: 'test',
    environment: 'test',
    component: 'sample',
    step: (draft) => handle(`${layer}/sample`, draft, need),
    tool: (name) => ({ $step: need('tool', name), $path: '' }),
    image: (name) => ({ $step: need('image', name), $path: '' }),
    catalog: tree('catalog'),
    project: tree('project'),
    text: ({ root, path }) => files[`${root}:${path}`] ?? '',
    names,
    toolchain: () => [...used.values()],
  };
}

const stepId = (text: string): StepId => text as StepId; // tests name steps as the program does

function handle<I, O>(prefix: string, draft: StepDraft<I, O>, need: (kind: 'tool', name: string) => StepId): StepHandle<I, O> {
  const { id: name, after = [], tools = [], ...rest } = draft;
  const id = stepId(`${prefix}/${name}`);
  function out(): Ref<O>;
  function out<K extends keyof O & string>(key: K): Ref<O[K]>;
  function out(key = ''): Ref<unknown> {
    return { $step: id, $path: key };
  }
  const edges = [...after.map((edge) => (typeof edge === 'string' ? edge : edge.id)), ...tools.map((tool) => need('tool', tool))];
  return { ...rest, id, after: edges, out };
}

function standIn(id: StepId, output: Readonly<Record<string, string>>): Step {
  return {
    id,
    title: id,
    effect: 'none',
    inputs: {},
    action: {
      observe: async () => ({ ok: true, value: output }),
      diff: () => [],
      apply: async () => ({ ok: true, value: output }),
    },
  };
}

/** Whether a value, at any depth, leaves out what it promises. */
export const missingPromises = <L extends Layer>(layer: L, publishes: Publishes<L>): readonly string[] =>
  promised[layer].filter((key) => Reflect.get(publishes, key) === undefined);
