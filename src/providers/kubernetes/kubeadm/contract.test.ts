import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Command, Output } from '../../../model/index.js';
import { contract, createPuppet, type Puppet } from '../../../testkit/index.js';
import { kubeadm } from './index.js';

const origin = { version: 'v1.37.2', recorded: '2026-11-24' };
const catalog = join(import.meta.dirname, '../../../../catalog');
const files = Object.fromEntries(
  readdirSync(join(catalog, 'kubernetes'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [`catalog:${path.slice(catalog.length + 1)}`, readFileSync(path, 'utf8')]),
);

/** A machine behind SSH: its files, and what kubeadm would have done to it. */
class PlayedMachine {
  readonly files = new Map<string, string>();
  active = false;

  run(script: string, cluster: PlayedCluster, name: string): Partial<Output> {
    for (const [, body = '', path = ''] of script.matchAll(/printf %s '([^']*)' \| base64 -d > (\S+)\.strata/g)) {
      this.files.set(path, Buffer.from(body, 'base64').toString('utf8'));
    }
    if (script.includes('systemctl restart strata-pod-network')) this.active = true;
    if (script.includes('kubeadm init --config')) this.init(cluster, name);
    if (script.includes('kubeadm join --config')) this.join(cluster, name);
    return { stdout: this.told(script) };
  }

  private init(cluster: PlayedCluster, name: string): void {
    for (const path of ['/etc/kubernetes/manifests/kube-apiserver.yaml', '/etc/kubernetes/admin.conf'])
      this.files.set(path, 'secret of the cluster');
    this.files.set('/etc/kubernetes/pki/ca.crt', authority);
    cluster.up = true;
    cluster.node(name);
  }

  private join(cluster: PlayedCluster, name: string): void {
    this.files.set('/etc/kubernetes/kubelet.conf', 'x');
    cluster.node(name);
  }

  private told(script: string): string {
    const has = (path: string): boolean => this.files.has(path);
    if (script.includes('cat /etc/kubernetes/admin.conf')) return this.files.get('/etc/kubernetes/admin.conf') ?? '';
    if (script.includes('grep -c')) return '1\n';
    if (script.includes('stat -c %a')) return '600\n';
    const lines = [
      'version=v1.37.2',
      'sandbox=registry.k8s.io/pause:3.10.2',
      `network=${this.active ? 'active' : 'inactive'}`,
      `routes=default ${[...(this.files.get('/etc/systemd/network/10-host0.network.d/pods.conf') ?? '').matchAll(/Destination=(\S+)/g)].map(([, range]) => range).join(' ')}`,
      has('/etc/kubernetes/manifests/kube-apiserver.yaml') ? 'made=yes' : '',
      has('/etc/kubernetes/admin.conf') ? 'admin=yes' : '',
      has('/etc/kubernetes/strata/encryption.yaml') ? 'encryption=yes' : '',
      has('/etc/kubernetes/kubelet.conf') ? 'joined=yes' : 'joined=no',
      has('/etc/kubernetes/pki/ca.crt') ? `authority=${Buffer.from(authority).toString('base64')}` : '',
      ...[...this.files].map(([path, body]) => `${createHash('sha256').update(body).digest('hex')}  ${path}`),
    ];
    return lines.join('\n');
  }
}

interface Thing {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [more: string]: unknown;
}

/** Manifests read before: the same ones come again in every run. */
const texts = new Map<string, readonly Thing[]>();

/** A cluster that makes everything ready at once. */
class PlayedCluster {
  up = false;
  readonly things = new Map<string, Thing>();

  node(name: string): void {
    this.put({ kind: 'Node', metadata: { name }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
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
    if (!this.up) return { code: 1, stderr: 'dial tcp 10.77.0.11:6443: connect: connection refused' };
    const at = args.findIndex((arg) => ['get', 'apply', 'delete', 'exec'].includes(arg));
    const [verb, ...rest] = args.slice(at);
    const documents = (): readonly Thing[] => this.parsed(stdin);
    if (verb === 'apply') for (const thing of documents()) this.put(thing);
    if (verb === 'exec') return { stdout: this.answer(rest) };
    if (verb === 'delete') this.delete(rest.filter((arg) => !arg.startsWith('-')));
    if (verb !== 'get') return {};
    if (rest[0] === '--raw') return { stdout: rest[1] === '/readyz' ? 'ok' : '{ "gitVersion": "v1.37.2" }' };
    const found = rest.includes('-f') ? documents().flatMap((thing) => this.things.get(this.key(thing)) ?? []) : this.named(rest);
    return { stdout: found.length === 0 ? '' : JSON.stringify({ items: found }) };
  }

  private parsed(text: string): readonly Thing[] {
    const known = texts.get(text) ?? parseAllDocuments(text).map((document): Thing => document.toJS());
    texts.set(text, known);
    return known;
  }

  private named([kinds = '', name = '']: readonly string[]): readonly Thing[] {
    const kind = { pvc: 'persistentvolumeclaim' }[kinds] ?? kinds.replace(/s$/, '');
    const all = [...this.things.values()].filter((thing) => thing.kind.toLowerCase() === kind);
    return name === '' || name.startsWith('-') ? all : all.filter((thing) => thing.metadata.name === name);
  }

  private delete([kind, name]: readonly string[]): void {
    this.things.delete(`${kind}/${name}`);
    if (kind === 'namespace')
      for (const [key, thing] of this.things) if (thing.metadata.namespace === name) this.things.delete(key);
  }

  private answer(args: readonly string[]): string {
    if (args.includes('etcdctl'))
      return JSON.stringify({ kvs: [{ value: Buffer.from('k8s:enc:secretbox:v1:key1:\u0001').toString('base64') }] });
    return 'answer-of-worker-1\n';
  }
}

const authority =
  /-----BEGIN[^`]+-----END CERTIFICATE-----\n/.exec(
    readFileSync(join(import.meta.dirname, '../../../tools/kubeadm/kubeadm.test.ts'), 'utf8'),
  )?.[0] ?? '';

function machines(): Puppet {
  const puppet = createPuppet();
  const cluster = new PlayedCluster();
  const played = new Map<string, PlayedMachine>();
  puppet.tool('ssh', { version: 'OpenSSH 9.2', recorded: '2026-11-24' }).answer((args, { stdin }) => {
    const name = args.find((arg) => arg.startsWith('HostKeyAlias='))?.split('=')[1] ?? '';
    const machine = played.get(name) ?? new PlayedMachine();
    played.set(name, machine);
    const secretFile = /cat > (\S+)\.strata/.exec(args.at(-1) ?? '')?.[1];
    if (secretFile === undefined) return machine.run(text(puppet, stdin), cluster, name);
    machine.files.set(secretFile, text(puppet, stdin));
    return {};
  });
  puppet.tool('kubectl', origin).answer((args, { stdin }) => cluster.run(args, text(puppet, stdin)));
  const pushed = new Set<string>();
  puppet.answerHttp(({ method, url }) => {
    const { pathname } = new URL(url);
    if (method === 'HEAD' || method === 'GET')
      return {
        status: pathname.includes('/manifests/') || pushed.has(pathname) ? 200 : 404,
        headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
        body: '',
      };
    return { status: 201, headers: { location: url }, body: '' };
  });
  return puppet;
}

const text = (puppet: Puppet, stdin: Command['stdin']): string =>
  stdin === undefined ? '' : typeof stdin === 'string' ? stdin : (puppet.state.secrets.get(stdin.$secret) ?? '');

contract({
  provider: kubeadm,
  folder: import.meta.dirname,
  specs: { plain: { encryption: false, audit: false, proxyMode: 'iptables' } },
  files,
});

// Every deed of these runs is killed once.
contract({ provider: kubeadm, folder: import.meta.dirname, specs: { default: {} }, files, machine: machines });
