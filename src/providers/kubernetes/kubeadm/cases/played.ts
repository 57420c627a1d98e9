// Machines and a cluster in memory, for tests: played after what kubeadm, kubectl and etcdctl v1.37.2 / v3.7.3 do and print.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Output } from '../../../../model/index.js';
import { PlayedCluster } from './played-cluster.js';

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
    const missing = this.laidReady(script);
    if (missing !== undefined) return missing;
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

  /** Programs that are looked for, and those that are no longer needed. */
  private laidReady(script: string): Partial<Output> | undefined {
    const needed = /\[ ! -x \S+\/kubernetes\/(v[\d.]+)\/kubelet \]/.exec(script)?.[1];
    if (needed !== undefined && !this.ready.has(needed) && this.installed !== needed)
      return { code: 1, stderr: `programs of ${needed} are not there` };
    const tidied = /^umask 022\nrm -rf \/var\/lib\/strata\/upgrade\S+ \S+\/(v[\d.]+)$/m.exec(script)?.[1];
    if (tidied !== undefined) this.ready.delete(tidied);
    if (tidied !== undefined && this.cluster.blinks) this.cluster.refusals = 8;
    return undefined;
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
