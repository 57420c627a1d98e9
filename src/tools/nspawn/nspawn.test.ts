import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPuppet } from '../../testkit/index.js';
import { bootDaemon, cgroupFacts, enterScript, killRest, overlayCommand, placeOf, processesIn } from './index.js';

const mount = (point: string, type: string) => ({ point, type });
const scope = { signal: new AbortController().signal, emit: () => {} };

describe('control groups', () => {
  const v1 = [
    mount('/sys/fs/cgroup/memory', 'cgroup'),
    mount('/sys/fs/cgroup/cpu,cpuacct', 'cgroup'),
    mount('/sys/fs/cgroup/unified', 'cgroup2'),
  ];
  it('of version 1 are all hierarchies, the hybrid one included', () => {
    expect(cgroupFacts(v1, false)).toEqual({
      version: 'v1',
      roots: ['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified'],
      manager: 'own',
    });
  });
  it('of version 2 are one', () => {
    expect(cgroupFacts([mount('/sys/fs/cgroup', 'cgroup2')], true)).toEqual({
      version: 'v2',
      roots: ['/sys/fs/cgroup'],
      manager: 'systemd',
    });
  });
  it('may not be there', () => {
    expect(cgroupFacts([mount('/', 'ext4')], true)).toBeUndefined();
  });
  it('are found again under the name systemd gives them', () => {
    const facts = { version: 'v2', roots: ['/sys/fs/cgroup'], manager: 'systemd' } as const;
    expect(placeOf(facts, 'strata-1a-cp-1').folders).toEqual([
      '/sys/fs/cgroup/machine.slice/machine-strata\\x2d1a\\x2dcp\\x2d1.scope',
    ]);
    expect(placeOf({ ...facts, manager: 'own' }, 'strata-1a-cp-1').folders).toEqual(['/sys/fs/cgroup/strata-1a-cp-1']);
  });
  it('tell their processes at any depth', async () => {
    const puppet = createPuppet();
    const put = (path: string, body: string) => puppet.state.files.set(path, { body, mode: 0o644 });
    put('/sys/fs/cgroup/pids/m/cgroup.procs', '7\n0\n');
    put('/sys/fs/cgroup/pids/m/pids.max', 'max');
    put('/sys/fs/cgroup/pids/m/system.slice/ssh.service/cgroup.procs', '9\n');
    expect([...(await processesIn(puppet.reader(scope), '/sys/fs/cgroup/pids/m'))].sort()).toEqual([0, 7, 9]);
    const killed: string[] = [];
    puppet.tool('kill', { version: 'procps 4.0.2', recorded: '2026-11-24' }).answer((args) => {
      killed.push(...args.slice(1));
      puppet.state.files.delete('/sys/fs/cgroup/pids/m/cgroup.procs');
      puppet.state.files.delete('/sys/fs/cgroup/pids/m/system.slice/ssh.service/cgroup.procs');
      return {};
    });
    expect(
      await killRest(puppet.world(scope), 'm', { manager: 'own', folders: ['/sys/fs/cgroup/pids/m', '/sys/fs/cgroup/cpu/m'] }),
    ).toMatchObject({ ok: true });
    expect(killed.sort()).toEqual(['7', '9']);
  });
});

describe('entering control groups', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'groups-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const enter = (...args: readonly string[]) =>
    execFileSync('/bin/sh', ['-c', enterScript, 'enter', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  it('runs the command as a member of every group', () => {
    const said = enter('-', '-', `${root}/a/m`, `${root}/b/m`, '--', '/bin/sh', '-c', 'echo $PPID "$1"', 'sh', 'a b');
    const [pid] = said.split(' ');
    expect(said).toBe(`${pid} a b\n`);
    expect(readFileSync(`${root}/a/m/cgroup.procs`, 'utf8').trim()).toBe(pid);
    expect(readFileSync(`${root}/b/m/cgroup.procs`, 'utf8').trim()).toBe(pid);
  });
  it('boots again as often as the machine asks for it', () => {
    const script = 'echo x >> "$1"; [ "$(wc -l < "$1")" -lt 3 ] && exit 133; exit 0';
    enter('-', '-', `${root}/m`, '--', '/bin/sh', '-c', script, 'sh', `${root}/boots`);
    expect(readFileSync(`${root}/boots`, 'utf8')).toBe('x\nx\nx\n');
  });
  it('sets limits where the group has them', () => {
    mkdirSync(`${root}/m`);
    writeFileSync(`${root}/m/memory.max`, 'max\n');
    writeFileSync(`${root}/m/cpu.max`, 'max 100000\n');
    enter('1048576', '150000', `${root}/m`, '--', '/bin/true');
    expect(readFileSync(`${root}/m/memory.max`, 'utf8')).toBe('1048576\n');
    expect(readFileSync(`${root}/m/cpu.max`, 'utf8')).toBe('150000 100000\n');
  });
});

describe('booting', () => {
  const boot = {
    machine: 'strata-1a-cp-1',
    hostname: 'cp-1',
    root: '/s/machines/cp-1/root',
    namespace: '/s/net/namespace',
    bridge: 'br0',
    binds: [{ from: '/s/a:b/data', to: '/var/lib/etcd' }],
    memoryBytes: 2 ** 30,
  };
  it('enters groups of its own where nobody hands them out', () => {
    const daemon = bootDaemon('machine-cp-1', {
      ...boot,
      cgroup: { manager: 'own', folders: ['/sys/fs/cgroup/strata-1a-cp-1'] },
    });
    expect(daemon.tool).toBe('sh');
    expect(daemon.args.slice(2, 10)).toEqual([
      'enter-cgroup',
      '1073741824',
      '-',
      '/sys/fs/cgroup/strata-1a-cp-1',
      '--',
      'nsenter',
      '--net=/s/net/namespace',
      '--',
    ]);
    expect(daemon.args).toContain('--keep-unit');
    expect(daemon.args).toContain('--bind=/s/a\\:b/data:/var/lib/etcd');
  });
  it('lets systemd make a scope with the limits where it runs the host', () => {
    const daemon = bootDaemon('machine-cp-1', { ...boot, cpus: 1.5, cgroup: { manager: 'systemd', folders: [] } });
    expect(daemon.tool).toBe('nsenter');
    expect(daemon.args).not.toContain('--keep-unit');
    expect(daemon.args).toContain('--property=MemoryMax=1073741824');
    expect(daemon.args).toContain('--property=CPUQuota=150%');
  });
  it('mounts folders of any name', () => {
    const { args } = overlayCommand({ lower: '/a,b', upper: '/u:1', work: '/w', root: '/r' });
    expect(args).toEqual(['-t', 'overlay', 'overlay', '-o', 'lowerdir=/a\\,b,upperdir=/u\\:1,workdir=/w', '/r']);
  });
});
