import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { createPuppet, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { nspawn } from './index.js';
import { machineFiles } from './machine-files.js';
import { bytesOf, hostNames, layoutOf } from './naming.js';
import { NspawnSpec } from './spec.js';
import { preflight } from './steps/preflight.js';

const scope = { signal: new AbortController().signal, emit: () => {} };
const spec = (given: object): NspawnSpec => Value.Parse(NspawnSpec, Value.Default(NspawnSpec, given));

describe('the layout', () => {
  it('puts host, services, control planes and workers where people look for them', () => {
    const layout = layoutOf(spec({ subnet: '10.90.3.0/24' }));
    expect([layout.host, layout.support, layout.prefix]).toEqual(['10.90.3.1', '10.90.3.2', 24]);
    expect(layout.machines.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'cp-1 10.90.3.11',
      'worker-1 10.90.3.21',
      'worker-2 10.90.3.22',
    ]);
  });
  it('has one or three control planes, no other number', () => {
    const addresses = layoutOf(spec({ machines: { controlPlanes: 3, workers: 0 } })).machines.map(({ address }) => address);
    expect(addresses).toEqual(['10.77.0.11', '10.77.0.12', '10.77.0.13']);
    expect(() => spec({ machines: { controlPlanes: 2 } })).toThrow();
  });
  it("names things on the host after the state folder, within the kernel's 15 characters", () => {
    const names = hostNames('/home/someone/platform/.strata/local');
    expect(names.link).toMatch(/^st-[0-9a-f]{8}$/);
    expect(names.machine('worker-1')).toMatch(/^strata-[0-9a-f]{8}-worker-1$/);
    expect(hostNames('/elsewhere').link).not.toBe(names.link);
  });
  it('reads sizes', () => {
    expect([bytesOf('512Mi'), bytesOf('4Gi')]).toEqual([536_870_912, 4_294_967_296]);
  });
});

describe('the files of a machine', () => {
  const layout = layoutOf(spec({}));
  const facts = {
    ...layout.machines[0]!,
    prefix: 24,
    gateway: layout.host,
    domain: 'strata.internal',
    peers: layout.machines,
    user: 'strata',
    authorized: 'ssh-ed25519 AAAALOGIN',
    hostKey: 'ssh-ed25519 AAAAHOST',
    cgroup: 'v1',
    seed: 'local/local',
  } as const;
  const text = (path: string, of = facts as Parameters<typeof machineFiles>[0]) =>
    machineFiles(of).find((file) => file.path === path)?.content ?? '';
  it('name all machines', () => {
    expect(text('/etc/hosts')).toContain(
      '10.77.0.21 worker-1.strata.internal worker-1\n10.77.0.22 worker-2.strata.internal worker-2\n',
    );
  });
  it('give the same machine the same id', () => {
    expect(text('/etc/machine-id')).toMatch(/^[0-9a-f]{32}\n$/);
    expect(text('/etc/machine-id')).toBe(text('/etc/machine-id', { ...facts, address: '10.90.0.11' }));
    expect(text('/etc/machine-id')).not.toBe(text('/etc/machine-id', { ...facts, seed: 'other/local' }));
  });
  it('open control groups for writing on version 1 only', () => {
    expect(text('/etc/strata/machine-start')).toContain('remount,bind,rw');
    expect(text('/etc/strata/machine-start', { ...facts, cgroup: 'v2' })).not.toContain('remount,bind,rw');
  });
  it("show kubelet its kernel settings without setting the host's", () => {
    expect(text('/etc/strata/machine-start')).toContain('mount --bind /run/strata/sysctl/kernel.panic /proc/sys/kernel/panic');
    expect(text('/etc/strata/machine-start')).not.toContain('sysctl -w');
  });
});

describe('preflight', () => {
  const origin = { version: 'iproute2 6.1.0', recorded: '2026-11-24' };
  const host = (changes: Readonly<Record<string, string>> = {}, routes = '[]') => {
    const puppet = createPuppet();
    const files = {
      '/proc/sys/kernel/ostype': 'Linux\n',
      '/proc/self/status': 'Uid:\t0\t0\t0\t0\n',
      '/proc/meminfo': 'MemAvailable:    8000000 kB\n',
      '/proc/self/mountinfo': '1 1 0:1 / /sys/fs/cgroup rw - cgroup2 none rw',
      ...changes,
    };
    for (const [path, body] of Object.entries(files)) puppet.state.files.set(path, { body, mode: 0o444 });
    for (const name of ['nsenter', 'unshare', 'mount', 'umount', 'kill', 'find', 'sysctl']) puppet.tool(name, origin);
    puppet.tool('df', origin).answer(() => ({ stdout: ' Avail\n20000M\n' }));
    puppet.tool('ip', origin).answer(() => ({ stdout: routes }));
    return puppet;
  };
  const want = { subnet: '10.77.0.0/24', memory: 3072, disk: 6144 };
  const look = (puppet = host(), wanted = want) => preflight.observe(wanted, puppet.reader(scope));
  it('passes a good host and tells its control groups', async () => {
    expect(await look()).toEqual({ ok: true, value: { version: 'v2', roots: ['/sys/fs/cgroup'], manager: 'own' } });
    expect(await look(host({ '/run/systemd/system/x': '' }))).toMatchObject({ value: { manager: 'systemd' } });
  });
  it.each([
    ['NSPAWN-NOT-LINUX', { '/proc/sys/kernel/ostype': 'Darwin\n' }, '[]'],
    ['NSPAWN-NOT-ROOT', { '/proc/self/status': 'Uid:\t1000\t1000\t1000\t1000\n' }, '[]'],
    ['NSPAWN-MEMORY', { '/proc/meminfo': 'MemAvailable:    2000000 kB\n' }, '[]'],
    ['NSPAWN-NO-CGROUPS', { '/proc/self/mountinfo': '' }, '[]'],
    ['NSPAWN-SUBNET-TAKEN', {}, '[{"dst":"10.0.0.0/8","dev":"wg0"}]'],
  ])('says %s', async (code, changes, routes) => {
    expect(await look(host(changes, routes))).toMatchObject({ ok: false, error: { diagnostic: { code } } });
  });
  it('says what disk is missing', async () => {
    expect(await look(host(), { ...want, disk: 30_000 })).toMatchObject({
      ok: false,
      error: { kind: 'exhausted', diagnostic: { code: 'NSPAWN-DISK' } },
    });
  });
  it("does not take its own network for another's, nor its own machines' memory for a lack of it", async () => {
    const own = hostNames('/state').link;
    const standing = host(
      { '/proc/meminfo': 'MemAvailable:    100000 kB\n', '/state/machines/cp-1/image': 'sha256:0' },
      `[{"dst":"10.77.0.0/24","dev":"${own}"}]`,
    );
    expect(await look(standing)).toMatchObject({ ok: true });
  });
});

describe('the API', () => {
  const planned = (controlPlanes: 1 | 3) => {
    const { steps, publishes } = nspawn.plan(
      spec({ machines: { controlPlanes } }),
      sampleGiven('infrastructure'),
      sampleKit('infrastructure'),
    );
    return { api: publishes.api, balancer: steps.find(({ title }) => title === 'Load balancer of the API')?.inputs };
  };
  it('is the one control plane, or a load balancer in front of three', () => {
    expect(planned(1)).toEqual({ api: '10.77.0.11:6443', balancer: undefined });
    const { api, balancer } = planned(3);
    expect(api).toMatchObject({ $path: 'at' });
    expect(balancer).toMatchObject({
      address: '10.77.0.2',
      port: 6443,
      servers: ['10.77.0.11:6443', '10.77.0.12:6443', '10.77.0.13:6443'],
    });
  });
});
