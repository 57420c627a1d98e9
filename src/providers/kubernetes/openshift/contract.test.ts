import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Given, Node, Output, Step } from '../../../model/index.js';
import { contract, createPuppet, memoryJournal, type Puppet, runOnce, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { toYaml } from '../../../tools/document/index.js';
import { agentConfig, type ClusterFacts, documents, installConfig } from './documents.js';
import { openshift } from './index.js';
import { kubernetesOf, releaseStep } from './release.js';
import { AgentConfig, InstallConfig, misfits } from './schema.js';
import { OpenshiftSpec } from './spec.js';
import { mirrorObjects } from './steps/mirrors.js';

// Answers as documented, never recorded: neither the installer nor a cluster of it can be had here.
const origin = { version: 'documented: OpenShift 4.20, installer v1.5.0-alpha.2', recorded: '2026-11-24' };
const catalog = join(import.meta.dirname, '../../../../catalog/kubernetes/openshift');
const text = (name: string): string => readFileSync(join(catalog, name), 'utf8');
const templates = { install: text('install-config.yaml'), agent: text('agent-config.yaml') };
const authority = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const files = {
  'catalog:kubernetes/openshift/install-config.yaml': templates.install,
  'catalog:kubernetes/openshift/agent-config.yaml': templates.agent,
  'catalog:kubernetes/openshift/mirrors.yaml': text('mirrors.yaml'),
  'project:authority.pem': authority,
};
const host = (n: number) => ({ mac: `52:54:00:00:00:0${n}`, network: { gateway: '10.77.0.1', dns: ['10.77.0.2'] } });
const base = {
  machineNetwork: '10.77.0.0/24',
  pullSecret: { file: 'pull-secret.json' },
  sshKey: { file: 'core.pub' },
};
const mirrors = [
  { source: 'quay.io/openshift-release-dev/ocp-release', mirrors: ['mirror.example.org/openshift/release-images'] },
];
const closed = {
  ...base,
  platform: 'baremetal',
  apiVip: '10.77.0.100',
  ingressVip: '10.77.0.101',
  hosts: {
    'cp-1': host(1),
    'cp-2': host(2),
    'cp-3': host(3),
    'worker-1': { mac: '52:54:00:00:00:09', disk: { deviceName: '/dev/sda' } },
  },
  mirrors,
  trustBundle: 'authority.pem',
  fips: true,
  proxy: { http: 'http://proxy.example.org:3128', except: ['.example.org', '10.77.0.0/24'] },
  ntp: ['10.77.0.2'],
};

const sample = sampleGiven('kubernetes');
const machine = (name: string, role: Node['role'], last: number): Node => ({
  ...(sample.infrastructure.nodes as readonly Node[])[0]!,
  name,
  role,
  address: `10.77.0.${last}`,
});
const planes = [1, 2, 3].map((n) => machine(`cp-${n}`, 'control-plane', 10 + n));
const given = (nodes: readonly Node[] = [...planes, machine('worker-1', 'worker', 21)]): Given<'kubernetes'> => ({
  ...sample,
  infrastructure: { ...sample.infrastructure, nodes },
});

/** An installer that writes what the real one writes, and machines that boot as soon as there is a medium. */
class Played {
  installer = '4.20.8';
  boots = true;
  up = false;
  installed = false;
  version = '4.20.8';
  channel = 'stable-4.20';
  offered = ['4.20.10', '4.21.3'];
  risky: readonly string[] = [];
  degraded: string | undefined;
  rolling: string | undefined;
  blocked: string | undefined;
  images = 0;
  asked: readonly string[] = [];
  readonly told = new Map<string, { readonly kind: string }>();

  constructor(readonly puppet: Puppet) {
    puppet.state.files.set('/project/pull-secret.json', {
      body: '{\n  "auths": { "quay.io": { "auth": "c2VjcmV0LXB1bGw=" } }\n}',
      mode: 0o600,
    });
    puppet.state.files.set('/project/core.pub', { body: 'ecdsa-sha2-nistp384 AAAACORE core', mode: 0o644 });
    puppet.tool('openshift-install', origin).answer((args) => this.install(args));
    puppet.tool('kubectl', origin).answer((args, { stdin }) => this.kubectl(args, typeof stdin === 'string' ? stdin : ''));
    puppet.answerHttp(({ url }) =>
      url.includes(':8090/') && this.boots && this.images > 0 && !this.installed
        ? { status: 401, headers: {}, body: '' }
        : undefined,
    );
  }

  private install(args: readonly string[]): Partial<Output> {
    if (args[0] === 'version')
      return { stdout: `openshift-install ${this.installer}\nbuilt from commit 0\nrelease image quay.io/x@sha256:0\n` };
    const folder = args[args.indexOf('--dir') + 1] ?? '';
    const { files: disk } = this.puppet.state;
    if (args[1] === 'wait-for') return this.wait(args[2] ?? '');
    const install = parse(disk.get(`${folder}/install-config.yaml`)?.body ?? '');
    const agent = parse(disk.get(`${folder}/agent-config.yaml`)?.body ?? '');
    const wrong = [...misfits(InstallConfig, install), ...misfits(AgentConfig, agent)];
    if (wrong.length > 0) return { code: 1, stderr: `FATAL failed to load: ${wrong.join(', ')}` };
    for (const name of ['install-config.yaml', 'agent-config.yaml']) disk.delete(`${folder}/${name}`);
    disk.set(`${folder}/agent.x86_64.iso`, { body: 'iso', mode: 0o644 });
    disk.set(`${folder}/auth/kubeconfig`, { body: 'kind: Config # s3cr3t of the administrator', mode: 0o600 });
    disk.set(`${folder}/auth/kubeadmin-password`, { body: 'Abcde-Fghij-Klmno-Pqrst', mode: 0o600 });
    this.images += 1;
    return {};
  }

  private wait(milestone: string): Partial<Output> {
    if (!this.boots) return { code: 2, stderr: 'ERROR Bootstrap failed to complete: timed out waiting for the condition' };
    this.up = true;
    if (milestone === 'install-complete') this.installed = true;
    return { stdout: 'INFO cluster bootstrap is complete\n' };
  }

  private kubectl(args: readonly string[], stdin: string): Partial<Output> {
    if (!this.up)
      return { code: 1, stderr: 'Unable to connect to the server: dial tcp: lookup api.test.test.internal: no such host' };
    const at = args.findIndex((arg) => ['get', 'patch', 'apply'].includes(arg));
    const [verb, kind = '', ...rest] = args.slice(at);
    if (verb === 'patch') this.patched(rest[rest.indexOf('-p') + 1] ?? '{}');
    if (verb === 'apply') for (const document of parseAllDocuments(stdin)) this.told.set(document.toJS().kind, document.toJS());
    if (verb !== 'get') return {};
    if (stdin !== '') return { stdout: JSON.stringify({ items: [...this.told.values()] }) };
    if (kind === '--raw') return { stdout: 'ok' };
    const found = this.objects(kind);
    return { stdout: found.length === 0 ? '' : JSON.stringify({ items: found }) };
  }

  private patched(patch: string): void {
    this.asked = [...this.asked, patch];
    const { spec } = JSON.parse(patch) as { spec: { channel?: string; desiredUpdate?: { version?: string; image?: string } } }; // our own patch
    this.channel = spec.channel ?? this.channel;
    const { version, image } = spec.desiredUpdate ?? {};
    this.version = version ?? (image === undefined ? this.version : '4.20.10');
  }

  private objects(kind: string): readonly object[] {
    const yes = (type: string) => ({ type, status: 'True' });
    if (kind === 'configmaps') return [{ kind: 'ConfigMap', metadata: { name: 'bootstrap' }, data: { status: 'complete' } }];
    if (kind === 'nodes')
      return ['cp-1', 'cp-2', 'cp-3', 'worker-1'].map((name) => ({
        kind: 'Node',
        metadata: { name },
        status: { conditions: [yes('Ready')], nodeInfo: { kubeletVersion: 'v1.33.6' } },
      }));
    if (kind.startsWith('machineconfigpools'))
      return ['master', 'worker'].map((name) => ({
        kind: 'MachineConfigPool',
        metadata: { name },
        status: { conditions: [{ type: 'Updated', status: name === this.rolling ? 'False' : 'True' }] },
      }));
    if (kind.startsWith('clusteroperators'))
      return ['etcd', 'ingress'].map((name) => ({
        kind: 'ClusterOperator',
        metadata: { name },
        status: { conditions: [yes('Available'), { type: 'Degraded', status: name === this.degraded ? 'True' : 'False' }] },
      }));
    return kind.startsWith('clusterversions') && this.installed ? [this.clusterVersion()] : [];
  }

  private clusterVersion(): object {
    const upgradeable = this.blocked === undefined ? [] : [{ type: 'Upgradeable', status: 'False', message: this.blocked }];
    return {
      kind: 'ClusterVersion',
      metadata: { name: 'version' },
      spec: { channel: this.channel },
      status: {
        desired: { version: this.version },
        history: [{ state: 'Completed', version: this.version }],
        availableUpdates: this.offered.map((version) => ({ version })),
        conditionalUpdates: this.risky.map((version) => ({
          release: { version },
          conditions: [{ type: 'Recommended', status: 'False', message: 'may lose packets on some network cards' }],
        })),
        conditions: [{ type: 'Available', status: 'True' }, ...upgradeable],
      },
    };
  }
}

// The sample machines of other providers have one control plane with workers, which this installer refuses.
const onThree = {
  ...openshift,
  plan: (spec: OpenshiftSpec, _given: unknown, kit: Parameters<typeof openshift.plan>[2]) => openshift.plan(spec, given(), kit),
};
contract({
  provider: onThree,
  folder: import.meta.dirname,
  specs: { open: base, closed },
  files,
  machine: () => new Played(createPuppet()).puppet,
});

function steps(changes: object = {}, nodes?: readonly Node[]): readonly Step[] {
  const spec = Value.Default(OpenshiftSpec, structuredClone({ ...base, ...changes })) as OpenshiftSpec; // filled from its own schema
  expect([...Value.Errors(OpenshiftSpec, spec)]).toEqual([]);
  const kit = sampleKit('kubernetes', files);
  const planned = openshift.plan(spec, given(nodes), kit).steps; // the toolchain is known once all is planned
  return [...kit.toolchain(), ...planned];
}

async function standing() {
  const played = new Played(createPuppet());
  const journal = memoryJournal();
  const run = async (changes: object = {}) => {
    const done = await runOnce({ steps: steps(changes), worlds: played.puppet, journal });
    return { ...done, told: JSON.stringify(done.events) };
  };
  expect((await run()).run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  return { played, run, journal };
}

describe('a cluster that stands', () => {
  test('goes up a minor version in the channel of that version', async () => {
    const { played, run } = await standing();
    expect((await run({ version: '4.21.3' })).run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(played.asked.map((one) => JSON.parse(one).spec)).toEqual([
      { channel: 'stable-4.21' },
      { desiredUpdate: { version: '4.21.3' } },
    ]);
    expect(played.images).toBe(1);
  });
  test.each([
    ['4.22.1', 'OPENSHIFT-UPDATE-EUS', 'goes over 4.21'],
    ['4.23.0', 'OPENSHIFT-UPDATE-SKIPS', 'would skip a minor version'],
    ['4.19.9', 'OPENSHIFT-UPDATE-BACK', 'no way back'],
    ['4.20.9', 'OPENSHIFT-UPDATE-NOT-OFFERED', 'does not name it'],
  ])('does not go to %s: %s', async (version, code, said) => {
    const { played, run } = await standing();
    const { told } = await run({ version });
    expect(told).toContain(code);
    expect(told).toContain(said);
    expect(played.asked.filter((one) => one.includes('desiredUpdate'))).toEqual([]);
  });
  test('does not go where risks are known, and says which', async () => {
    const { played, run } = await standing();
    played.risky = ['4.20.11'];
    expect((await run({ version: '4.20.11' })).told).toContain('may lose packets on some network cards');
  });
  test('does not go to a next minor version while an operator says no', async () => {
    const { played, run } = await standing();
    played.blocked = 'Kubernetes 1.34 removes APIs, an acknowledgement is needed';
    expect((await run({ version: '4.21.3' })).told).toContain('OPENSHIFT-UPDATE-BLOCKED');
    expect(played.asked).toEqual([]);
  });
  test('without a way out goes to a release named by its digest', async () => {
    const { played, run } = await standing();
    played.offered = [];
    const updateImage = `mirror.example.org/openshift/release-images@sha256:${'1'.repeat(64)}`;
    const going = run({ version: '4.20.10', updateImage });
    await going;
    expect(played.asked.map((one) => JSON.parse(one).spec)).toEqual([{ desiredUpdate: { image: updateImage, force: false } }]);
  }, 60_000);
  test('gets no new medium for a changed definition: what is fixed is named', async () => {
    const { played, run } = await standing();
    const { told } = await run({ podSubnet: '10.132.0.0/14' });
    expect(told).toContain('OPENSHIFT-FIXED');
    expect(told).toContain('install-config.networking.clusterNetwork.0.cidr');
    expect(played.images).toBe(1);
  });
  test('claims only what was seen', async () => {
    const { journal } = await standing();
    const told = new TextDecoder().decode(journal.bytes());
    expect(told).toMatch(/All 4 machines were booted from the medium","verdict":"not-checked"/);
    expect(told).toMatch(/StorageClass lvms-vg1: an operator has to bring it[^"]*","verdict":"not-checked"/);
  });
});

describe('before there is a cluster', () => {
  const run = async (played: Played, changes: object = {}, nodes?: readonly Node[]) =>
    JSON.stringify((await runOnce({ steps: steps(changes, nodes), worlds: played.puppet })).events);
  test('machines that do not boot are waited for, and where the medium lies is said', async () => {
    const played = new Played(createPuppet());
    played.boots = false;
    const told = await run(played, { bootMinutes: 1 });
    expect(told).toContain('OPENSHIFT-NOT-BOOTED');
    expect(told).toContain('/state/openshift/assets/agent.x86_64.iso');
    expect(told).not.toContain('bootstrap-complete');
  });
  test('an installer of another version is not run', async () => {
    const played = new Played(createPuppet());
    played.installer = '4.19.2';
    expect(await run(played)).toContain('OPENSHIFT-INSTALLER-VERSION');
    expect(played.images).toBe(0);
  });
  test('a pull secret that is none is refused', async () => {
    const played = new Played(createPuppet());
    played.puppet.state.files.set('/project/pull-secret.json', { body: 'token', mode: 0o600 });
    expect(await run(played)).toContain('OPENSHIFT-PULL-SECRET');
  });
  test('a key that machines in FIPS mode do not take is refused', async () => {
    const played = new Played(createPuppet());
    played.puppet.state.files.set('/project/core.pub', { body: 'ssh-ed25519 AAAACORE core', mode: 0o644 });
    expect(await run(played, { fips: true })).toContain('OPENSHIFT-KEY-FIPS');
    expect(await run(played)).not.toContain('OPENSHIFT-KEY-FIPS');
  });
  test('a mirror without a login in the pull secret is said', async () => {
    expect(await run(new Played(createPuppet()), { mirrors })).toContain('no login for the mirror mirror.example.org');
  });
  test('a medium older than a day is made anew', async () => {
    const played = new Played(createPuppet());
    played.boots = false;
    const journal = memoryJournal();
    await runOnce({ steps: steps({ bootMinutes: 1 }), worlds: played.puppet, journal });
    const iso = '/state/openshift/assets/agent.x86_64.iso';
    const { puppet } = played;
    const aged = (world: ReturnType<Puppet['reader']>) => ({
      ...world,
      stat: async (path: string) => {
        const stat = await world.stat(path);
        return stat && path === iso && played.images === 1 ? { ...stat, modifiedMs: stat.modifiedMs - 25 * 3_600_000 } : stat;
      },
    });
    played.boots = true;
    const worlds = {
      reader: (scope: Parameters<Puppet['reader']>[0]) => aged(puppet.reader(scope)),
      world: (scope: Parameters<Puppet['world']>[0]) => ({ ...puppet.world(scope), stat: aged(puppet.world(scope)).stat }),
    };
    expect((await runOnce({ steps: steps({ bootMinutes: 1 }), worlds, journal })).run).toMatchObject({
      ok: true,
      value: { verdict: 'ok' },
    });
    expect(played.images).toBe(2);
  });
  test.each([
    ['two control planes', {}, planes.slice(0, 2), 'it has 2 control planes'],
    ['workers beside one', {}, [planes[0]!, machine('worker-1', 'worker', 21)], 'there can be no workers'],
    [
      'a single machine with addresses of its own',
      { ...closed, hosts: {} },
      planes.slice(0, 1),
      'needs platform none or external',
    ],
    ['no address for the ingress', { platform: 'baremetal', apiVip: '10.77.0.100' }, undefined, 'needs `ingressVip`'],
    [
      'the API at a machine of its own',
      { platform: 'baremetal', ingressVip: '10.77.0.101' },
      undefined,
      "is a machine's own address",
    ],
    ['machines elsewhere', { machineNetwork: '10.99.0.0/24' }, undefined, '10.77.0.11 is not in 10.99.0.0/24'],
    ['ranges that overlap', { serviceSubnet: '10.128.64.0/18' }, undefined, 'share addresses'],
    ['a machine nobody makes', { hosts: { 'cp-9': host(9) } }, undefined, 'no machine cp-9'],
  ])('%s: refused before the installer runs', async (_what, changes, nodes, said) => {
    const played = new Played(createPuppet());
    const told = await run(played, changes, nodes);
    expect(told).toContain('OPENSHIFT-LAYOUT');
    expect(told).toContain(said);
    expect(played.images).toBe(0);
  });
  test('machines that do not take the mirrors over are waited for, and their pool is named', async () => {
    const played = new Played(createPuppet());
    played.rolling = 'worker';
    const told = await run(played);
    expect(told).toContain('OPENSHIFT-MACHINES-ROLL');
    expect(told).toContain('pool worker');
  });
  test('operators that are not well are named', async () => {
    const played = new Played(createPuppet());
    played.degraded = 'ingress';
    expect(await run(played)).toContain('operator ingress is Degraded');
  });
});

test.each([
  ['4.20.8', '4.20.8', 'same'],
  ['4.20.8', '4.20.9', 'patch'],
  ['4.20.8', '4.21.0', 'minor'],
  ['4.18.1', '4.20.8', 'eus'],
  ['4.19.1', '4.21.0', 'skips'],
  ['4.20.8', '4.20.7', 'back'],
])('from %s to %s: %s', (from, to, step) => expect(releaseStep(from, to)).toBe(step));
test('a release carries its Kubernetes', () => expect(kubernetesOf('4.20.8')).toBe('v1.33'));

const factsFor = (changes: object, machines = [...planes, machine('worker-1', 'worker', 21)]): ClusterFacts => ({
  ...(Value.Default(OpenshiftSpec, structuredClone({ ...base, ...changes })) as OpenshiftSpec), // filled from its own schema
  name: 'prod',
  baseDomain: 'example.org',
  machines: machines.map(({ name, role, address }) => ({ name, role, address })),
  api: '10.77.0.100:6443',
  trustBundle: 'trustBundle' in changes ? authority : '',
  templates,
});
test.each([
  ['none', factsFor({})],
  ['single', factsFor({ platform: 'external' }, planes.slice(0, 1))],
  ['baremetal-closed', factsFor(closed)],
])('the files of a cluster: %s', async (name, facts) => {
  const made = documents(facts);
  const [install, agent] = [installConfig(facts, { pullSecret: '{}', sshKey: 'x' }), agentConfig(facts)];
  expect(misfits(InstallConfig, install.ok && install.value)).toEqual([]);
  expect(misfits(AgentConfig, agent.ok && agent.value)).toEqual([]);
  await expect(made.ok ? made.value[0] : '').toMatchFileSnapshot(`cases/${name}-install-config.yaml`);
  await expect(made.ok ? made.value[1] : '').toMatchFileSnapshot(`cases/${name}-agent-config.yaml`);
});
test('a field the installer does not know is found', () => {
  const made = installConfig(factsFor({}), { pullSecret: '{}', sshKey: 'x' });
  expect(misfits(InstallConfig, { ...(made.ok ? made.value : {}), sshkey: 'x' })).not.toEqual([]);
});
test('ejected, it is the two files of the installer without secrets', async () => {
  const kit = sampleKit('kubernetes', files);
  const spec = Value.Default(OpenshiftSpec, structuredClone(base)) as OpenshiftSpec; // filled from its own schema
  const first = { ...planes[0]!, address: { $step: 'infrastructure/m/cp-1', $path: 'address' } };
  const later = {
    ...sample,
    infrastructure: { ...sample.infrastructure, nodes: [first, ...planes.slice(1)] },
  } as unknown as Given<'kubernetes'>; // one address still to come
  const ejection = openshift.eject?.(spec, later, kit, {});
  expect(JSON.stringify(ejection)).not.toContain('withheld');
  await expect(stringify(ejection)).toMatchFileSnapshot('cases/ejected.yaml');
});

test('machines are told of the registry like this', async () => {
  await expect(toYaml(mirrorObjects({ registry: '10.77.0.2:5000', template: text('mirrors.yaml') }))).toMatchFileSnapshot(
    'cases/mirrors.yaml',
  );
});
