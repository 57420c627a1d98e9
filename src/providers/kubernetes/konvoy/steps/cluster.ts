import { Buffer } from 'node:buffer';
import type { Action, Claim, Node, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { clusterLabel, clusterLacks } from '../../../../tools/capi/index.js';
import { type Document, toYaml } from '../../../../tools/document/index.js';
import { applyManifest, getManifest, getObjects, type KubeObject } from '../../../../tools/kubectl/index.js';
import { deleteCluster, type NkpCreate, renderCluster } from '../../../../tools/nkp/index.js';
import { machinesChanged, notStanding, unmanaged } from '../errors.js';
import { type InventoryFacts, inventories, namespace, ofRole, sshSecretOf } from '../inventory.js';
import { type Manager, managerOf } from '../manager.js';

/** A cluster as it is asked of Cluster API. */
export interface ClusterWant {
  readonly facts: InventoryFacts;
  readonly create: Omit<NkpCreate, 'name' | 'namespace' | 'inventory' | 'sshKey' | 'controlPlanes' | 'workers' | 'endpoint'>;
  /** `host:port` of the API. */
  readonly api: string;
  readonly virtualInterface?: string | undefined;
  readonly waitMinutes: number;
}

/** The cluster as its manager tells. */
export interface ClusterGot {
  readonly name: string;
  /** Addresses in the inventories, per role; empty where there is none. */
  readonly hosts: { readonly 'control-plane': readonly string[]; readonly worker: readonly string[] };
  /** What it lacks to stand. */
  readonly lacks: readonly string[];
}

/** What is rendered holds the key of the machines: it is a secret from the first moment on. */
const manifest = secretRef('konvoy-manifest');
const sshManifest = secretRef('konvoy-ssh-manifest');

/** Asks for the cluster and waits for it. */
export const konvoyCluster: Action<ClusterWant, ClusterGot> = {
  observe: look,
  diff(want, got) {
    if (got === undefined) return [{ what: 'cluster' }];
    const changed = roles.filter((role) => String(got.hosts[role]) !== String(addressesOf(want.facts.nodes, role)));
    return [...changed.map((role) => ({ what: `machines of role ${role}` })), ...got.lacks.map((what) => ({ what }))];
  },
  async apply(want, got, w) {
    for (const role of roles) {
      const [has, wanted] = [got?.hosts[role] ?? [], addressesOf(want.facts.nodes, role)];
      if (got !== undefined && String(has) !== String(wanted)) return err(machinesChanged(role, has, wanted));
    }
    const made = got === undefined ? await create(want, w) : ok(undefined);
    return made.ok ? standing(want, w) : made;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    const seen = await look(want, w);
    const stands = seen.ok && seen.value?.lacks.length === 0;
    return [
      { claim: `Cluster ${want.facts.name} stands on ${want.facts.nodes.length} machines`, verdict: stands ? 'pass' : 'fail' },
    ];
  },
  async remove({ name }, w) {
    const manager = await managerOf(w, name);
    return manager?.cluster === undefined ? ok(undefined) : deleteCluster(w, { name, namespace }, manager);
  },
};

const roles = ['control-plane', 'worker'] as const;
const addressesOf = (nodes: readonly Node[], role: Node['role']): readonly string[] =>
  ofRole(nodes, role).map(({ address }) => address);

async function create(want: ClusterWant, w: World): Promise<Result<void>> {
  const { name, nodes } = want.facts;
  const manager = await managerOf(w, name);
  const key = nodes[0]?.ssh.key;
  if (manager === undefined || key === undefined) return err(unmanaged(name));
  const documents = inventories(want.facts);
  if (!documents.ok) return documents;
  const inventory = `${w.paths.state}/konvoy/inventory.yaml`;
  const written = await w.write(inventory, toYaml(documents.value));
  if (!written.ok) return written;
  const opened = await applySecret(want, key, manager, w);
  if (!opened.ok) return opened;
  const [host = '', port = '6443'] = want.api.split(':');
  const rendered = await renderCluster(w, {
    ...want.create,
    ...{ name, namespace, inventory, sshKey: key },
    endpoint: { host, port, interface: want.virtualInterface },
    controlPlanes: ofRole(nodes, 'control-plane').length,
    workers: ofRole(nodes, 'worker').length,
  });
  if (!rendered.ok) return rendered;
  const kept = await w.keep(manifest, rendered.value);
  if (!kept.ok) return kept;
  const listed = await applyManifest(w, manager.kubeconfig, toYaml(documents.value));
  return listed.ok ? applyManifest(w, manager.kubeconfig, manifest) : listed;
}

async function applySecret({ facts }: ClusterWant, key: SecretRef, manager: Manager, w: World): Promise<Result<void>> {
  const text = await w.reveal(key);
  if (!text.ok) return text;
  const secret: Document = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: sshSecretOf(facts.name), namespace, labels: { 'clusterctl.cluster.x-k8s.io/move': '' } },
    type: 'Opaque',
    data: { 'ssh-privatekey': Buffer.from(text.value.expose()).toString('base64') },
  };
  const kept = await w.keep(sshManifest, toYaml([secret]));
  return kept.ok ? applyManifest(w, manager.kubeconfig, sshManifest) : kept;
}

async function standing(want: ClusterWant, w: World): Promise<Result<ClusterGot>> {
  const end = w.now().getTime() + want.waitMinutes * 60_000;
  for (;;) {
    const seen = await look(want, w);
    if (!seen.ok && seen.error.kind !== 'not-ready') return seen;
    const lacks = seen.ok ? (seen.value?.lacks ?? ['it is not there']) : [seen.error.diagnostic.message];
    if (seen.ok && seen.value !== undefined && lacks.length === 0) return ok(seen.value);
    if (w.now().getTime() >= end || w.signal.aborted) return err(notStanding(want.facts.name, lacks, want.waitMinutes));
    await w.pause(10_000);
  }
}

async function look({ facts }: ClusterWant, w: ReadWorld): Promise<Result<ClusterGot | undefined>> {
  const { name, nodes } = facts;
  const manager = await managerOf(w, name);
  if (manager?.cluster === undefined) return ok(undefined);
  const documents = inventories(facts);
  if (!documents.ok) return documents;
  const found = await getManifest(w, manager.kubeconfig, toYaml(documents.value));
  if (!found.ok) return found;
  const machines = await getObjects(w, manager.kubeconfig, [
    'machines.cluster.x-k8s.io',
    '-n',
    namespace,
    '-l',
    `${clusterLabel}=${name}`,
  ]);
  if (!machines.ok) return machines;
  const running = machines.value.filter(({ status }) => status?.phase === 'Running').length;
  return ok({
    name,
    hosts: {
      'control-plane': hostsIn(found.value, `${name}-control-plane`),
      worker: hostsIn(found.value, `${name}-md-0`),
    },
    lacks: [
      ...clusterLacks('v1beta1', manager.cluster),
      ...(running >= nodes.length ? [] : [`${running} of ${nodes.length} machines are running`]),
    ],
  });
}

function hostsIn(objects: readonly KubeObject[], name: string): readonly string[] {
  const hosts = objects.find(({ metadata }) => metadata.name === name)?.spec?.hosts;
  const addresses = (Array.isArray(hosts) ? hosts : []).map((one: unknown) =>
    typeof one === 'object' && one !== null ? Reflect.get(one, 'address') : '',
  );
  return addresses.filter((one): one is string => typeof one === 'string');
}
