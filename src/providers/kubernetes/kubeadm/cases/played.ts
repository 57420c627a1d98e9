// Machines and a cluster in memory, for tests: played after what kubeadm, kubectl and etcdctl v1.37.2 / v3.7.3 do and print.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import type { Output } from '../../../../model/index.js';

const manifests = '/etc/kubernetes/manifests';
const settings = '/etc/kubernetes/strata/kubeadm.yaml';

/** A machine behind SSH: its files, its programs, and what kubeadm would have done to it. */
export class PlayedMachine {
  readonly files = new Map<string, string>();
  active = false;
  /** Versions of the programs it starts, and of those that lie ready. */
  installed = 'v1.37.2';
  ready = new Map<string, string>();
  backup = '';
  /** The next script with this text in it ends with an error. */
  failOn = '';

  constructor(
    readonly name: string,
    readonly cluster: PlayedCluster,
  ) {}

  run(script: string): Partial<Output> {
    if (this.failOn !== '' && script.includes(this.failOn)) return { code: 1, stderr: `played failure of ${this.failOn}` };
    const needed = /\[ ! -x \S+\/kubernetes\/(v[\d.]+)\/kubelet \]/.exec(script)?.[1];
    if (needed !== undefined && !this.ready.has(needed) && this.installed !== needed)
      return { code: 1, stderr: `programs of ${needed} are not there` };
    const tidied = /^umask 022\nrm -rf \/var\/lib\/strata\/upgrade\S+ \S+\/(v[\d.]+)$/m.exec(script)?.[1];
    if (tidied !== undefined) this.ready.delete(tidied);
    for (const [, body = '', path = ''] of script.matchAll(/printf %s '([^']*)' \| base64 -d > (\S+)\.strata/g))
      this.files.set(path, Buffer.from(body, 'base64').toString('utf8'));
    if (script.includes('systemctl restart strata-pod-network')) this.active = true;
    const digest = /images pull --plain-http \S+@(\S+)/.exec(script)?.[1];
    const version = /strata\/kubernetes\/(v[\d.]+)\.new\n/.exec(script)?.[1];
    if (digest !== undefined && version !== undefined) this.ready.set(version, digest);
    if (script.includes('kubeadm init --config')) this.init();
    if (/kubeadm reset --force\b/.test(script) && !script.includes('|| true')) this.reset();
    if (script.includes('kubeadm join --config')) this.join();
    if (script.includes('upload-certs')) this.cluster.certificates = true;
    this.upgrade(script);
    return { stdout: this.told(script) };
  }

  private init(): void {
    this.becomeControlPlane();
    this.files.set('/etc/kubernetes/pki/ca.crt', this.cluster.authority);
    this.cluster.up = true;
    this.cluster.settings = this.installed;
    this.cluster.node(this, 'control-plane');
  }

  private becomeControlPlane(): void {
    for (const path of [`${manifests}/kube-apiserver.yaml`, `${manifests}/etcd.yaml`, '/etc/kubernetes/admin.conf'])
      this.files.set(path, 'secret of the cluster');
    this.files.set('/etc/kubernetes/kubelet.conf', 'x');
  }

  private join(): void {
    if (this.files.has('/etc/kubernetes/kubelet.conf')) this.reset();
    const config = this.files.get('/run/strata/join.yaml') ?? '';
    this.files.delete('/run/strata/join.yaml');
    this.files.set('/etc/kubernetes/kubelet.conf', 'x');
    this.files.set('/etc/kubernetes/pki/ca.crt', this.cluster.authority);
    const plane = config.includes('controlPlane:');
    if (plane && !this.cluster.certificates) throw new Error('certificates were not laid ready');
    if (plane) this.becomeControlPlane();
    this.cluster.node(this, plane ? 'control-plane' : 'worker');
  }

  private reset(): void {
    for (const path of [...this.files.keys()]) if (path.startsWith('/etc/kubernetes')) this.files.delete(path);
    this.cluster.members.delete(this.name);
  }

  private upgrade(script: string): void {
    const { cluster } = this;
    if (script.startsWith('umask 022\nrm -rf /var/lib/strata/upgrade')) this.backup = '';
    const backup = /upgrade\/from-(v[\d.]+)\.new/.exec(script)?.[1];
    if (backup !== undefined && this.backup === '') this.backup = this.installed;
    const [, version = '', verb = ''] = /kubernetes\/(v[\d.]+)\/kubeadm upgrade (apply|node)/.exec(script) ?? [];
    if (verb === 'apply') cluster.settings = version;
    if (verb !== '' && this.files.has(`${manifests}/etcd.yaml`)) cluster.servers.set(this.name, cluster.settings);
    const noted = /s\/\^kubernetesVersion: \.\*\/kubernetesVersion: (v[\d.]+)\//.exec(script)?.[1];
    const text = this.files.get(settings);
    if (noted !== undefined && text !== undefined)
      this.files.set(settings, text.replace(/^kubernetesVersion: .*$/m, `kubernetesVersion: ${noted}`));
    const from = /install -m 0755 (\S+)\/kubelet \/usr\/bin\/kubelet\.strata/.exec(script)?.[1] ?? '';
    if (from.includes('/upgrade/from-')) this.installed = this.backup;
    else if (from !== '') this.installed = from.slice(from.lastIndexOf('/') + 1);
    if (script.includes('systemctl restart kubelet.service')) cluster.restarted(this);
  }

  private told(script: string): string {
    if (script.includes('cat /etc/kubernetes/admin.conf')) return this.files.get('/etc/kubernetes/admin.conf') ?? '';
    if (script.includes('grep -c')) return '1\n';
    if (script.includes('stat -c %a')) return '600\n';
    return this.facts(script).join('\n');
  }

  private facts(script: string): readonly string[] {
    const has = (path: string): boolean => this.files.has(path);
    const yes = (key: string, path: string): string => (has(path) ? `${key}=yes` : `${key}=no`);
    const current = /^kubernetesVersion: (.*)$/m.exec(this.files.get(settings) ?? '')?.[1];
    const asked = /kubernetes\/(v[\d.]+)\/digest/.exec(script)?.[1] ?? '';
    return [
      `version=${script.includes('/version=/p') ? (current ?? '') : this.installed}`,
      `ready=${this.ready.get(asked) ?? ''}`,
      'sandbox=registry.k8s.io/pause:3.10.2',
      `network=${this.active ? 'active' : 'inactive'}`,
      `routes=default ${[...(this.files.get('/etc/systemd/network/10-host0.network.d/pods.conf') ?? '').matchAll(/Destination=(\S+)/g)].map(([, range]) => range).join(' ')}`,
      yes('made', `${manifests}/kube-apiserver.yaml`),
      yes('member', `${manifests}/etcd.yaml`),
      yes('admin', '/etc/kubernetes/admin.conf'),
      yes('encryption', '/etc/kubernetes/strata/encryption.yaml'),
      current === undefined ? '' : `current=${current}`,
      `endpoint=${/^controlPlaneEndpoint: (.*)$/m.exec(this.files.get(settings) ?? '')?.[1] ?? ''}`,
      yes('joined', '/etc/kubernetes/kubelet.conf'),
      has('/etc/kubernetes/pki/ca.crt') ? `authority=${Buffer.from(this.cluster.authority).toString('base64')}` : '',
      ...[...this.files].map(([path, body]) => `${createHash('sha256').update(body).digest('hex')}  ${path}`),
    ];
  }
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
  /** Machines whose kubelet does not come up with a version. */
  readonly broken = new Map<string, string>();

  constructor(readonly authority: string) {}

  node({ name, installed }: PlayedMachine, role: 'control-plane' | 'worker'): void {
    this.deeds.push(`join ${name}`);
    if (role === 'control-plane') this.servers.set(name, this.settings);
    if (role === 'control-plane') this.members.add(name);
    const labels = role === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': '' } : {};
    this.put({ kind: 'Node', metadata: { name, labels, annotations: {} }, spec: {}, status: statusOf(installed, 'True') });
  }

  restarted({ name, installed }: PlayedMachine): void {
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

  run(args: readonly string[], stdin: string): Partial<Output> {
    if (!this.up || this.servers.size === 0) return { code: 1, stderr: 'dial tcp 10.77.0.11:6443: connect: connection refused' };
    const verbs = ['get', 'apply', 'delete', 'exec', 'annotate', 'drain', 'uncordon'];
    const at = args.findIndex((arg) => verbs.includes(arg));
    const [verb = '', ...rest] = args.slice(at);
    const documents = (): readonly Thing[] => this.parsed(stdin);
    if (verb === 'apply') for (const thing of documents()) this.put(thing);
    if (verb === 'exec') return { stdout: this.answer(rest) };
    if (verb === 'delete') this.delete(rest.filter((arg) => !arg.startsWith('-')));
    if (verb === 'annotate' || verb === 'drain' || verb === 'uncordon') return this.closing(verb, rest);
    if (verb !== 'get') return {};
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

/** All machines and their cluster, as `ssh`, `kubectl` and the registry show them. */
export class PlayedPlatform {
  readonly cluster: PlayedCluster;
  readonly machines = new Map<string, PlayedMachine>();

  constructor(authority: string) {
    this.cluster = new PlayedCluster(authority);
  }

  machine(name: string): PlayedMachine {
    const machine = this.machines.get(name) ?? new PlayedMachine(name, this.cluster);
    this.machines.set(name, machine);
    return machine;
  }

  ssh(args: readonly string[], stdin: string): Partial<Output> {
    const machine = this.machine(args.find((arg) => arg.startsWith('HostKeyAlias='))?.split('=')[1] ?? '');
    const secretFile = /cat > (\S+)\.strata/.exec(args.at(-1) ?? '')?.[1];
    if (secretFile === undefined) return machine.run(stdin);
    machine.files.set(secretFile, stdin);
    return {};
  }

  registry({ method, url }: { readonly method: string; readonly url: string }) {
    const { pathname } = new URL(url);
    if (method !== 'HEAD' && method !== 'GET') return { status: 201, headers: { location: url }, body: '' };
    const status = pathname.includes('/manifests/') ? 200 : 404;
    return { status, headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }, body: '' };
  }
}
