import { createHash } from 'node:crypto';
import type { Command, Output } from '../../src/model/index.js';
import { createPuppet, type Puppet } from '../../src/testkit/index.js';

// RKE2 itself was never run here: what is played is what its documentation and its own scripts say (v1.36.3+rke2r1).
const said = { version: 'documentation and scripts of RKE2 v1.36.3+rke2r1', recorded: '2026-11-24' };

/** What a played world begins with. */
export interface PlayedRke2 {
  /** Release in the machine image; none = empty. */
  readonly baked?: string;
  /** Release in the tarball that is copied. */
  readonly tarball?: string;
}

/** A machine behind SSH. */
class Machine {
  readonly files = new Map<string, string>();
  readonly modes = new Map<string, string>();
  readonly sysctl = new Map<string, string>();
  role: 'server' | 'agent' | undefined;
  etcd = false;
  copied = '';
  constructor(
    readonly name: string,
    readonly world: World,
    public binary: string,
  ) {}

  run(script: string): Partial<Output> {
    this.writes(script);
    if (script.includes('sha256sum -c')) return this.place(script);
    if (script.includes('tar -xzf')) this.binary = this.world.given.tarball ?? '';
    for (const [, name = '', value = ''] of script.matchAll(/^sysctl -q -w (\S+)=(\S+)$/gm)) this.sysctl.set(name, value);
    if (script.includes('useradd')) this.etcd = true;
    if (script.includes('userdel')) this.etcd = false;
    for (const [, files = ''] of script.matchAll(/^rm -f (\/etc\S+(?: \/etc\S+)*)$/gm))
      for (const path of files.split(' ')) this.files.delete(path);
    const role = /systemctl restart rke2-(server|agent)\.service/.exec(script)?.[1];
    if (role === 'server' || role === 'agent') return this.start(role);
    if (script.includes('etcd-snapshot save')) this.world.story.push(`${this.name} snapshot`);
    if (script.includes('rke2-uninstall.sh')) this.uninstall();
    return { stdout: this.facts(script) };
  }

  private writes(script: string): void {
    const file = /printf %s '([^']*)' \| base64 -d > (\S+)\.strata\nchmod (\d+)/g;
    for (const [, body = '', path = '', mode = ''] of script.matchAll(file)) {
      this.files.set(path, Buffer.from(body, 'base64').toString('utf8'));
      this.modes.set(path, mode.replace(/^0/, ''));
    }
  }

  private place(script: string): Partial<Output> {
    const wanted = /echo "([0-9a-f]{64}) /.exec(script)?.[1] ?? '';
    if (createHash('sha256').update(this.copied).digest('hex') !== wanted) return { code: 1, stderr: `its sum is not ${wanted}` };
    this.files.set(/\.strata (\/\S+)$/m.exec(script)?.[1] ?? '', this.copied);
    return {};
  }

  private start(role: 'server' | 'agent'): Partial<Output> {
    if (this.binary === '') return { code: 5, stderr: `Failed to restart rke2-${role}.service: Unit not found.` };
    if (role === 'server' && this.sysctl.get('kernel.panic') !== '10')
      return { code: 1, stderr: 'invalid kernel parameter value' };
    this.role = role;
    this.world.story.push(`${this.name} start ${this.binary}`);
    if (role === 'server') {
      this.files.set('/etc/rancher/rke2/rke2.yaml', `server: https://127.0.0.1:6443\nkey: ${adminKey}\n`);
      this.files.set('/var/lib/rancher/rke2/server/tls/server-ca.crt', 'certificate of the authority');
    }
    this.world.node(this.name, this.binary, role);
    return {};
  }

  private uninstall(): void {
    for (const path of [...this.files.keys()]) if (path.includes('rancher')) this.files.delete(path);
    [this.role, this.binary] = [undefined, ''];
  }

  private facts(script: string): string {
    const { files } = this;
    const sum = (path: string): string =>
      createHash('sha256')
        .update(files.get(path) ?? '')
        .digest('hex');
    const has = (path: string, line: string): string => (files.has(path) ? line : '');
    if (script.includes('cat /etc/rancher/rke2/rke2.yaml'))
      return `${sum('/var/lib/rancher/rke2/server/tls/server-ca.crt')}\n${files.get('/etc/rancher/rke2/rke2.yaml') ?? ''}`;
    const server = this.role === 'server';
    return [
      `binary=${this.binary}`,
      `service=${this.role === undefined ? 'inactive' : 'active'}`,
      `archives=${this.world.archives ? 1 : 0}`,
      `enabled=${this.role === undefined ? 'disabled' : 'enabled'}`,
      server ? 'datastore=yes' : '',
      has('/var/lib/rancher/rke2/server/tls/server-ca.crt', `authority=${sum('/var/lib/rancher/rke2/server/tls/server-ca.crt')}`),
      has('/etc/rancher/rke2/strata-release', `release=${sum('/etc/rancher/rke2/strata-release')}`),
      ...[...this.modes].map(([path, mode]) => has(path, `mode:${path}=${mode}`)),
      'selinux=Disabled',
      'service:NetworkManager=active',
      this.etcd ? 'etcd=yes' : '',
      ...[...this.sysctl].map(([name, value]) => `sysctl:${name}=${value}`),
      ...(script.includes('secrets-encrypt')
        ? ['encryption=Enabled', 'etcd=etcd:etcd:700', 'profile=cis', 'token=root:600', 'audit=12']
        : []),
      ...[...files.keys()].map((path) => `${sum(path)}  ${path}`),
    ].join('\n');
  }
}

/** Part of the administrator's kubeconfig that must never be told. */
export const adminKey = 'private-key-of-the-administrator';

interface Thing {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; annotations?: Record<string, string> };
  readonly status?: object;
}

/** Machines and the cluster they make. */
export class World {
  readonly machines = new Map<string, Machine>();
  readonly things = new Map<string, Thing>();
  /** What happened that a reader of a test wants in order. */
  readonly story: string[] = [];
  /** Machine whose pods do not leave. */
  stuck = '';
  /** The machine images hold the archives of RKE2's images. */
  archives = true;
  constructor(readonly given: PlayedRke2) {}

  machine(name: string): Machine {
    const machine = this.machines.get(name) ?? new Machine(name, this, this.given.baked ?? '');
    this.machines.set(name, machine);
    return machine;
  }

  node(name: string, kubeletVersion: string, role: 'server' | 'agent'): void {
    const before = this.things.get(`node/${name}`);
    const labels = role === 'server' ? { 'node-role.kubernetes.io/control-plane': 'true' } : {};
    const status = { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion } };
    this.things.set(`node/${name}`, { kind: 'Node', metadata: { ...before?.metadata, name, ...{ labels } }, status });
  }

  kubectl(args: readonly string[], stdin: string): Partial<Output> {
    if (![...this.machines.values()].some(({ role }) => role === 'server'))
      return { code: 1, stderr: 'The connection to the server 10.77.0.11:6443 was refused' };
    const at = args.findIndex((arg) => ['get', 'apply', 'delete', 'annotate', 'drain', 'uncordon', 'create'].includes(arg));
    const [verb = '', ...rest] = args.slice(at);
    if (verb === 'create')
      return {
        code: 1,
        stderr: 'Error from server (Forbidden): pods "strata-proof" is forbidden: violates PodSecurity "restricted:latest"',
      };
    if (verb === 'get') return this.get(rest, stdin);
    if (verb === 'apply') for (const thing of thingsIn(stdin)) this.things.set(keyOf(thing), { status: grown, ...thing });
    if (verb === 'delete') this.things.delete(`${rest.filter((arg) => !arg.startsWith('-')).join('/')}`);
    if (verb === 'drain' && rest[0] === this.stuck)
      return { code: 1, stderr: 'error when evicting pods/"db-0": global timeout reached: 5m0s' };
    if (verb === 'drain' || verb === 'uncordon') this.story.push(`${rest[0]} ${verb}`);
    if (verb === 'annotate') this.annotate(rest[1] ?? '', rest[2] ?? '');
    return {};
  }

  private annotate(name: string, what: string): void {
    const metadata: Thing['metadata'] = this.things.get(`node/${name}`)?.metadata ?? { name };
    const annotations = { ...metadata.annotations };
    const [key = '', value] = what.split('=');
    if (value === undefined) delete annotations[key.replace(/-$/, '')];
    else annotations[key] = value;
    metadata.annotations = annotations;
  }

  private get(rest: readonly string[], stdin: string): Partial<Output> {
    const all = [...this.things.values()];
    if (rest[0] === '--raw') return { stdout: '{"kubeletconfig":{"protectKernelDefaults":true}}' };
    if (rest[0] === 'networkpolicies')
      return list(
        ['default', 'kube-public', 'kube-system'].map((namespace) => ({
          kind: 'NetworkPolicy',
          metadata: { name: 'x', namespace },
        })),
      );
    if (rest.includes('-f')) return list(thingsIn(stdin).flatMap((thing) => this.things.get(keyOf(thing)) ?? []));
    const nodes = all.filter(({ kind }) => kind === 'Node');
    if (rest[0] === 'node') return list(nodes.filter(({ metadata }) => metadata.name === rest[1]));
    const servers = nodes.filter(({ metadata }) => this.machine(metadata.name).role !== 'agent');
    return list(rest.includes('-l') ? servers : nodes);
  }
}

const grown = {
  observedGeneration: 1,
  updatedReplicas: 9,
  availableReplicas: 9,
  conditions: [{ type: 'Ready', status: 'True' }],
};
const list = (items: readonly Thing[]): Partial<Output> => ({ stdout: items.length === 0 ? '' : JSON.stringify({ items }) });
const keyOf = ({ kind, metadata }: Thing): string => `${kind.toLowerCase()}/${metadata.name}`;

/** Kind, name and annotations of each document, which is all that is asked of them. */
const thingsIn = (text: string): readonly Thing[] =>
  text.split(/^---$/m).map((document) => {
    const digest = /strata\.dev\/manifest: "(\w+)"/.exec(document)?.[1];
    return {
      kind: /^kind: (\S+)/m.exec(document)?.[1] ?? '',
      metadata: {
        name: /^ {2}name: (\S+)/m.exec(document)?.[1] ?? '',
        ...(digest && { annotations: { 'strata.dev/manifest': digest } }),
      },
    };
  });

/** A puppet whose ssh, scp and kubectl reach the played world. */
export function playedRke2(given: PlayedRke2): { readonly puppet: Puppet; readonly world: World } {
  const puppet = createPuppet();
  const world = new World(given);
  const nameIn = (args: readonly string[]): string => args.find((arg) => arg.startsWith('HostKeyAlias='))?.split('=')[1] ?? '';
  const text = (stdin: Command['stdin']): string =>
    stdin === undefined ? '' : typeof stdin === 'string' ? stdin : (puppet.state.secrets.get(stdin.$secret) ?? '');
  puppet.tool('ssh', { version: 'OpenSSH 9.2', recorded: '2026-11-24' }).answer((args, { stdin }) => {
    const machine = world.machine(nameIn(args));
    const secretFile = /cat > (\S+)\.strata/.exec(args.at(-1) ?? '')?.[1];
    if (secretFile === undefined) return machine.run(text(stdin));
    machine.files.set(secretFile, text(stdin));
    machine.modes.set(secretFile, '600');
    return {};
  });
  puppet.tool('scp', { version: 'OpenSSH 9.2', recorded: '2026-11-24' }).answer((args) => {
    const machine = world.machine(nameIn(args));
    machine.copied = puppet.state.files.get(args.at(-2) ?? '')?.body ?? '';
    return {};
  });
  puppet.tool('kubectl', said).answer((args, { stdin }) => world.kubectl(args, text(stdin)));
  puppet.answerHttp(({ method, url }) => {
    const { pathname } = new URL(url);
    if (method === 'HEAD' || method === 'GET')
      return {
        status: pathname.includes('/manifests/') ? 200 : 404,
        headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
        body: '',
      };
    return { status: 201, headers: { location: url }, body: '' };
  });
  return { puppet, world };
}
