import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Command, Output, Step } from '../../../model/index.js';
import {
  contract,
  createPuppet,
  type Deed,
  memoryJournal,
  type Puppet,
  runOnce,
  sampleGiven,
  sampleKit,
} from '../../../testkit/index.js';
import { tanzu } from './index.js';
import { type ClusterFacts, clusterText } from './manifest.js';
import { TanzuSpec } from './spec.js';

// Answers as documented, never recorded: the shapes of sigs.k8s.io/cluster-api v1.14.2 and of the Supervisor's documentation.
const origin = { version: 'documented: vSphere Kubernetes Service 3.4, Cluster API v1.14.2', recorded: '2026-11-24' };
const catalog = join(import.meta.dirname, '../../../../catalog/kubernetes/tanzu');
const template = (api: string): string => readFileSync(join(catalog, `cluster-${api}.yaml`), 'utf8');
const files = {
  'catalog:kubernetes/tanzu/cluster-v1beta1.yaml': template('v1beta1'),
  'catalog:kubernetes/tanzu/cluster-v1beta2.yaml': template('v1beta2'),
};
const kubeconfig = (name: string): string =>
  `apiVersion: v1\nkind: Config\nclusters: [{ name: ${name} }]\nusers: [{ name: s3cr3t-of-${name} }]\n`;
const base = {
  supervisor: { file: 'supervisor.kubeconfig' },
  namespace: 'platform',
  vmClass: 'guaranteed-medium',
  storageClass: 'vsan-default',
  pools: [{ name: 'workers', replicas: 2 }],
};

interface Thing {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly metadata: { readonly name: string; readonly [more: string]: unknown };
  readonly spec?: { readonly [more: string]: unknown };
  readonly [more: string]: unknown;
}
interface Topology {
  version: string;
  class?: string;
  controlPlane: { replicas: number };
  workers: { machineDeployments: readonly { name: string; replicas: number }[] };
}

/** A Supervisor that makes machines at once, or never. */
class Supervisor {
  readonly things = new Map<string, Thing>();
  stuck = false;
  releases = ['v1.32.10+vmware.1-fips', 'v1.33.6+vmware.1-fips', 'v1.34.2+vmware.1-fips', 'v1.35.0+vmware.1-fips'];

  run(args: readonly string[], stdin: string): Partial<Output> {
    const own = args.includes('secret:kubeconfig');
    const at = args.findIndex((arg) => ['get', 'apply', 'delete'].includes(arg));
    const [verb, ...rest] = args.slice(at);
    if (verb === 'apply') for (const document of parseAllDocuments(stdin)) this.made(document.toJS());
    if (verb === 'delete') this.things.clear();
    if (verb !== 'get') return {};
    const found = own ? this.inside(rest) : rest.includes('-f') ? this.cluster(stdin) : this.listed(rest);
    return { stdout: found.length === 0 ? '' : JSON.stringify({ items: found }) };
  }

  private made(cluster: Thing): void {
    const ready = [
      'Ready',
      'ControlPlaneReady',
      'InfrastructureReady',
      'Available',
      'ControlPlaneAvailable',
      'TopologyReconciled',
    ];
    const conditions = this.stuck
      ? [{ type: 'Ready', status: 'False', reason: 'ScalingUp', message: 'no host has room for the VM class' }]
      : ready.map((type) => ({ type, status: 'True' }));
    this.things.set('Cluster', { ...cluster, status: { conditions } });
    const { version, controlPlane, workers } = cluster.spec!.topology as Topology; // what our own manifest holds
    for (const key of [...this.things.keys()]) if (key.startsWith('Machine/')) this.things.delete(key);
    const count = workers.machineDeployments.reduce((sum, { replicas }) => sum + replicas, controlPlane.replicas);
    for (let n = 0; n < (this.stuck ? 0 : count); n += 1)
      this.things.set(`Machine/${n}`, {
        kind: 'Machine',
        metadata: { name: `m-${n}` },
        spec: { version },
        status: { phase: 'Running' },
      });
    const value = Buffer.from(kubeconfig('workload')).toString('base64');
    this.things.set('Secret', {
      kind: 'Secret',
      metadata: { name: 'test-test-kubeconfig', resourceVersion: '7' },
      data: { value },
    });
  }

  private cluster(stdin: string): readonly Thing[] {
    const [found, asked] = [this.things.get('Cluster'), parse(stdin) as Thing];
    return found !== undefined && found.metadata.name === asked.metadata.name ? [found] : [];
  }

  private listed([kinds = '']: readonly string[]): readonly Thing[] {
    const of = (kind: string) => [...this.things.values()].filter((thing) => thing.kind === kind);
    if (kinds.startsWith('clusterclasses')) return [{ kind: 'ClusterClass', metadata: { name: 'builtin-generic-v3.4.0' } }];
    if (kinds.startsWith('kubernetesreleases'))
      return this.releases.map((version) => ({
        kind: 'KubernetesRelease',
        metadata: { name: version.replace('+', '---') },
        spec: { version },
        status: {
          conditions: [
            { type: 'Ready', status: 'True' },
            { type: 'Compatible', status: version.startsWith('v1.35') ? 'False' : 'True' },
          ],
        },
      }));
    return kinds.startsWith('machines')
      ? of('Machine')
      : kinds === 'secrets'
        ? of('Secret')
        : kinds.startsWith('clusters')
          ? of('Cluster')
          : [];
  }

  private inside([kinds]: readonly string[]): readonly Thing[] {
    if (kinds === 'storageclasses') return [{ kind: 'StorageClass', metadata: { name: 'vsan-default' } }];
    return [...this.things.values()]
      .filter(({ kind }) => kind === 'Machine')
      .map(({ metadata, spec }) => ({
        kind: 'Node',
        metadata,
        status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: spec?.version } },
      }));
  }
}

function machine(supervisor = new Supervisor()): Puppet {
  const puppet = createPuppet();
  puppet.state.files.set('/project/supervisor.kubeconfig', { body: kubeconfig('supervisor'), mode: 0o600 });
  puppet.tool('kubectl', origin).answer((args, { stdin }) => supervisor.run(args, text(puppet, stdin)));
  return puppet;
}
const text = (puppet: Puppet, stdin: Command['stdin']): string =>
  stdin === undefined ? '' : typeof stdin === 'string' ? stdin : (puppet.state.secrets.get(stdin.$secret) ?? '');

contract({
  provider: tanzu,
  folder: import.meta.dirname,
  specs: { plain: base, new: { ...base, api: 'v1beta2', controlPlanes: 1, os: 'ubuntu' } },
  files,
  machine,
});

function steps(changes: object = {}): readonly Step[] {
  const spec = Value.Default(TanzuSpec, structuredClone({ ...base, ...changes })) as TanzuSpec; // filled from its own schema
  expect([...Value.Errors(TanzuSpec, spec)]).toEqual([]);
  const kit = sampleKit('kubernetes', files);
  const planned = tanzu.plan(spec, sampleGiven('kubernetes'), kit).steps; // the toolchain is known once all is planned
  return [...kit.toolchain(), ...planned];
}
const applied = (deeds: readonly Deed[]) => deeds.filter(({ what }) => what.includes(' apply ')).length;

/** What went wrong in a run. */
async function trouble(puppet: Puppet, changes: object, journal = memoryJournal()) {
  const { events } = await runOnce({ steps: steps(changes), worlds: puppet, journal });
  return JSON.stringify(events);
}

const topologyOf = (supervisor: Supervisor): Topology => supervisor.things.get('Cluster')!.spec!.topology as Topology; // what our own manifest holds

describe('a cluster that stands', () => {
  const standing = async (version = 'v1.33.6+vmware.1-fips') => {
    const supervisor = new Supervisor();
    const [puppet, journal] = [machine(supervisor), memoryJournal()];
    const first = await runOnce({ steps: steps({ version }), worlds: puppet, journal });
    expect(first.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    return { supervisor, puppet, journal };
  };
  test('goes up one minor version, and no machine of it stays behind', async () => {
    const { puppet, journal, supervisor } = await standing();
    const up = await runOnce({ steps: steps({ version: 'v1.34.2+vmware.1-fips' }), worlds: puppet, journal });
    expect(up.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(topologyOf(supervisor).version).toBe('v1.34.2+vmware.1-fips');
  });
  test.each([
    ['v1.34.2+vmware.1-fips', 'v1.32.10+vmware.1-fips', '1.33 comes between'],
    ['v1.33.6+vmware.1-fips', 'v1.34.2+vmware.1-fips', 'older, and there is no way back'],
  ])('is not moved to %s from %s', async (to, from, said) => {
    const { puppet, journal } = await standing(from);
    const before = applied(puppet.state.deeds);
    const told = await trouble(puppet, { version: to }, journal);
    expect(told).toMatch(/TANZU-VERSION-(SKEW|BACK)/);
    expect(told).toContain(said);
    expect(applied(puppet.state.deeds)).toBe(before);
  });
  test('is left alone where the Supervisor only spells the release another way or has moved it to a newer class', async () => {
    const { puppet, journal, supervisor } = await standing();
    const cluster = supervisor.things.get('Cluster')!;
    const topology = {
      ...(cluster.spec?.topology as Topology),
      class: 'builtin-generic-v3.6.0',
      version: 'v1.33.6---vmware.1-fips',
    };
    supervisor.things.set('Cluster', { ...cluster, spec: { ...cluster.spec, topology } });
    const before = puppet.state.deeds.length;
    await runOnce({ steps: steps(), worlds: puppet, journal });
    expect(puppet.state.deeds.slice(before)).toEqual([]);
  });
  test('that somebody scaled by hand is put right', async () => {
    const { puppet, journal, supervisor } = await standing();
    const cluster = supervisor.things.get('Cluster')!;
    const topology = { ...topologyOf(supervisor), controlPlane: { replicas: 1 } };
    supervisor.things.set('Cluster', { ...cluster, spec: { ...cluster.spec, topology } });
    const again = await runOnce({ steps: steps(), worlds: puppet, journal });
    expect(again.plan.steps.find(({ id }) => id.endsWith('/cluster'))?.verdict).toBe('change');
    expect(topologyOf(supervisor).controlPlane.replicas).toBe(3);
  });
});

describe('what cannot be', () => {
  test('a release the Supervisor does not have, with the one nearest to it', async () => {
    const told = await trouble(machine(), { version: 'v1.33.9+vmware.1-fips' });
    expect(told).toContain('TANZU-RELEASE');
    expect(told).toContain('the nearest it can is v1.33.6+vmware.1-fips');
  });
  test('a release that is not compatible', async () => {
    expect(await trouble(machine(), { version: 'v1.35.0+vmware.1-fips' })).toContain('not ready or not compatible');
  });
  test('a class that is not there', async () => {
    expect(await trouble(machine(), { class: 'tanzukubernetescluster' })).toContain('there are: builtin-generic-v3.4.0');
  });
  test('a cluster of that name which belongs to somebody else', async () => {
    const supervisor = new Supervisor();
    supervisor.things.set('Cluster', {
      kind: 'Cluster',
      metadata: { name: 'test-test' },
      spec: { topology: { version: 'v1.33.6' } },
    });
    const puppet = machine(supervisor);
    expect(await trouble(puppet, {})).toContain('TANZU-TAKEN');
    expect(applied(puppet.state.deeds)).toBe(0);
  });
  test('a cluster that gets no machines: what it waits for is told, and it is not asked for twice', async () => {
    const supervisor = new Supervisor();
    supervisor.stuck = true;
    const puppet = machine(supervisor);
    const told = await trouble(puppet, { waitMinutes: 1 });
    expect(told).toContain('TANZU-NOT-READY');
    expect(told).toContain('no host has room for the VM class');
    expect(applied(puppet.state.deeds)).toBe(1);
  });
});

const facts: ClusterFacts = {
  ...(Value.Default(TanzuSpec, structuredClone(base)) as TanzuSpec), // filled from its own schema
  name: 'shop-prod',
  owner: 'shop-prod',
  template: template('v1beta1'),
};
const pools = [
  { name: 'workers', class: 'node-pool', replicas: 3 },
  { name: 'large', class: 'node-pool', replicas: 2, vmClass: 'guaranteed-xlarge', failureDomain: 'zone-b' },
];
test.each([
  ['cluster-v1beta1', {}],
  [
    'cluster-v1beta2',
    {
      api: 'v1beta2',
      template: template('v1beta2'),
      classNamespace: 'vmware-system-vks-public',
      pools,
      os: 'ubuntu',
      variables: { osConfiguration: { fips: { enabled: true } } },
    },
  ],
] as const)('%s is asked for like this', async (name, changes) => {
  const made = clusterText({ ...facts, ...changes } as ClusterFacts);
  await expect(made.ok ? made.value : '').toMatchFileSnapshot(`cases/${name}.yaml`);
});
test('ejected, it is the object and kubectl', async () => {
  const kit = sampleKit('kubernetes', files);
  const spec = Value.Default(TanzuSpec, structuredClone(base)) as TanzuSpec; // filled from its own schema
  await expect(stringify(tanzu.eject?.(spec, sampleGiven('kubernetes'), kit, {}))).toMatchFileSnapshot('cases/ejected.yaml');
});
