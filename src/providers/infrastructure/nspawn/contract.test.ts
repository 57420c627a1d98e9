import type { Output } from '../../../model/index.js';
import { contract, createPuppet, type Puppet } from '../../../testkit/index.js';
import { nspawn } from './index.js';

const origin = { version: 'Debian 12', recorded: '2026-11-24' };

/** A Linux host as far as these steps touch it: mounts, interfaces, processes, all in memory. */
function host(): Puppet {
  const puppet = createPuppet();
  const { state } = puppet;
  const put = (path: string, body: string) => state.files.set(path, { body, mode: 0o644 });
  const mounts = new Map([
    ['/', 'ext4'],
    ['/sys/fs/cgroup', 'cgroup2'],
  ]);
  const told = () =>
    put('/proc/self/mountinfo', [...mounts].map(([point, type]) => `1 1 0:1 / ${point} rw - ${type} none rw`).join('\n'));
  told();
  put('/proc/sys/kernel/ostype', 'Linux\n');
  put('/proc/self/status', 'Name:\tnode\nUid:\t0\t0\t0\t0\n');
  put('/proc/meminfo', 'MemAvailable:   16000000 kB\n');
  put('/proc/sys/fs/inotify/max_user_instances', '128\n');
  put('/cache/images/node/etc/os-release', 'ID=debian\n');
  playMounts(puppet, mounts, told);
  playNetwork(puppet, mounts);
  playPrograms(puppet, put);
  return puppet;
}

function playMounts(puppet: Puppet, mounts: Map<string, string>, told: () => void): void {
  const change = (work: () => void): Partial<Output> => {
    work();
    told();
    return {};
  };
  puppet.tool('mount', origin).answer((args) => change(() => mounts.set(args.at(-1) ?? '', 'overlay')));
  puppet.tool('umount', origin).answer((args) => change(() => mounts.delete(args[0] ?? '')));
  puppet.tool('unshare', origin).answer((args) => change(() => mounts.set(args[0]?.slice('--net='.length) ?? '', 'nsfs')));
}

interface PlayedLink {
  addresses: { local: string; prefixlen: number; family: string }[];
  up: boolean;
  master?: string;
}

/** `ip` on the host and, through nsenter, in the one namespace. */
function playNetwork(puppet: Puppet, mounts: ReadonlyMap<string, string>): void {
  const outside = new Map<string, PlayedLink>();
  let inside = new Map<string, PlayedLink>([['lo', { addresses: [], up: false }]]);
  const run = (args: readonly string[], links: Map<string, PlayedLink>): Partial<Output> => {
    const [object, verb, name = ''] = args[0] === '-j' ? args.slice(1) : args;
    if (args.includes('route')) return { stdout: '[{"dst":"default","dev":"eth0"}]' };
    if (verb === 'show') return { stdout: JSON.stringify([...links].map(shown)) };
    if (object === 'address') return address(links.get(args.at(-1) ?? ''), args[2] ?? '');
    if (verb === 'add') return add(args, name, links);
    return verb === 'delete' ? drop(name, links) : set(args, name, links);
  };
  const drop = (name: string, links: Map<string, PlayedLink>): Partial<Output> => {
    links.delete(name);
    inside.delete('uplink');
    return {};
  };
  const set = (args: readonly string[], name: string, links: Map<string, PlayedLink>): Partial<Output> => {
    const link = links.get(name);
    if (link === undefined) return { code: 1, stderr: `Cannot find device "${name}"` };
    link.up = true;
    if (args.includes('master')) link.master = args[args.indexOf('master') + 1] ?? '';
    return {};
  };
  const add = (args: readonly string[], name: string, links: Map<string, PlayedLink>): Partial<Output> => {
    if (links.has(name)) return { code: 2, stderr: 'RTNETLINK answers: File exists' };
    links.set(name, { addresses: [], up: false });
    if (args.includes('veth')) inside.set('uplink', { addresses: [], up: false });
    return {};
  };
  puppet.tool('ip', origin).answer((args) => run(args, outside));
  puppet.tool('nsenter', origin).answer((args) => {
    if (![...mounts.values()].includes('nsfs')) return { code: 1, stderr: 'nsenter: reassociate to namespace failed' };
    return args[2] === 'ip' ? run(args.slice(3), inside) : {};
  });
  puppet.tool('umount', origin).answer((args) => {
    if (args[0]?.endsWith('namespace')) inside = new Map([['lo', { addresses: [], up: false }]]);
    return undefined;
  });
}

const shown = ([ifname, { addresses, up, master }]: [string, PlayedLink]) => ({
  ifname,
  flags: up ? ['UP'] : [],
  addr_info: addresses,
  ...(master === undefined ? {} : { master }),
});

function address(link: PlayedLink | undefined, cidr: string): Partial<Output> {
  const [local = '', length] = cidr.split('/');
  if (link === undefined) return { code: 1, stderr: 'Cannot find device' };
  if (!link.addresses.some((one) => one.local === local))
    link.addresses.push({ local, prefixlen: Number(length), family: 'inet' });
  return {};
}

function playPrograms(puppet: Puppet, put: (path: string, body: string) => void): void {
  const { state } = puppet;
  for (const name of ['systemd-nspawn', 'docker-registry', 'tcp-balancer', 'sh', 'kill', 'find', 'rm', 'rmdir'])
    puppet.tool(name, origin).answer(() => ({}));
  puppet.tool('stat', origin).answer(() => ({ stdout: 'inode-56:2\n' }));
  puppet.tool('df', origin).answer(() => ({ stdout: ' Avail\n50000M\n' }));
  puppet.tool('sysctl', origin).answer((args) => {
    put('/proc/sys/fs/inotify/max_user_instances', `${args[1]?.split('=')[1]}\n`);
    return {};
  });
  puppet.tool('ssh-keygen', origin).answer((args) => {
    const file = args.at(-1) ?? '';
    put(file, `-----BEGIN OPENSSH PRIVATE KEY-----\nof ${file}\n`);
    put(`${file}.pub`, 'ssh-ed25519 AAAAC3Nz strata\n');
    return {};
  });
  puppet
    .tool('git', origin)
    .answer(() =>
      state.daemons.has('git')
        ? { code: 128, stderr: 'fatal: remote error: no such repository: /strata-is-it-up.git' }
        : { code: 128, stderr: 'fatal: unable to connect' },
    );
  puppet.tool('ssh', origin).answer((args) => {
    const alias = args.find((arg) => arg.startsWith('HostKeyAlias='))?.split('=')[1] ?? '';
    return state.daemons.has(`machine-${alias}`)
      ? { stdout: 'state=running\nfailed=\n' }
      : { code: 255, stderr: 'ssh: connect to host: Connection refused' };
  });
  puppet.answerHttp(({ url }) => {
    if (!url.endsWith(':6444/')) return state.daemons.has('registry') ? { status: 200, headers: {}, body: '{}' } : undefined;
    const servers = Object.fromEntries(['11', '12', '13'].map((last) => [`10.77.0.${last}:6443`, false]));
    return state.daemons.has('api') ? { status: 200, headers: {}, body: JSON.stringify({ servers }) } : undefined;
  });
}

contract({
  provider: nspawn,
  folder: import.meta.dirname,
  specs: { default: {}, 'three control planes': { machines: { controlPlanes: 3 } } },
});

// Three control planes: what stands in front of them, too.
contract({
  provider: nspawn,
  folder: import.meta.dirname,
  specs: { 'three control planes': { machines: { controlPlanes: 3, workers: 0 } } },
  machine: host,
});

// One machine only: every deed of these runs is killed once.
contract({
  provider: nspawn,
  folder: import.meta.dirname,
  specs: { small: { machines: { workers: 0, memory: '4Gi', cpus: 1.5 }, subnet: '10.90.0.0/24' } },
  machine: host,
});
