// A cluster of three control planes on this machine: it stands, loses the machine it was founded on, gets it back, and lets a
// worker go. One story: each test goes on from what the one before left.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proves } from '../../src/testkit/index.js';
import { eventually, type Finished, strata, system, traces } from './strata.js';

const provider = 'kubernetes/kubeadm';

describe('three control planes', () => {
  let directory = '';
  let before: readonly string[] = [];
  let kubectlPath = '';

  const state = (...path: readonly string[]): string => join(directory, '.strata', 'three', ...path);
  const kubectl = (...args: readonly string[]): string =>
    system(kubectlPath, '--kubeconfig', state('secrets', 'kubeconfig'), '--request-timeout=5s', ...args);
  const document = (finished: Finished) => JSON.parse(finished.stdout);
  const nodes = (): readonly (readonly [string, string])[] =>
    JSON.parse(kubectl('get', 'nodes', '-o', 'json')).items.map(
      (node: { metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }) => [
        node.metadata.name,
        node.status.conditions.find((c) => c.type === 'Ready')?.status ?? '',
      ],
    );
  const members = (on: string): readonly string[] => {
    const pki = '/etc/kubernetes/pki/etcd';
    const etcdctl = ['etcdctl', `--cacert=${pki}/ca.crt`, `--cert=${pki}/server.crt`, `--key=${pki}/server.key`];
    const lines = kubectl('exec', '-n', 'kube-system', `etcd-${on}`, '--', ...etcdctl, 'member', 'list')
      .trim()
      .split('\n');
    return lines
      .map((line) => line.split(', '))
      .map(([, status, name, , , learner]) => `${name} ${status} ${learner}`)
      .sort();
  };

  const define = (workers: number): void => {
    const platform = ['apiVersion: strata.dev/v1alpha1', 'kind: Platform', 'metadata: { name: three }', 'spec:'];
    const layers = [
      '  image: [{ name: node, use: packer, with: { os: debian-12 } }]',
      '  infrastructure: [{ name: machines, use: nspawn }]',
      '  kubernetes: [{ name: cluster, use: kubeadm }]',
    ];
    writeFileSync(join(directory, 'platform.yaml'), `${[...platform, ...layers].join('\n')}\n`);
    const environment = ['apiVersion: strata.dev/v1alpha1', 'kind: Environment', 'metadata: { name: three }', 'spec:'];
    const machines = `{ machines: { controlPlanes: 3, workers: ${workers} }, subnet: 10.94.0.0/24 }`;
    const changes = [
      `  infrastructure: [{ name: machines, with: ${machines} }]`,
      '  kubernetes: [{ name: cluster, with: { podSubnet: 10.95.0.0/16, serviceSubnet: 10.96.0.0/16 } }]',
    ];
    mkdirSync(join(directory, 'environments'), { recursive: true });
    writeFileSync(join(directory, 'environments', 'three.yaml'), `${[...environment, ...changes].join('\n')}\n`);
  };

  beforeAll(() => {
    if (process.getuid?.() !== 0 || process.platform !== 'linux')
      throw new Error('this test builds machines: it needs root on Linux');
    directory = join(mkdtempSync(join(tmpdir(), 'strata-e2e-')), 'three');
    mkdirSync(directory);
    before = traces();
    define(2);
    console.log(`cluster in ${directory}`);
  });

  afterAll(async () => {
    if (existsSync(state())) await strata('destroy', directory, '--confirm', 'three');
    rmSync(dirname(directory), { recursive: true, force: true });
  });

  test('one command makes them, each a voting member of etcd', async () => {
    const up = await strata('up', directory, '--install', '-o', 'json');
    expect(up.code).toBe(0);
    console.log(`up with three control planes: ${(up.ms / 1000).toFixed(1)} s`);
    const doctor = document(await strata('doctor', directory, '-o', 'json'));
    kubectlPath = doctor.toolchain.tools.find((tool: { name: string }) => tool.name === 'kubectl').location;
    expect(nodes()).toEqual(['cp-1', 'cp-2', 'cp-3', 'worker-1', 'worker-2'].map((name) => [name, 'True']));
    expect(members('cp-1')).toEqual(['cp-1 started false', 'cp-2 started false', 'cp-3 started false']);
    proves({ provider, level: 'real', what: 'three control planes with stacked etcd' });
  });

  test('a second run finds nothing to do', async () => {
    const again = await strata('up', directory, '-o', 'json');
    expect(again.code).toBe(0);
    const phases = document(again).steps.filter((step: { phase: string }) => step.phase !== 'kept');
    expect(phases).toEqual([]);
  });

  test('the API answers, and takes writes, when the machine of the first control plane is killed', async () => {
    const [pid = ''] = readFileSync(state('daemons', 'machine-cp-1'), 'utf8').split(' ');
    const child = (of: string): string => system('pgrep', '-P', of).trim();
    const killed = Date.now();
    // Below the daemon is systemd-nspawn, below that the machine's own first process: with it everything in the machine
    // dies at once, as when the power goes.
    process.kill(Number(child(child(pid))), 'SIGKILL');
    await eventually(30, 'the API answers without cp-1', () => {
      kubectl('create', 'configmap', 'written-without-cp-1', '--from-literal=at=once');
      return true;
    });
    console.log(`the API took a write ${((Date.now() - killed) / 1000).toFixed(1)} s after its first control plane was killed`);
    await eventually(120, 'cp-1 counts as lost', () =>
      nodes().some(([name, ready]) => name === 'cp-1' && ready !== 'True') ? true : undefined,
    );
    // For a minute's worth of calls: no server that is gone is asked.
    for (let call = 0; call < 20; call += 1) kubectl('get', 'configmap', 'written-without-cp-1');
    proves({ provider, level: 'real', what: 'the API answers while one of three control planes is away' });
  });

  test('the machine is brought back, and is the member it was', async () => {
    expect((await strata('up', directory, '-o', 'json')).code).toBe(0);
    expect(nodes().filter(([, ready]) => ready === 'True')).toHaveLength(5);
    expect(members('cp-1')).toEqual(['cp-1 started false', 'cp-2 started false', 'cp-3 started false']);
    expect(kubectl('get', 'configmap', 'written-without-cp-1', '-o', 'jsonpath={.data.at}')).toBe('once');
  });

  test('a worker that is no longer asked for is drained and leaves', async () => {
    define(1);
    expect((await strata('up', directory, '-o', 'json')).code).toBe(0);
    expect(nodes().map(([name]) => name)).toEqual(['cp-1', 'cp-2', 'cp-3', 'worker-1']);
    expect(existsSync(state('machines', 'worker-2'))).toBe(false);
    proves({ provider, level: 'real', what: 'a worker leaves' });
  });

  test('destroy leaves nothing', async () => {
    expect((await strata('destroy', directory, '--confirm', 'three')).code).toBe(0);
    expect(existsSync(state())).toBe(false);
    // Other tests of this machine have folders of their own.
    const foreign = (line: string): boolean => line.includes(join(tmpdir(), 'strata-')) && !line.includes(dirname(directory));
    expect(traces().filter((line) => !before.includes(line) && !foreign(line))).toEqual([]);
  });
});
