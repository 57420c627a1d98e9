// A cluster in memory, for tests: played after what kubectl and etcdctl v1.37.2 / v3.7.3 do and print.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import type { Output } from '../../../../model/index.js';

/** A machine as far as the cluster sees it. */
interface Seen {
  readonly name: string;
  readonly installed: string;
}

interface Thing {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly [more: string]: unknown;
}

/** Manifests read before: the same ones come again in every run. */
const texts = new Map<string, readonly Thing[]>();

/** A cluster that makes everything ready at once. */
export class PlayedCluster {
  up = false;
  certificates = false;
  /** Version its configuration names. */
  settings = '';
  readonly things = new Map<string, Thing>();
  /** API servers by machine, and their versions. */
  readonly servers = new Map<string, string>();
  /** Members of etcd. */
  readonly members = new Set<string>();
  /** What was done to nodes, in order. */
  readonly deeds: string[] = [];
  /** Pods that no drain moves, by node. */
  readonly held = new Map<string, readonly Thing[]>();
  /** How many requests it refuses still, as one that has not read its roles. */
  refusals = 0;
  /** Its only API server restarts once more when kubelet is exchanged. */
  blinks = false;
  /** Machines whose kubelet does not come up with a version. */
  readonly broken = new Map<string, string>();

  constructor(readonly authority: string) {}

  node({ name, installed }: Seen, role: 'control-plane' | 'worker'): void {
    this.deeds.push(`join ${name}`);
    if (role === 'control-plane') this.servers.set(name, this.settings);
    if (role === 'control-plane') this.members.add(name);
    const labels = role === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': '' } : {};
    this.put({ kind: 'Node', metadata: { name, labels, annotations: {} }, spec: {}, status: statusOf(installed, 'True') });
  }

  restarted({ name, installed }: Seen): void {
    const node = this.things.get(`node/${name}`);
    if (node === undefined) return;
    this.deeds.push(`kubelet ${installed} on ${name}`);
    this.put({ ...node, status: statusOf(installed, this.broken.get(name) === installed ? 'False' : 'True') });
  }

  private put(thing: Thing): void {
    const status = {
      observedGeneration: 1,
      updatedReplicas: 9,
      availableReplicas: 9,
      desiredNumberScheduled: 1,
      updatedNumberScheduled: 1,
      numberReady: 1,
      phase: 'Bound',
      podIP: '10.78.1.2',
      conditions: [{ type: 'Ready', status: 'True' }],
    };
    this.things.set(this.key(thing), { status, ...thing });
  }

  private key = ({ kind, metadata }: Thing): string => `${kind.toLowerCase()}/${metadata.name}`;

  private refuse(): Partial<Output> {
    this.refusals -= 1;
    return { code: 1, stderr: refusal };
  }

  run(args: readonly string[], stdin: string): Partial<Output> {
    if (this.refusals > 0) return this.refuse();
    if (!this.up || this.servers.size === 0) return { code: 1, stderr: 'dial tcp 10.77.0.11:6443: connect: connection refused' };
    const verbs = ['get', 'apply', 'delete', 'exec', 'annotate', 'drain', 'uncordon'];
    const at = args.findIndex((arg) => verbs.includes(arg));
    const [verb = '', ...rest] = args.slice(at);
    const documents = (): readonly Thing[] => this.parsed(stdin);
    if (verb === 'apply') for (const thing of documents()) this.put(thing);
    if (verb === 'exec') return { stdout: this.answer(rest) };
    if (verb === 'delete') this.delete(rest.filter((arg) => !arg.startsWith('-')));
    if (['annotate', 'drain', 'uncordon'].includes(verb)) return this.closing(verb, rest);
    return verb === 'get' ? this.get(rest, documents) : {};
  }

  private get(rest: readonly string[], documents: () => readonly Thing[]): Partial<Output> {
    if (rest[0] === '--raw')
      return { stdout: rest[1] === '/readyz' ? 'ok' : `{ "gitVersion": "${[...this.servers.values()][0]}" }` };
    const found = rest.includes('-f') ? documents().flatMap((thing) => this.things.get(this.key(thing)) ?? []) : this.named(rest);
    return { stdout: found.length === 0 ? '' : JSON.stringify({ items: found }) };
  }

  /** What `kubectl annotate`, `drain` and `uncordon` do to a node. */
  private closing(verb: string, args: readonly string[]): Partial<Output> {
    const name = verb === 'annotate' ? (args[1] ?? '') : (args[0] ?? '');
    const node = this.things.get(`node/${name}`);
    if (node === undefined) return { code: 1, stderr: `Error from server (NotFound): nodes "${name}" not found` };
    const marked = verb === 'annotate' && !args.some((arg) => arg.endsWith('-'));
    if (verb === 'annotate')
      this.put({ ...node, metadata: { ...node.metadata, annotations: marked ? { 'strata.dev/drained': 'upgrade' } : {} } });
    else this.put({ ...node, spec: verb === 'drain' ? { unschedulable: true } : {} });
    if (verb !== 'annotate') this.deeds.push(`${verb} ${name}`);
    const held = verb === 'drain' ? (this.held.get(name) ?? []) : [];
    return held.length > 0
      ? { code: 1, stderr: `error: unable to drain node "${name}" due to error: drain did not complete` }
      : {};
  }

  private parsed(text: string): readonly Thing[] {
    const known = texts.get(text) ?? parseAllDocuments(text).map((document): Thing => document.toJS());
    texts.set(text, known);
    return known;
  }

  private named([kinds = '', ...rest]: readonly string[]): readonly Thing[] {
    if (rest.includes('component=kube-apiserver')) return [...this.servers].map(([on, version]) => pod(on, `x:${version}`));
    if (rest.includes('component=etcd')) return [...this.members].map((on) => pod(on, 'x:v3.7.3'));
    const on = rest.find((arg) => arg.startsWith('spec.nodeName='))?.split('=')[1];
    if (on !== undefined) return this.held.get(on) ?? [];
    const kind = { pvc: 'persistentvolumeclaim' }[kinds] ?? kinds.replace(/s$/, '');
    const [name = ''] = rest;
    const all = [...this.things.values()].filter((thing) => thing.kind.toLowerCase() === kind);
    return name === '' || name.startsWith('-') ? all : all.filter((thing) => thing.metadata.name === name);
  }

  private delete([kind = '', name = '']: readonly string[]): void {
    if (kind === 'node' && this.things.has(`node/${name}`)) {
      this.deeds.push(`delete ${name}`);
      this.servers.delete(name);
    }
    if (kind === 'secret' && name === 'kubeadm-certs') this.certificates = false;
    this.things.delete(`${kind}/${name}`);
    if (kind === 'namespace')
      for (const [key, thing] of this.things) if (thing.metadata.namespace === name) this.things.delete(key);
  }

  private answer(args: readonly string[]): string {
    if (args.includes('list')) return [...this.members].map((name) => memberLine(name)).join('');
    if (args.includes('remove')) {
      const gone = [...this.members].find((name) => memberLine(name).startsWith(args.at(-1) ?? '-')) ?? '';
      this.deeds.push(`etcd without ${gone}`);
      this.members.delete(gone);
      return '';
    }
    if (args.includes('etcdctl'))
      return JSON.stringify({ kvs: [{ value: Buffer.from('k8s:enc:secretbox:v1:key1:\u0001').toString('base64') }] });
    return `answer-of-${this.things.has('node/worker-1') ? 'worker-1' : 'cp-1'}\n`;
  }
}

// Recorded from v1.37.2, right after its start.
const refusal =
  'Error from server (Forbidden): nodes "cp-1" is forbidden: User "kubernetes-admin" cannot get resource "nodes" in API group "" at the cluster scope';

/** A line of `etcdctl member list`, v3.7.3. */
function memberLine(name: string): string {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${id}, started, ${name}, https://of-${name}:2380, https://of-${name}:2379, false\n`;
}

const statusOf = (kubeletVersion: string, ready: string) => ({
  nodeInfo: { kubeletVersion },
  conditions: [{ type: 'Ready', status: ready }],
});

const pod = (on: string, image: string): Thing => ({
  kind: 'Pod',
  metadata: { name: `${image.startsWith('x:v1') ? 'kube-apiserver' : 'etcd'}-${on}`, namespace: 'kube-system' },
  spec: { nodeName: on, containers: [{ image }] },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});
